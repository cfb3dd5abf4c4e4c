/** SNMP beside the C library and the package for Node: GET, GETBULK, walks and SNMPv3, and many engines at once. */
import { programPath } from '../../support/counterparts.js';
import { compiled } from '../compiled.js';
import { Program } from '../program.js';
import { type Row, table } from '../row.js';
import { longestBlock } from './engines.js';
import { type Measurement, measure, type Peer } from './pairs.js';
import { PASSWORDS, type Work } from './work.js';

/** Debian packages of the agent and of the C library. */
export const PACKAGES = 'gcc libsnmp-dev libssl-dev';
const WINDOW = 64;
const ENGINES = 10_000;
const MOST_BLOCKED_MS = 50;

const EXPORTER = 'prometheus-snmp-exporter';

const node = (name: string, file: string, bar?: number): Peer => ({
  name,
  ...(bar !== undefined && { bar }),
  start: (args) => Program.startNode(`snmp/${file}`, args),
});

export interface Programs {
  /** The agents that are asked, and their port. */
  readonly agent: Program;
  readonly port: number;
  /** The work done by the C library; undefined where that is not installed. */
  readonly library: string | undefined;
}

/** Undefined where they cannot be made. */
export async function makePrograms(): Promise<Programs | undefined> {
  const [agent, library] = await Promise.all([
    compiled('agent', ['snmp/agent.c', 'snmp/ber.c', 'snmp/mib.c', 'snmp/usm.c'], ['crypto']),
    compiled('library', ['snmp/library.c'], ['netsnmp']),
  ]);
  if (!agent) return undefined;
  const { program, line } = await Program.start(agent, [PASSWORDS.auth, PASSWORDS.priv]);
  return { agent: program, port: Number(line), library };
}

export async function benchSnmp(print: (text: string) => void): Promise<void> {
  const programs = await makePrograms();
  if (!programs) return print(`SNMP is not measured: apt-get install ${PACKAGES}`);
  const { agent, port, library } = programs;
  if (!library) print(`The C net-snmp library is not installed: apt-get install ${PACKAGES}`);
  const byLibrary = (bar: number): Peer[] =>
    library
      ? [{ name: 'C net-snmp library', bar, start: async (args) => (await Program.start(library, args)).program }]
      : [];
  const byPackage = (bar?: number): Peer => node('net-snmp for Node', 'by-net-snmp', bar);
  const hasExporter = programPath(EXPORTER) !== undefined;
  if (!hasExporter) print(`${EXPORTER} is not installed: apt-get install ${EXPORTER}`);
  const byExporter = (bar: number): Peer => node(EXPORTER, 'by-exporter', bar);
  const rows: Row[] = [];
  const add = async (ours: Peer, title: string, work: Work, agents: number, times: number, peers: readonly Peer[]) => {
    const measurement: Measurement = { title, job: { work, port, agents, window: WINDOW }, times, peers };
    const found = await measure(ours, measurement);
    rows.push(...found);
    print(table(found).split('\n').slice(2).join('\n'));
  };
  try {
    const poller = node('', 'by-poller');
    const session = node('by sessions', 'by-session');
    await add(poller, 'GET of 10, 1,000 devices', 'get', 1_000, 10_000, [...byLibrary(1), byPackage(1 / 3)]);
    await add(poller, 'GET of 10, 10,000 devices', 'get', 10_000, 10_000, [...byLibrary(1), byPackage(1 / 3)]);
    await add(poller, 'GETBULK of 22 x 10', 'bulk', 1_000, 4_000, [...byLibrary(0.6), byPackage(1 / 7)]);
    await add(poller, 'walk of 220', 'walk', 1_000, 1_500, [...byLibrary(1), byPackage()]);
    await add(poller, 'walk of 22 columns x 10 side by side', 'table', 1_000, 3_000, byLibrary(1));
    await add(poller, 'SNMPv3 SHA/AES GET of 10, 16 devices', 'secured', 16, 5_000, [...byLibrary(1), byPackage()]);
    await add(poller, 'SNMPv3 SHA/AES GET of 10, 1,000 devices', 'secured', 1_000, 5_000, byLibrary(1));
    await add(session, 'GET of 10, 1,000 devices', 'get', 1_000, 10_000, byLibrary(1));
    await add(session, 'GETBULK of 22 x 10', 'bulk', 1_000, 2_000, byLibrary(0.6));
    await add(session, 'walk of 220', 'walk', 1_000, 500, byLibrary(1));
    await add(session, 'walk of 22 columns x 10 side by side', 'table', 1_000, 1_000, byLibrary(1));
    await add(session, 'SNMPv3 SHA/AES GET of 10, 1,000 devices', 'secured', 1_000, 5_000, byLibrary(1));
    if (hasExporter) {
      await add(poller, 'GET of 10, 1,000 devices', 'get', 1_000, 1_000, [byExporter(1 / 12)]);
      await add(poller, 'GET of 10, 10,000 devices', 'get', 10_000, 1_000, [byExporter(1 / 12)]);
      await add(poller, 'walk of 220', 'walk', 1_000, 300, [byExporter(1 / 8)]);
    }
    print(`\n${table(rows)}\n`);
    const { readyMs, blockedMs } = await longestBlock(port, ENGINES);
    const verdict = blockedMs <= MOST_BLOCKED_MS ? 'met' : 'MISSED';
    print(
      `${ENGINES} engines of SNMPv3 ready after ${readyMs.toFixed(0)} ms, ` +
        `the longest turn of the loop took ${blockedMs.toFixed(1)} ms CPU; bar <= ${MOST_BLOCKED_MS} ms, ${verdict}`,
    );
  } finally {
    await agent.stop();
  }
}

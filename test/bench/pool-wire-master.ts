/** Process of the master: a whole manager, as `ptpmgr run` starts it, on the data that pool-wire.ts has prepared. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemEnv } from '../../src/base/system-env.js';
import { loadConfiguration } from '../../src/cli/load-configuration.js';
import { startManager } from '../../src/cli/run/start-manager.js';
import { systemTerminal } from '../../src/cli/terminal.js';
import { openDataDir } from '../../src/store/data-dir.js';
import { openPoolJournal } from '../../src/store/pool-journal.js';
import { baseOf, inventoryOf, MASTER, type Place, POOL_ID, rosterOf } from './pool-world.js';

/** What pool-wire.ts says to this process. */
export type ToMaster =
  | {
      readonly is: 'begin';
      readonly folder: string;
      readonly places: readonly Place[];
      readonly elements: number;
      readonly key: string;
      readonly ports: { readonly http: number; readonly socket: number };
    }
  /** Begins a CPU profile that ends with the next report. */
  | { readonly is: 'profile'; readonly file: string }
  | { readonly is: 'report' };

export interface MasterReport {
  readonly is: 'report';
  /** Shares of a core. */
  readonly cpu: number;
  /** Since the report before. */
  readonly seconds: number;
  /** By how much the loop was late, milliseconds. */
  readonly loop: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly rssMb: number;
}

const env = systemEnv(process.env.BENCH_LOG === 'info' ? 'info' : 'error');
const delay = monitorEventLoopDelay({ resolution: 5 });
let looked = { ms: 0, cpuUs: 0 };
let profile: { readonly session: Session; readonly file: string } | undefined;
let end: () => Promise<void> = async () => {};
const say = (message: unknown): void => void process.send?.(message);

async function begin({ folder, places, elements, key, ports }: Extract<ToMaster, { is: 'begin' }>): Promise<void> {
  const file = join(folder, 'master.xml');
  const dataDir = join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, configuration(key, ports));
  const address = {
    id: MASTER,
    role: 'EM' as const,
    origin: `http://127.0.0.1:${ports.http}`,
    context: 'ptpmgr/em',
    socket: { host: '127.0.0.1', port: ports.socket },
  };
  const data = await openDataDir(dataDir, env);
  const place: Place = { id: MASTER, identity: data.identity, incarnation: data.incarnation, address };
  const blank = baseOf(rosterOf(place, places), inventoryOf(places, elements));
  const journal = await openPoolJournal(data, { env, id: MASTER, blank, synced: () => {} });
  await journal.close();
  await data.close();
  const { settings, faults } = await loadConfiguration(file, true, systemTerminal());
  if (!settings) throw new Error(JSON.stringify(faults));
  const manager = await startManager({ settings, dataDir, env, environment: {} });
  end = () => manager.stop();
  delay.enable();
  say({ is: 'begun', master: place });
}

const configuration = (key: string, ports: { readonly http: number; readonly socket: number }): string =>
  `<?xml version="1.0"?>
<PTP_CONFIG version="1.0">
  <PTPMANAGER type="EM"/>
  <EMANAGER id="${MASTER}">
    <SOCKET_SERVER><SERVER_NAME>127.0.0.1</SERVER_NAME><SERVER_PORT>${ports.socket}</SERVER_PORT></SOCKET_SERVER>
    <HOST dnsname="localhost"><HTTP_SERVER uri="http://127.0.0.1:${ports.http}" context="ptpmgr/em"/></HOST>
    <POOL name="${POOL_ID}" key="${key}" priority="100"/>
    <SECURITY anonymous="viewer"/>
  </EMANAGER>
</PTP_CONFIG>
`;

function report(): void {
  const { user, system } = process.cpuUsage();
  const now = { ms: env.clock.monotonic(), cpuUs: user + system };
  const ms = (nanoseconds: number) => nanoseconds / 1e6;
  const answer: MasterReport = {
    is: 'report',
    seconds: (now.ms - looked.ms) / 1000,
    cpu: (now.cpuUs - looked.cpuUs) / 1000 / (now.ms - looked.ms),
    loop: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) },
    rssMb: process.memoryUsage().rss / 2 ** 20,
  };
  looked = now;
  delay.reset();
  say(answer);
}

async function beginProfile(file: string): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  profile = { session, file };
}

async function endProfile(): Promise<void> {
  if (!profile) return;
  const { session, file } = profile;
  profile = undefined;
  const ended = await session.post('Profiler.stop');
  writeFileSync(file, JSON.stringify(ended.profile));
}

process.on('message', (message: ToMaster) => {
  if (message.is === 'report') {
    report();
    void endProfile();
  } else if (message.is === 'profile') void beginProfile(message.file);
  else
    begin(message).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    });
});
process.on('disconnect', () => void end().finally(() => process.exit(0)));

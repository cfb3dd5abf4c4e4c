/** Agents that have an object and fail to read it (`genErr`). */
import { expect } from 'chai';
import type { SnmpSession } from '../../../../src/access/snmp/session.js';
import { Sessions } from '../../../../src/access/snmp/sessions.js';
import { getEach } from '../../../../src/access/snmp/system.js';
import { walkColumns } from '../../../../src/access/snmp/walk.js';
import { systemClock, systemRandom } from '../../../../src/base/system-env.js';
import { answer, type FakeAgent, honest, integer, startFakeAgent } from '../snmp-agent.js';

const ENTRY = '1.3.6.1.2.1.2.2.1';
const GENERAL_ERROR = 5;
const GETBULK = 0xa5;
const COLUMNS = [1, 2, 3].map((column) => `${ENTRY}.${column}`);
const ROWS = [1, 2, 3, 4];

describe('an agent that fails to read one of its objects', () => {
  const sessions = new Sessions({ clock: systemClock, random: systemRandom });
  let agent: FakeAgent;
  let session: SnmpSession;
  const table: ReadonlyMap<string, Buffer> = new Map([
    ...COLUMNS.flatMap((column) => ROWS.map((row) => [`${column}.${row}`, integer(row)] as const)),
    ['1.3.6.1.2.1.4.20.1', integer(1)] as const,
  ]);

  /** @param broken Whatever answer would contain it is an error. */
  async function serve(broken: readonly string[]): Promise<void> {
    agent = await startFakeAgent((question) => {
      const repetitions = question.type === GETBULK ? 5 : 1;
      const found = honest(table, repetitions, question);
      const names = Array.from({ length: repetitions }).reduce<readonly string[]>(
        (all) => [...all, ...all.slice(-question.oids.length).map(nextOf)],
        question.type === 0xa0 ? question.oids : question.oids.map(nextOf),
      );
      const isBroken = names.slice(0, repetitions * question.oids.length).some((name) => broken.includes(name));
      return [isBroken ? answer(question, [], 1, GENERAL_ERROR) : answer(question, found, 1)];
    });
    const place = {
      host: '127.0.0.1',
      port: agent.port,
      version: 1,
      maxRepetitions: 25,
      knownRepetitions: 250,
    } as const;
    session = await sessions.open({ ...place, security: { community: 'public' }, place: 'snmp fake' });
    session.patience = { timeoutMs: 2_000, resends: 0 };
  }
  const nextOf = (name: string): string => {
    const names = [...table.keys()];
    return names.find((one) => compare(one, name) > 0) ?? '';
  };
  const told = () => session.findings.tell(undefined, 1_000).events;
  const valuesIn = async () => {
    const columns = await walkColumns(session, COLUMNS, { repetitions: 5 });
    return COLUMNS.map((oid) => [...(columns.get(oid)?.keys() ?? [])]);
  };
  afterEach(() => agent.stop());
  after(() => sessions.close());

  it('gives all others, where single values are asked for, and is told of', async () => {
    await serve([`${ENTRY}.2.2`]);
    const asked = [`${ENTRY}.1.1`, `${ENTRY}.2.2`, `${ENTRY}.3.3`];
    const values = await getEach(session, asked);
    expect(values.map((one) => one?.oid)).to.deep.equal([asked[0], undefined, asked[2]]);
    expect(told()).to.deep.equal([
      {
        severity: 'warning',
        name: 'valueRefused',
        text: 'Access.Protocol: snmp fake fails to read 1.3.6.1.2.1.2.2.1.2.2 (genErr); it is left out',
      },
    ]);
    expect(session.findings.readings).to.deep.equal([{ metric: 'valuesRefused', instance: '', value: 1, unit: '1' }]);
  });

  it('gives the other columns of a table, and of that one what comes before', async () => {
    await serve([`${ENTRY}.2.3`]);
    expect(await valuesIn()).to.deep.equal([
      ['1', '2', '3', '4'],
      ['1', '2'],
      ['1', '2', '3', '4'],
    ]);
    expect(told().map(({ name }) => name)).to.deep.equal(['valueRefused']);
  });

  it('has failed where it has answered nothing else', async () => {
    await serve([...table.keys()]);
    const fault = await getEach(session, [`${ENTRY}.1.1`, `${ENTRY}.2.2`]).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(fault).to.equal('snmp fake refuses the question (genErr)');
  });
});

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.split('.').map(Number));
  for (let at = 0; ; at++) {
    const [one, other] = [left?.[at], right?.[at]];
    if (one === undefined || other === undefined) return (one === undefined ? 0 : 1) - (other === undefined ? 0 : 1);
    if (one !== other) return one - other;
  }
}

/** How a table is walked: how many rows are asked for, how many columns side by side, and what is told of agents that mislead. */
import { expect } from 'chai';
import type { AccessMethod, PollAnswer } from '../../../../src/access/access.js';
import { Findings } from '../../../../src/access/snmp/findings.js';
import { createSnmpMethod } from '../../../../src/access/snmp/method.js';
import type { SnmpSession } from '../../../../src/access/snmp/session.js';
import { Sessions } from '../../../../src/access/snmp/sessions.js';
import { getEach } from '../../../../src/access/snmp/system.js';
import { walkColumns } from '../../../../src/access/snmp/walk.js';
import { systemClock, systemRandom } from '../../../../src/base/system-env.js';
import { accessParts, pollOnce, valuesOf } from '../../../support/access.js';
import { answer, binding, type FakeAgent, honest, integer, type Question, startFakeAgent, tlv } from '../snmp-agent.js';

const ENTRY = '1.3.6.1.2.1.2.2.1';
/** A column that is asked for by the element's own configuration. */
const OWN = '1.3.6.1.4.1.9999.1';
const GETNEXT = 0xa1;
const GETBULK = 0xa5;
const TOO_BIG = 1;

/** By the last two arcs of its name. */
function numberAt(name: string): number {
  const [column, row] = name.split('.').slice(-2).map(Number);
  return Number(column) * 1000 + Number(row);
}

/** As many columns of as many rows, and something behind them. */
function tableOf(columns: number, rows: number): ReadonlyMap<string, Buffer> {
  const table = new Map<string, Buffer>();
  for (let column = 1; column <= columns; column++)
    for (let row = 1; row <= rows; row++) table.set(`${ENTRY}.${column}.${row}`, integer(numberAt(`${column}.${row}`)));
  for (let at = 1; at <= 300; at++) table.set(`1.3.6.1.2.1.4.20.${at}`, integer(at));
  return table;
}

/** max-repetitions stands where a response has its error index. */
function repetitionsIn({ type, requestId }: Question, raw: Buffer): number {
  if (type !== GETBULK) return 1;
  const lengthAt = raw.indexOf(requestId) + requestId.length + 4;
  return raw.readUIntBE(lengthAt + 1, raw.readUInt8(lengthAt));
}

interface Asked {
  readonly type: number;
  readonly columns: number;
  readonly repetitions: number;
}
const bulk = (columns: number, repetitions: number): Asked => ({ type: GETBULK, columns, repetitions });

describe('a walk of a table', () => {
  const sessions = new Sessions({ clock: systemClock, random: systemRandom });
  let agent: FakeAgent | undefined;
  let table: ReadonlyMap<string, Buffer> = new Map();
  let asked: Asked[] = [];
  afterEach(async () => {
    await agent?.stop();
    agent = undefined;
  });
  after(() => sessions.close());

  /** @param most Values of one answer; with more it says tooBig. */
  async function serve(rows: ReadonlyMap<string, Buffer>, most = Number.POSITIVE_INFINITY, version = 1): Promise<void> {
    table = rows;
    agent = await startFakeAgent((question, raw) => {
      const repetitions = repetitionsIn(question, raw);
      const columns = question.oids.length;
      asked.push({ type: question.type, columns, repetitions });
      if (columns * repetitions > most) return [answer(question, [], 1, TOO_BIG)];
      return [answer(question, honest(table, repetitions, question), version)];
    });
  }

  async function open(version: 0 | 1 = 1): Promise<SnmpSession> {
    const port = agent?.port ?? 0;
    const settings = { host: '127.0.0.1', port, version, maxRepetitions: 25, knownRepetitions: 250 };
    const session = await sessions.open({ ...settings, security: { community: 'public' }, place: 'snmp fake' });
    session.patience = { timeoutMs: 2_000, resends: 0 };
    return session;
  }

  const COLUMNS = [1, 2, 3].map((column) => `${ENTRY}.${column}`);
  const FIRST = [`${ENTRY}.1`];

  /** What was asked, when it has brought all there is. */
  async function walk(oids: readonly string[], version: 0 | 1 = 1, timeoutMs = 2_000): Promise<readonly Asked[]> {
    asked = [];
    const session = await open(version);
    session.patience = { timeoutMs, resends: 0 };
    const columns = await walkColumns(session, oids, { repetitions: 25 });
    const found = oids.flatMap((oid) =>
      [...(columns.get(oid) ?? [])].map(([index, { value }]) => [`${oid}.${index}`, value]),
    );
    const there = [...table.keys()].filter((name) => oids.some((oid) => name.startsWith(`${oid}.`)));
    expect(found.map(([name]) => name)).to.deep.equal(there);
    for (const [name, value] of found) expect(value).to.equal(numberAt(String(name)));
    return asked;
  }

  it('asks for as many rows as there were last time, and one that shows the end', async () => {
    await serve(tableOf(3, 4));
    expect(await walk(COLUMNS)).to.deep.equal([bulk(3, 25)]);
    expect(await walk(COLUMNS)).to.deep.equal([bulk(3, 5)]);
    expect(await walk(COLUMNS)).to.deep.equal([bulk(3, 5)]);
  });

  it('finds rows that have come, and misses none that have gone', async () => {
    await serve(tableOf(3, 4));
    await walk(COLUMNS);
    table = tableOf(3, 9);
    expect(await walk(COLUMNS)).to.deep.equal([bulk(3, 5), bulk(3, 25)]);
    table = tableOf(3, 0);
    expect(await walk(COLUMNS)).to.deep.equal([bulk(3, 10)]);
    table = tableOf(3, 2);
    expect(await walk(COLUMNS)).to.deep.equal([bulk(3, 1), bulk(3, 25)]);
  });

  it('asks for a large table in fewer steps once it goes on, and at once when its size is known', async () => {
    await serve(tableOf(1, 150));
    expect(await walk(FIRST)).to.deep.equal([bulk(1, 25), bulk(1, 50), bulk(1, 100)]);
    expect(await walk(FIRST)).to.deep.equal([bulk(1, 151)]);
  });

  it('goes on where columns have rows of their own', async () => {
    await serve(new Map([...tableOf(3, 9)].filter(([name]) => !name.startsWith(`${ENTRY}.2.`) || /[357]$/.test(name))));
    expect(await walk(COLUMNS)).to.deep.equal([bulk(3, 25)]);
    expect(await walk(COLUMNS)).to.deep.equal([bulk(3, 10)]);
  });

  it('asks for no more values than fit, and learns it once', async () => {
    await serve(tableOf(12, 3), 5);
    const columns = Array.from({ length: 12 }, (_, at) => `${ENTRY}.${at + 1}`);
    const first = await walk(columns);
    expect(first.filter((one) => one.columns * one.repetitions > 5)).not.to.have.lengthOf(0);
    const again = await walk(columns);
    expect(again.filter((one) => one.columns * one.repetitions > 5).length).to.be.at.most(1);
    expect(again.every(({ type }) => type === GETBULK)).to.equal(true);
  });

  it('asks for less from then on where much is lost, and forgets nothing where all is', async () => {
    table = tableOf(3, 20);
    let most = 30;
    agent = await startFakeAgent((question, raw) => {
      const repetitions = repetitionsIn(question, raw);
      asked.push({ type: question.type, columns: question.oids.length, repetitions });
      return question.oids.length * repetitions > most ? [] : [answer(question, honest(table, repetitions, question))];
    });
    expect((await walk(COLUMNS, 1, 100))[0]).to.deep.equal(bulk(3, 25));
    expect((await walk(COLUMNS, 1, 100))[0]).to.deep.equal(bulk(3, 13));
    most = 0;
    const failure: unknown = await walk(COLUMNS, 1, 50).catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'Access.Timeout');
    most = 1_000;
    expect((await walk(COLUMNS, 1, 100))[0]).to.deep.equal(bulk(3, 7));
  });

  /** @returns How many questions by GETBULK it is not to hear, however often each is sent. */
  async function serveBadMoments(rows: ReadonlyMap<string, Buffer>): Promise<{ left: number }> {
    table = rows;
    const unheard = { left: 0 };
    const lost = new Set<string>();
    agent = await startFakeAgent((question, raw) => {
      const id = question.requestId.toString('hex');
      const repetitions = repetitionsIn(question, raw);
      if (question.type === GETBULK && unheard.left > 0 && !lost.has(id)) {
        unheard.left -= 1;
        lost.add(id);
      }
      if (lost.has(id)) return [];
      asked.push({ type: question.type, columns: question.oids.length, repetitions });
      return [answer(question, honest(table, repetitions, question))];
    });
    return unheard;
  }

  it('goes on by GETBULK after a bad moment of an agent that has answered that before', async () => {
    const unheard = await serveBadMoments(tableOf(3, 4));
    await walk(COLUMNS);
    unheard.left = 1;
    expect(await walk(COLUMNS, 1, 300)).to.deep.equal(Array.from({ length: 5 }, () => bulk(3, 1)));
    expect(await walk(COLUMNS)).to.deep.equal([bulk(3, 5)]);
  });

  it('learns nothing of how much is answered where as much is, by GETNEXT', async () => {
    const unheard = await serveBadMoments(tableOf(3, 4));
    unheard.left = 1;
    const session = await open();
    session.patience = { timeoutMs: 300, resends: 0 };
    await walkColumns(session, COLUMNS, { repetitions: 1 });
    expect(session.habits.values).to.equal(250);
  });

  it('leaves out a value that cannot be decoded, and ends a column at such a name, and tells of both', async () => {
    await serve(
      new Map([
        ...[1, 2, 3].map((row) => [`${ENTRY}.1.${row}`, integer(row)] as const),
        [`${ENTRY}.1.4`, tlv(0x41, Buffer.from([1, 2, 3, 4, 5]))],
        [`${ENTRY}.1.5`, integer(5)],
        [`${ENTRY}.2.1`, integer(1)],
        [`${ENTRY}.2.${2 ** 40}`, integer(2)],
        ...[1, 2, 3].map((row) => [`${ENTRY}.3.${row}`, integer(row)] as const),
        [`${ENTRY}.4.1`, integer(1)],
      ]),
    );
    const session = await open();
    const columns = await walkColumns(session, COLUMNS, { repetitions: 25 });
    const values = COLUMNS.map((oid) => [...(columns.get(oid)?.values() ?? [])].map(({ value }) => value));
    expect(values).to.deep.equal([[1, 2, 3, null, 5], [1], [1, 2, 3]]);
    const { events } = session.findings.tell(undefined, 1_000);
    expect(events.map(({ name }) => name)).to.deep.equal(['valueMalformed', 'valueMalformed']);
    for (const { text } of events)
      expect(text).to.match(
        /^Access\.Protocol: snmp fake tells of 1\.3\.6\.1\.2\.1\.2\.2\.1\.[12] something that cannot be/,
      );
    const [single] = await getEach(session, [`${ENTRY}.1.4`]);
    expect(single?.value).to.equal(null);
  });

  it('reads single values from an agent that fits few into an answer', async () => {
    asked = [];
    await serve(tableOf(12, 3), 5);
    const names = Array.from({ length: 12 }, (_, at) => `${ENTRY}.${at + 1}.2`);
    const session = await open();
    const values = await getEach(session, names);
    expect(asked.map(({ columns }) => columns)).to.deep.equal([12, 6, 3, 3, 3, 3]);
    asked = [];
    await getEach(session, names);
    expect(asked).to.have.lengthOf(4);
    expect(values.map((cell) => cell?.value)).to.deep.equal(names.map(numberAt));
  });

  it('asks one row at a time by version 1', async () => {
    await serve(tableOf(3, 4), 3, 0);
    const steps = await walk(COLUMNS, 0);
    expect(steps).to.deep.equal(Array.from({ length: 5 }, () => ({ type: GETNEXT, columns: 3, repetitions: 1 })));
  });

  it('takes more rows than were asked for', async () => {
    table = tableOf(3, 9);
    agent = await startFakeAgent((question) => [answer(question, honest(table, 40, question))]);
    expect(await walk(COLUMNS)).to.deep.equal([]);
  });
});

describe('an agent that misleads a walk', () => {
  let method: AccessMethod;
  let agent: FakeAgent | undefined;
  before(() => {
    method = createSnmpMethod(accessParts());
  });
  afterEach(async () => {
    await agent?.stop();
    agent = undefined;
  });
  after(() => method.close());

  const poll = (memory?: unknown): Promise<PollAnswer> =>
    pollOnce(method, {
      options: { port: String(agent?.port) },
      over: { timeoutMs: 5_000, metrics: [{ name: 'rows', oid: OWN, index: 'index', unit: '1' }] },
      ...(memory === undefined ? {} : { memory }),
    });
  /** Honest but for the column of its own, where `row` says what comes after a name. */
  const misleading = (after: (row: number) => number) =>
    startFakeAgent((question, raw) => {
      if (!question.oids.every((oid) => oid.startsWith(OWN)))
        return [answer(question, honest(tableOf(8, 2), repetitionsIn(question, raw), question))];
      let row = Number(question.oids[0]?.split('.')[OWN.split('.').length] ?? 0);
      const rows = Array.from({ length: repetitionsIn(question, raw) }, () => {
        row = after(row);
        return binding(`${OWN}.${row}`, integer(row));
      });
      return [answer(question, rows)];
    });

  it('is told of when it goes in circles, once, and what came until then is used', async () => {
    agent = await misleading((row) => (row === 7 ? 3 : row + 1));
    const { readings, events, memory } = await poll();
    expect([...valuesOf(readings, 'rows').keys()]).to.deep.equal(['1', '2', '3', '4', '5', '6', '7']);
    expect(valuesOf(readings, 'ifOperStatus').size).to.equal(2);
    expect(valuesOf(readings, 'walksInCircles').get('')).to.equal(1);
    expect(events.map(({ name, severity }) => [name, severity])).to.deep.equal([['walkInCircles', 'warning']]);
    expect(events[0]?.text).to.match(
      /^Access\.Protocol: snmp 127\.0\.0\.1:\d+ goes in circles below 1\.3\.6\.1\.4\.1\.9999\.1: /,
    );
    const again = await poll(memory);
    expect([again.events, valuesOf(again.readings, 'walksInCircles').get('')]).to.deep.equal([[], 1]);
  });

  it('is told of when it always says the same name', async () => {
    agent = await misleading(() => 1);
    const { readings, events } = await poll();
    expect([...valuesOf(readings, 'rows').keys()]).to.deep.equal(['1']);
    expect(events.map(({ name }) => name)).to.deep.equal(['walkInCircles']);
  });

  it('is told of when it has no end', async () => {
    agent = await misleading((row) => row + 1);
    const { readings, events } = await poll();
    expect(valuesOf(readings, 'rows').size).to.equal(20_000);
    expect(valuesOf(readings, 'walksCutShort').get('')).to.equal(1);
    expect(events.map(({ name }) => name)).to.deep.equal(['walkCutShort']);
    expect(events[0]?.text).to.match(/^Access\.TooLarge: .* has more than 20000 rows below 1\.3\.6\.1\.4\.1\.9999\.1/);
    expect(agent.asked).to.be.below(120);
  });

  it('is told of again after a day, and when it begins once more', () => {
    const findings = new Findings();
    findings.note({ kind: 'walkInCircles', about: '1.3', text: 'it goes in circles' });
    const first = findings.tell(undefined, 1_000);
    expect([first.events.length, first.told]).to.deep.equal([1, { 'walkInCircles 1.3': 1_000 }]);
    expect(findings.tell(first.told, 2_000)).to.deep.equal({ events: [], told: first.told });
    expect(findings.tell(first.told, 86_401_000).events).to.have.lengthOf(1);
    expect(findings.tell({ 'walkInCircles 1.3': 'yesterday' }, 2_000).events).to.have.lengthOf(1);
    expect(new Findings().tell(first.told, 86_401_000)).to.deep.equal({ events: [], told: {} });
  });
});

import { setImmediate as turn } from 'node:timers/promises';
import { assert } from 'chai';
import type { AccessMethod, PollAnswer } from '../../../../src/access/access.js';
import { bounded, failedAgain, isFresh, isProbed, remembered } from '../../../../src/access/snmp/collect/memory.js';
import { MOST_KEPT } from '../../../../src/access/snmp/collect/part.js';
import { createSnmpMethod } from '../../../../src/access/snmp/method.js';
import { compareOids } from '../../../../src/access/snmp/oid.js';
import { accessParts, metricValue, pollOnce, valuesOf } from '../../../support/access.js';
import { testEnv } from '../../../support/test-env.js';
import { answer, type FakeAgent, honest, integer, octets, type Question, startFakeAgent, tlv } from '../snmp-agent.js';

const GETNEXT = 0xa1;
const SENSOR = '1.3.6.1.2.1.99.1.1.1';
const SENSOR_TYPES = `${SENSOR}.1`;
const SENSOR_VALUE = `${SENSOR}.4`;
const UP_TIME = '1.3.6.1.2.1.1.3.0';
/** What was sent on loopback arrives at the next turn of the event loop; these are some more. */
const QUIET_TURNS = 20;

const ticks = (value: number): Buffer =>
  tlv(0x43, Buffer.from([(value >> 24) & 0x7f, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]));

/** A device with an interface, a disk and a sensor, and nothing else. */
const device = (): Map<string, Buffer> =>
  new Map(
    (
      [
        [UP_TIME, ticks(8_640_000)],
        ['1.3.6.1.2.1.2.2.1.2.1', octets('eth0')],
        ['1.3.6.1.2.1.2.2.1.8.1', integer(1)],
        ['1.3.6.1.2.1.25.2.3.1.2.1', tlv(0x06, Buffer.from('2b060102011902010400'.slice(0, 18), 'hex'))],
        ['1.3.6.1.2.1.25.2.3.1.3.1', octets('/')],
        ['1.3.6.1.2.1.25.2.3.1.4.1', integer(1024)],
        ['1.3.6.1.2.1.25.2.3.1.5.1', integer(100)],
        ['1.3.6.1.2.1.25.2.3.1.6.1', integer(25)],
        ['1.3.6.1.2.1.47.1.1.1.1.7.7', octets('inlet')],
        [`${SENSOR_TYPES}.7`, integer(8)],
        [`${SENSOR}.2.7`, integer(9)],
        [`${SENSOR}.3.7`, integer(1)],
        [`${SENSOR_VALUE}.7`, integer(215)],
        [`${SENSOR}.5.7`, integer(1)],
      ] as const
    ).toSorted(([a], [b]) => compareOids(a, b)),
  );

const said = (table: ReadonlyMap<string, Buffer>, question: Question): Buffer[] =>
  honest(table, question.type === GETNEXT ? 1 : 3, question);

describe('collecting by what an agent has', () => {
  // Time passes only when nothing is on its way: only an agent that is silent is waited for, however busy the machine.
  const env = testEnv();
  let agent: FakeAgent | undefined;
  let method: AccessMethod;
  let asked: Question[];
  before(() => {
    method = createSnmpMethod({ ...accessParts(), env });
  });
  afterEach(() => agent?.stop());
  after(() => method.close());

  async function serve(table: Map<string, Buffer>, silentAbout: (oid: string) => boolean = () => false): Promise<void> {
    asked = [];
    agent = await startFakeAgent((question) => {
      asked.push(question);
      return question.oids.some(silentAbout) ? [] : [answer(question, said(table, question))];
    });
  }
  const poll = (memory?: unknown): Promise<PollAnswer> => {
    asked = [];
    const options = { port: String(agent?.port) };
    return whileTimePasses(pollOnce(method, { options, memory, signal: AbortSignal.timeout(15_000) }));
  };
  async function whileTimePasses(polled: Promise<PollAnswer>): Promise<PollAnswer> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    void polled.then(done, done);
    let [quiet, seen] = [0, 0];
    while (!isDone) {
      const isQuiet = quiet >= QUIET_TURNS;
      await env.clock.advance(isQuiet ? (env.clock.untilNext ?? 0) : 0);
      await turn();
      quiet = isQuiet || asked.length !== seen ? 0 : quiet + 1;
      seen = asked.length;
    }
    return polled;
  }
  const isAsked = (oid: string): boolean => asked.some(({ oids }) => oids.includes(oid));

  it('finds what there is without any configuration', async () => {
    await serve(device());
    const { readings, events } = await poll();
    assert.equal(metricValue(readings, 'storageLoad', '/'), 25);
    assert.equal(metricValue(readings, 'temperature', 'inlet'), 21.5);
    assert.deepEqual([valuesOf(readings, 'batteryCapacity').size, events], [0, []]);
  });

  it('does not ask again for what is not there, nor for what hardly ever changes', async () => {
    await serve(device());
    const first = await poll();
    assert.isTrue(asked.some(({ type }) => type === GETNEXT));
    const before = asked.length;
    const second = await poll(first.memory);
    assert.isFalse(asked.some(({ type }) => type === GETNEXT));
    assert.isFalse(isAsked(SENSOR_TYPES));
    assert.isBelow(asked.length, before);
    assert.equal(metricValue(second.readings, 'temperature', 'inlet'), 21.5);
    assert.deepEqual(second.memory, first.memory, 'what did not change is not written to disk again');
  });

  it('asks anew after an hour, and finds what has been added', async () => {
    const table = device();
    await serve(table);
    const { memory } = await poll();
    assert.property(memory, 'collect');
    const old = JSON.parse(JSON.stringify(memory), (key, value: unknown) =>
      key === 'probedMs' && typeof value === 'number' ? value - 3_600_001 : value,
    ) as unknown;
    table.set('1.3.6.1.4.1.2021.4.5.0', integer(1000));
    table.set('1.3.6.1.4.1.2021.4.6.0', integer(250));
    assert.equal(valuesOf((await poll(memory)).readings, 'memoryLoad').size, 0);
    assert.equal(metricValue((await poll(old)).readings, 'memoryLoad'), 75);
  });

  it('asks anew after a restart of the device', async () => {
    const table = device();
    await serve(table);
    const { memory } = await poll();
    table.set(UP_TIME, ticks(100));
    await poll(memory);
    assert.isTrue(isAsked(SENSOR_TYPES));
  });

  it('tells of neighbours that come, and that go', async () => {
    const table = device();
    await serve(table);
    const none = await poll();
    assert.deepEqual(none.facts?.neighbours, []);
    const remote = '1.0.8802.1.1.2.1.4.1.1';
    const cells: readonly (readonly [string, Buffer])[] = [
      [`${remote}.4.0.1.1`, integer(4)],
      [`${remote}.5.0.1.1`, octets(Buffer.from('001bc5000001', 'hex'))],
      [`${remote}.9.0.1.1`, octets('core1')],
    ];
    const withNeighbour = new Map([...cells, ...table]);
    await agent?.stop();
    await serve(withNeighbour);
    const heard = await poll();
    assert.deepEqual(heard.facts?.neighbours, [{ via: 'lldp', port: 'eth0', names: ['core1', '00:1b:c5:00:00:01'] }]);
    const soon = await poll(heard.memory);
    assert.notProperty(soon.facts, 'neighbours', 'what was found holds for a while');
    for (const [oid] of cells) withNeighbour.delete(oid);
    const later = JSON.parse(JSON.stringify(heard.memory), (key, value: unknown) =>
      key === 'probedMs' && typeof value === 'number' ? value - 3_600_001 : value,
    ) as unknown;
    assert.deepEqual((await poll(later)).facts?.neighbours, []);
  });

  it('finds the others where an agent falls silent at a table that troubles it', async () => {
    await serve(device(), (oid) => oid === SENSOR_VALUE || oid.startsWith(`${SENSOR_VALUE}.`));
    const { readings, events } = await poll();
    assert.equal(metricValue(readings, 'storageLoad', '/'), 25);
    assert.deepEqual([valuesOf(readings, 'temperature').size, events], [0, []]);
  });

  it('lets an agent rest that does not answer at all what else it has, and says so once', async () => {
    await serve(device(), (oid) => !/^1\.3\.6\.1\.(6|2\.1\.(1|2|31))\./.test(oid));
    const first = await poll();
    assert.equal(metricValue(first.readings, 'ifOperStatus', 'eth0'), 1);
    assert.deepEqual(
      first.events.map(({ name, severity }) => [name, severity]),
      [['partNotRead', 'warning']],
    );
    const second = await poll(first.memory);
    assert.deepEqual(second.events, []);
    assert.isFalse(asked.some(({ type }) => type === GETNEXT));
  });

  it('keeps all other values when one table fails', async () => {
    let isBroken = false;
    await serve(device(), (oid) => isBroken && (oid === SENSOR_VALUE || oid.startsWith(`${SENSOR_VALUE}.`)));
    const { memory } = await poll();
    isBroken = true;
    const { readings, events, memory: after } = await poll(memory);
    assert.equal(metricValue(readings, 'storageLoad', '/'), 25);
    assert.equal(valuesOf(readings, 'temperature').size, 0);
    assert.match(events[0]?.text ?? '', /^ENTITY-SENSOR-MIB could not be read: .* did not answer/);
    isBroken = false;
    const resting = await poll(after);
    assert.equal(valuesOf(resting.readings, 'temperature').size, 0);
    const rested = JSON.parse(JSON.stringify(after), (key, value: unknown) =>
      key === 'untilMs' ? 0 : value,
    ) as unknown;
    assert.equal(metricValue((await poll(rested)).readings, 'temperature', 'inlet'), 21.5);
  });
});

describe('what is remembered of an agent', () => {
  it('begins anew where it cannot be read', () => {
    for (const strange of [undefined, null, 1, [], {}, { probedMs: 'x' }, { probedMs: 1, asked: 'a', present: 'x' }])
      assert.equal(remembered(strange).probedMs, 0);
    const read = remembered({ probedMs: 1, asked: 'a', present: ['1.3', 2], kept: { a: 1 }, failing: { b: {} } });
    assert.deepEqual(read, { probedMs: 1, asked: 'a', present: ['1.3'], kept: {}, failing: {} });
  });

  it('is asked again two minutes and a quarter of an hour after a start, and each hour', () => {
    const minutes = (count: number) => count * 60_000;
    const started = minutes(1000);
    const isAgain = (probed: number, now: number) =>
      !isProbed(started + minutes(probed), started + minutes(now), started);
    assert.deepEqual(
      [isAgain(0.1, 1), isAgain(0.1, 2), isAgain(2, 3), isAgain(3, 15), isAgain(15, 70), isAgain(15, 75)],
      [false, true, false, true, false, true],
    );
    assert.isTrue(isProbed(minutes(1), minutes(2), undefined));
  });

  it('rests longer each time, six hours at most', () => {
    let failing = failedAgain(undefined, 0);
    const rests = [failing.untilMs];
    for (let times = 0; times < 12; times++) {
      failing = failedAgain(failing, 0);
      rests.push(failing.untilMs);
    }
    assert.deepEqual(rests.slice(0, 3), [300_000, 600_000, 1_200_000]);
    assert.equal(rests.at(-1), 6 * 3_600_000);
  });

  it('is bounded, each part and all of them', () => {
    const kept = (length: number) => ({ atMs: 1, value: 'x'.repeat(length) });
    assert.deepEqual(Object.keys(bounded({ small: kept(10), large: kept(MOST_KEPT) })), ['small']);
    const many = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`part${at}`, kept(40_000)]));
    assert.isBelow(JSON.stringify(bounded(many)).length, 200 * 1024);
  });

  it('does not outlive a clock that was put back', () =>
    assert.deepEqual([isFresh(10, 20, 100), isFresh(10, 110, 100), isFresh(30, 20, 100)], [true, false, false]));
});

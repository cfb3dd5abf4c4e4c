import { join } from 'node:path';
import { expect } from 'chai';
import { elementName } from '../../../src/model/element.js';
import { Measured, shapeOf } from '../../../src/model/measured.js';
import type { SampleValue } from '../../../src/model/sample.js';
import { CompactState } from '../../../src/store/compact-state.js';
import { connect } from '../../../src/store/sqlite/driver.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { PollRecord, Store } from '../../../src/store/store.js';
import { temporaryFolder } from '../../support/temporary.js';
import { realTimeEnv } from '../../support/test-env.js';

const ROUTER = elementName('device', 'r');
const START = 1_700_000_000_000;
const env = realTimeEnv();

const measured = (time: number, values: Readonly<Record<string, SampleValue>>) =>
  new Measured(
    shapeOf(Object.keys(values).map((metric) => ({ metric, instance: '', unit: '1' }))),
    time,
    (place) => Object.values(values)[place] ?? Number.NaN,
  );

function poll(one: Measured, others: readonly Measured[] = [], more: Partial<PollRecord> = {}): PollRecord {
  const state = new CompactState({ element: ROUTER, status: 'normal', since: START }, [], [one, ...others]);
  const { time } = one;
  return {
    element: ROUTER,
    method: 'snmp',
    time,
    ok: true,
    responseMs: 2,
    samples: [],
    measured: one,
    events: [],
    state,
    ...more,
  };
}

describe('samples as vectors in SQLite', () => {
  let dir = '';
  let store: Store;
  const open = async () => {
    store = await openSqliteStore({ dir, env, manager: 'em1' });
  };
  const reopened = async () => {
    await store.close();
    await open();
  };
  const points = async (metric: string) => {
    const series = await store.querySamples({ element: ROUTER, metric, from: 0, to: 2 * START });
    return series.flatMap((one) => one.points.map(({ time, value }) => [time - START, value]));
  };
  const latest = async () => {
    const [state] = await store.loadStates();
    return (state?.latest ?? []).map(({ name, value, time }) => [name, value, time - START]);
  };
  const count = (table: string) => {
    const connection = connect(join(dir, 'store.db'));
    const row = connection.prepare(`SELECT count(*) FROM ${table}`).first();
    connection.close();
    return row?.[0];
  };
  beforeEach(async () => {
    dir = temporaryFolder('vectors');
    await open();
  });
  afterEach(() => store.close());

  it('bring numbers back as series, and all values as the latest', async () => {
    const big = 2n ** 60n + 1n;
    await store.recordPolls([poll(measured(START, { a: 1, text: 'up', big }))]);
    await store.recordPolls([poll(measured(START + 30, { a: 2, text: 'up', big: big + 1n }))]);
    await reopened();
    expect(await points('a')).to.deep.equal([
      [0, 1],
      [30, 2],
    ]);
    expect(await points('big')).to.deep.equal([
      [0, Number(big)],
      [30, Number(big)],
    ]);
    expect(await points('text')).to.deep.equal([]);
    expect(await points('responseTime.snmp')).to.have.length(2);
    expect(await latest()).to.have.deep.members([
      ['a', 2, 30],
      ['text', 'up', 30],
      ['big', big + 1n, 30],
    ]);
    expect((await store.listSeries(ROUTER, START, START + 1)).map(({ metric }) => metric)).to.deep.equal([
      'a',
      'big',
      'responseTime.snmp',
    ]);
  });

  it('write no state where only numbers have changed, and yet have them after a restart', async () => {
    await store.recordPolls([poll(measured(START, { a: 1 }))]);
    const connection = connect(join(dir, 'store.db'));
    connection.exec("UPDATE state SET reason = 'as it was'");
    connection.close();
    await store.recordPolls([poll(measured(START + 1, { a: 2 }))]);
    await reopened();
    expect((await store.loadStates())[0]).to.include({ reason: 'as it was' });
    expect(await latest()).to.deep.equal([['a', 2, 1]]);
  });

  it('write a state again that was forgotten, or not watched', async () => {
    await store.recordPolls([poll(measured(START, { a: 1 }))]);
    await store.forgetElement(ROUTER);
    await store.recordPolls([poll(measured(START + 1, { a: 1 }))]);
    expect(await latest()).to.deep.equal([['a', 1, 1]]);
    await store.recordUnwatched([{ element: ROUTER, since: START + 2 }]);
    await store.recordPolls([poll(measured(START + 3, { a: 1 }))]);
    expect((await store.statusSpans(START, START + 5, ROUTER)).map(({ status }) => status)).to.include('normal');
  });

  it('of several accesses are all among the latest', async () => {
    const one = measured(START, { a: 1 });
    const other = measured(START + 5, { b: 2 });
    await store.recordPolls([poll(one)]);
    await store.recordPolls([poll(other, [one], { method: 'http' })]);
    await store.recordPolls([poll(measured(START + 9, { a: 3 }), [other])]);
    await reopened();
    expect(await latest()).to.have.deep.members([
      ['a', 3, 9],
      ['b', 2, 5],
    ]);
  });

  it('leave gaps where a poll brings less, and need no other shape for that', async () => {
    await store.recordPolls([poll(measured(START, { a: 1, b: 2, c: 3 }))]);
    await store.recordPolls([poll(measured(START + 1, { c: 5, a: 4 }))]);
    await store.recordPolls([poll(measured(START + 2, { a: 6, b: 7, c: 8 }))]);
    expect(await points('b')).to.deep.equal([
      [0, 2],
      [2, 7],
    ]);
    expect(await points('c')).to.deep.equal([
      [0, 3],
      [1, 5],
      [2, 8],
    ]);
    await store.close();
    expect(count('track')).to.equal(1);
    await open();
  });

  it('need few shapes for values that come now and then', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `error${index}`);
    for (let at = 0; at < 60; at += 1) {
      const some = names.filter((_, index) => (at * 7 + index) % 3 === 0);
      const values = Object.fromEntries(some.map((name) => [name, at]));
      await store.recordPolls([poll(measured(START + at, values), [], { responseMs: 1 })]);
    }
    expect(await points('error3')).to.have.length(20);
    await store.close();
    expect(count('track')).to.be.below(5);
    await open();
  });

  it('of one time in several shapes are kept once, the later word', async () => {
    await store.recordPolls([poll(measured(START, { a: 1, b: 1 }))]);
    await store.recordPolls([poll(measured(START, { a: 2, z: 2 }), [], { method: 'http' })]);
    expect(await points('a')).to.deep.equal([[0, 2]]);
    expect(await points('b')).to.deep.equal([[0, 1]]);
  });

  it('outlive retention as the latest values', async () => {
    const one = measured(START, { a: 1, text: 'up' });
    await store.recordPolls([poll(one)]);
    await store.recordPolls([poll(measured(START + 100, { b: 2 }), [one], { method: 'http' })]);
    const { samplesDropped } = await store.applyRetention(START + 150, { rawMs: 100, eventsMs: 100 });
    expect(samplesDropped).to.equal(2);
    await reopened();
    expect(await points('a')).to.deep.equal([]);
    expect(await latest()).to.have.deep.members([
      ['a', 1, 0],
      ['text', 'up', 0],
      ['b', 2, 100],
    ]);
  });
});

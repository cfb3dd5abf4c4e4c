import { join } from 'node:path';
import { expect } from 'chai';
import type { EventQuery, NewEvent, PtpEvent } from '../../../src/model/event.js';
import { SEVERITIES } from '../../../src/model/status.js';
import { connect } from '../../../src/store/sqlite/driver.js';
import { migrate } from '../../../src/store/sqlite/migrations.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { Store } from '../../../src/store/store.js';
import { temporaryFolder } from '../../support/temporary.js';
import { testEnv } from '../../support/test-env.js';

const START = 1_700_000_000_000;

/** Like what a network tells: some names, many elements, texts that are much alike. */
const made = (index: number, more: Partial<NewEvent> = {}): NewEvent => ({
  time: START + index * 10 + (index % 7 === 0 ? -500 : 0),
  severity: SEVERITIES[index % 997 === 0 ? 5 : 1 + (index % 3)] ?? 'minor',
  name: index % 3 === 0 ? 'linkDown' : 'linkUp',
  text: `ifIndex.${index % 50} = ${index % 50}`,
  ...(index % 5 !== 0 && { element: `device/r${index % 400}` as const }),
  source: `trap 10.0.${index % 200}.1`,
  ...(index % 11 === 0 && { alarm: `link ${index % 50}` }),
  ...more,
});

const open = (dir: string): Promise<Store> => openSqliteStore({ dir, env: testEnv(), manager: 'em1' });

const newestFirst = (a: PtpEvent, b: PtpEvent): number => b.time - a.time || b.id - a.id;

/** What a plain look at all events finds. */
function plainly(all: readonly PtpEvent[], query: Partial<EventQuery>): readonly PtpEvent[] {
  const { from = 0, to = Number.MAX_SAFE_INTEGER, severity = 'cleared', element, text = '', words = [] } = query;
  const least = SEVERITIES.indexOf(severity);
  return all
    .filter((one) => one.time >= from && one.time < to && SEVERITIES.indexOf(one.severity) >= least)
    .filter((one) => element === undefined || one.element === element)
    .filter((one) => [one.text, one.name].some((field) => field.includes(text)))
    .filter((one) =>
      words.every((word) =>
        [one.text, one.name, one.element, one.source, one.manager].some((at) => at?.includes(word)),
      ),
    )
    .toSorted(newestFirst);
}

describe('events in blocks', function () {
  this.timeout(60_000);
  let dir: string;
  let store: Store;
  const all: PtpEvent[] = [];

  before(async () => {
    dir = temporaryFolder('store');
    store = await open(dir);
    // Single ones and many at a time, so that some are put together and others are large by themselves.
    let index = 0;
    const record = async (count: number): Promise<void> => {
      all.push(...(await store.recordEvents(Array.from({ length: count }, () => made(index++)))));
    };
    await Promise.all(Array.from({ length: 4500 }, () => record(1)));
    for (let round = 0; round < 2; round += 1) await record(1700);
    await record(3000);
    await Promise.all(Array.from({ length: 300 }, () => record(1)));
  });
  after(() => store.close());

  const blocks = (): readonly (readonly [count: unknown, isMarked: unknown])[] => {
    const file = connect(join(dir, 'store.db'));
    const rows = file
      .prepare('SELECT count, signature IS NOT NULL FROM event_block LEFT JOIN event_mark USING (first) ORDER BY first')
      .rows();
    file.close();
    return rows.map(([count, isMarked]) => [count, isMarked] as const);
  };

  it('are put together, and noted, in few rows', () => {
    const rows = blocks();
    const sealed = rows.filter(([, isMarked]) => isMarked === 1);
    expect(rows.reduce((sum, [count]) => sum + Number(count), 0)).to.equal(all.length);
    expect(sealed.length).to.be.within(4, 20);
    expect(rows.length - sealed.length).to.be.below(4096);
  });

  const QUERIES: readonly Partial<EventQuery>[] = [
    {},
    { severity: 'critical' },
    { element: 'device/r7' },
    { element: 'device/nowhere' },
    { text: 'ifIndex.49' },
    { text: '= 3' },
    { words: ['10.0.17.1', 'linkDown'] },
    { from: START + 20_000, to: START + 21_000 },
    { from: START + 50_000, to: START + 170_000, element: 'device/r201', severity: 'warning' },
  ];

  for (const query of QUERIES)
    it(`are found as a plain look finds them: ${JSON.stringify(query)}`, async () => {
      const expected = plainly(all, query);
      const seen: PtpEvent[] = [];
      for (let offset = 0; offset <= expected.length; offset += 1000) {
        const { rows, total, isTotalLeast } = await store.queryEvents({ ...query, offset, limit: 1000 });
        expect([total, isTotalLeast]).to.deep.equal([expected.length, undefined]);
        seen.push(...rows);
      }
      expect(seen).to.deep.equal(expected);
      const oldest = await store.queryEvents({ ...query, oldestFirst: true, offset: 3, limit: 50 });
      expect(oldest.rows).to.deep.equal(expected.toReversed().slice(3, 53));
      const after = expected[Math.floor(expected.length / 2)];
      const behind = await store.queryEvents({ ...query, after, offset: 1, limit: 5 });
      if (after) expect(behind.rows).to.deep.equal(expected.slice(expected.indexOf(after) + 2).slice(0, 5));
    });

  it('are counted as a plain look counts them', async () => {
    const [from, to] = [START + 30_000, START + 90_000];
    const counts = await store.eventCounts(from, to);
    const expected = plainly(all, { from, to }).filter(({ element }) => element !== undefined);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).to.equal(expected.length);
    const one = expected.filter(({ element, severity }) => element === 'device/r8' && severity === 'minor').length;
    expect(counts.find(({ element, severity }) => element === 'device/r8' && severity === 'minor')?.count).to.equal(
      one,
    );
    expect(counts.map(({ element }) => element)).to.deep.equal(counts.map(({ element }) => element).toSorted());
  });

  it('are the same after a restart, and dropped to the millisecond', async () => {
    await store.close();
    store = await open(dir);
    const before = START + 60_005;
    const old = all.filter(({ time }) => time < before).length;
    const dropped = await store.applyRetention(before + 10, { rawMs: 10, eventsMs: 10 });
    expect(dropped.eventsDropped).to.equal(old);
    const { rows, total } = await store.queryEvents({ oldestFirst: true, offset: 0, limit: 100 });
    expect(total).to.equal(all.length - old);
    expect(rows).to.deep.equal(plainly(all, { from: before }).toReversed().slice(0, 100));
    const element = 'device/r9';
    expect((await store.queryEvents({ element, offset: 0, limit: 10 })).rows).to.deep.equal(
      plainly(all, { from: before, element }).slice(0, 10),
    );
  });
});

describe('events of earlier layouts', () => {
  it('are turned into blocks, with their ids, and none of a dropped one is given again', async () => {
    const dir = temporaryFolder('store');
    const file = connect(join(dir, 'store.db'));
    migrate(file, 1);
    const insert = file.prepare(
      'INSERT INTO event (id, manager, time, severity, name, text, element, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    file.transaction(() => {
      for (let id = 1; id <= 5000; id += 1)
        if (id % 10 !== 3)
          insert.run(
            id,
            id < 100 ? 'old' : 'em1',
            START + id,
            id % 6,
            'name',
            `text ${id}`,
            id % 2 ? 'device/a' : null,
            null,
          );
      insert.run(6000, 'em1', START, 1, 'gone', 'gone', null, null);
    });
    file.exec('DELETE FROM event WHERE id = 6000');
    file.close();
    const store = await open(dir);
    const { rows, total } = await store.queryEvents({ oldestFirst: true, offset: 0, limit: 1000 });
    expect(total).to.equal(4500);
    expect(rows.map(({ id }) => id).slice(0, 4)).to.deep.equal([1, 2, 4, 5]);
    expect(rows[1]).to.deep.equal({
      id: 2,
      manager: 'old',
      time: START + 2,
      severity: 'warning',
      name: 'name',
      text: 'text 2',
    });
    expect(rows[97]).to.deep.include({ id: 109, manager: 'em1', element: 'device/a', text: 'text 109' });
    const whole = [{ column: 'manager', value: 'OLD' }] as const;
    expect((await store.queryEvents({ whole, offset: 0, limit: 1 })).total).to.equal(89);
    const [next] = await store.recordEvents([made(1)]);
    expect(next?.id).to.equal(6001);
    await store.close();
  });
});

/** A database as a program of an earlier layout has left it, and whether all of it is there afterwards. */
import { join } from 'node:path';
import { expect } from 'chai';
import { elementName } from '../../../src/model/element.js';
import { type Connection, connect } from '../../../src/store/sqlite/driver.js';
import { migrate } from '../../../src/store/sqlite/migrations.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { vectorSamples } from '../../../src/store/sqlite/vector-samples.js';
import { realTimeEnv } from '../../support/test-env.js';

const ROUTER = elementName('device', 'r');
const START = 1_700_000_000_000;
const DAY = 86_400_000;
const env = realTimeEnv();

/** With samples of two elements. */
export function leaveBehind(dir: string, layout: number): void {
  const connection = connect(join(dir, 'store.db'));
  connection.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
  migrate(connection, layout);
  connection.exec(`
    INSERT INTO element (id, name) VALUES (1, '${ROUTER}'), (2, 'device/other');
    INSERT INTO state (element, status, since, reason, latest)
      VALUES (1, 'normal', ${START}, NULL, '[["a","x",1.5,"By",${START}]]');
  `);
  if (layout < 3) fillRows(connection);
  else fillVectors(connection);
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  connection.close();
}

function fillRows(connection: Connection): void {
  connection.exec("INSERT INTO series VALUES (1, 1, 'a', 'x', 'By'), (2, 1, 'b', '', '1'), (3, 2, 'a', '', '1')");
  const insert = connection.prepare('INSERT INTO sample VALUES (?, ?, ?)');
  connection.transaction(() => {
    for (let at = 0; at < 300; at += 1) {
      insert.run(1, START + at * DAY, at / 2);
      if (at % 3 === 0) insert.run(2, START + at * DAY, 1000 - at);
      insert.run(3, START + at * DAY, at);
    }
  });
}

function fillVectors(connection: Connection): void {
  connection.exec(`
    INSERT INTO shape VALUES (1, 'one', '[["a","x","By"],["b","","1"]]'), (2, 'other', '[["a","","1"]]');
    INSERT INTO track VALUES (1, 1, 1), (2, 2, 2);
  `);
  const samples = vectorSamples(connection);
  connection.transaction(() => {
    for (let at = 0; at < 300; at += 1) {
      const time = START + at * DAY;
      samples.append(1, { time, values: Float64Array.of(at / 2, at % 3 === 0 ? 1000 - at : Number.NaN) });
      samples.append(2, { time, values: Float64Array.of(at) });
    }
  });
}

/** Samples and states, as they are and when they have been put away. */
export async function expectAllOf(dir: string): Promise<void> {
  const store = await openSqliteStore({ dir, env, manager: 'em1' });
  const points = async (element: typeof ROUTER, metric: string) => {
    const series = await store.querySamples({ element, metric, from: 0, to: 2 * START });
    return series.flatMap((one) => one.points.map(({ time, value }) => [(time - START) / DAY, value]));
  };
  const all = Array.from({ length: 300 }, (_, at) => at);
  const other = elementName('device', 'other');
  for (const sealed of [false, true]) {
    if (sealed) await store.sealSamples(START + 1000 * DAY, 'all');
    expect(await points(ROUTER, 'a')).to.deep.equal(all.map((at) => [at, at / 2]));
    expect(await points(ROUTER, 'b')).to.deep.equal(all.filter((at) => at % 3 === 0).map((at) => [at, 1000 - at]));
    expect(await points(other, 'a')).to.deep.equal(all.map((at) => [at, at]));
    expect(
      (await store.figures(0, 2 * START)).map(({ element, metric, count }) => [element, metric, count]),
    ).to.deep.equal([
      [other, 'a', 300],
      [ROUTER, 'a', 300],
      [ROUTER, 'b', 100],
    ]);
  }
  expect((await store.loadStates())[0]?.latest).to.deep.equal([
    { name: 'a', instance: 'x', value: 1.5, unit: 'By', time: START },
  ]);
  await store.close();
}

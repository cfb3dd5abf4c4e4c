import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type ElementName, elementName } from '../../../src/model/element.js';
import { openDataDir } from '../../../src/store/data-dir.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { Store } from '../../../src/store/store.js';
import { temporaryFolder } from '../../support/temporary.js';
import { realTimeEnv } from '../../support/test-env.js';

const WRITER = fileURLToPath(new URL('./kill-writer.js', import.meta.url));
/** By hand: `PTPMGR_TEST_KILLS=100`. */
const KILLS = Number(process.env.PTPMGR_TEST_KILLS ?? 8);
const MOST_ACKNOWLEDGED = 400;
const DAY_MS = 86_400_000;

/** Runs the writer until it has acknowledged so many calls, kills it there, and answers with all that it said. */
async function writeAndKill(dir: string, first: number, acknowledgements: number): Promise<readonly number[]> {
  const child = spawn(process.execPath, [WRITER, dir, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: number[] = [];
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === acknowledgements) child.kill('SIGKILL');
  }
  expect((await ended)[1]).to.equal('SIGKILL');
  return acknowledged;
}

describe('the store of a process that is killed', () => {
  const open: { close(): Promise<void> }[] = [];
  const closeAll = async () => {
    for (const one of open.splice(0)) await one.close();
  };
  afterEach(closeAll);

  it(`has after each of ${KILLS} kills all that was acknowledged, every call whole, and goes on`, async function () {
    this.timeout(KILLS * 20_000);
    const env = realTimeEnv();
    const dir = temporaryFolder('kill');
    let first = 0;
    let lastId = 0;
    let incarnation = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const acknowledged = await writeAndKill(dir, first, 1 + Math.floor(Math.random() * MOST_ACKNOWLEDGED));

      const data = await openDataDir(dir, env);
      open.push(data);
      expect(data.incarnation).to.be.greaterThan(incarnation + 1);
      incarnation = data.incarnation;
      const store = await openSqliteStore({ dir, env, manager: 'em1' });
      open.unshift(store);
      const stored = new Set<number>();
      const ids: number[] = [];
      for (let offset = 0; ; offset += 1000) {
        const { rows } = await store.queryEvents({ from: first, offset, limit: 1000 });
        for (const { text, id } of rows) {
          stored.add(Number(text));
          ids.push(id);
        }
        if (rows.length < 1000) break;
      }
      for (const call of acknowledged) expect(stored.has(call), `call ${call} after kill ${kill}`).to.equal(true);
      expect(new Set(ids).size, 'ids given once').to.equal(ids.length);
      expect(Math.min(...ids)).to.be.greaterThan(lastId);
      lastId = Math.max(...ids);

      const found = new Map<number, number>();
      for (let index = 0; index < 80; index += 1) {
        const element = elementName('device', `d${Math.floor(index / 2)}-${index % 2}`);
        for (const [call, count] of await countsOf(store, element, first)) {
          found.set(call, (found.get(call) ?? 0) + count);
        }
      }
      expect([...found.keys()].toSorted((a, b) => a - b)).to.deep.equal([...stored].toSorted((a, b) => a - b));
      for (const [call, count] of found) expect(count, `samples of call ${call}`).to.equal(20);

      for (const element of ['d0-0', 'd39-1'].map((id) => elementName('device', id)))
        expect(await rolledUp(store, element), `rolled up of ${element}`).to.equal(
          [...(await countsOf(store, element, 0)).values()].reduce((sum, one) => sum + one, 0),
        );

      first = Math.max(...stored) + 1;
      await closeAll();
    }
  });
});

/** How many samples of an element went into what is rolled up, or will. */
async function rolledUp(store: Store, element: ElementName): Promise<number> {
  let sum = 0;
  for (let index = 0; index < 10; index += 1) {
    const query = { element, metric: `m${index}`, from: 0, to: 32 * DAY_MS, stepMs: DAY_MS };
    for (const { points } of await store.querySamples(query)) for (const { count = 0 } of points) sum += count;
  }
  return sum;
}

/** How many samples of an element there are at each time from `from` on. */
async function countsOf(store: Store, element: ElementName, from: number) {
  const counts = new Map<number, number>();
  for (let index = 0; index < 10; index += 1) {
    const series = await store.querySamples({ element, metric: `m${index}`, from, to: Number.MAX_SAFE_INTEGER });
    for (const { time } of series.flatMap(({ points }) => points)) counts.set(time, (counts.get(time) ?? 0) + 1);
  }
  return counts;
}

/** Whether a store has what `kill-writer` was acknowledged, and every call of it whole. */
import { expect } from 'chai';
import { type ElementName, elementName } from '../../../src/model/element.js';
import type { Store } from '../../../src/store/store.js';

const DAY_MS = 86_400_000;

export interface StoredCalls {
  /** Numbers of the calls that are stored. */
  readonly calls: ReadonlySet<number>;
  /** Of their events. */
  readonly ids: readonly number[];
}

/** @param first Calls before that one are not looked at. */
export async function expectWholeCalls(
  store: Store,
  first: number,
  acknowledged: readonly number[],
  when: string,
): Promise<StoredCalls> {
  const calls = new Set<number>();
  const ids: number[] = [];
  for (let offset = 0; ; offset += 1000) {
    const { rows } = await store.queryEvents({ from: first, offset, limit: 1000 });
    for (const { text, id } of rows) {
      calls.add(Number(text));
      ids.push(id);
    }
    if (rows.length < 1000) break;
  }
  for (const call of acknowledged) expect(calls.has(call), `call ${call} ${when}`).to.equal(true);
  expect(calls.size, `events of calls ${when}`).to.equal(ids.length);
  expect(new Set(ids).size, `ids given once ${when}`).to.equal(ids.length);

  const found = new Map<number, number>();
  for (let index = 0; index < 80; index += 1) {
    const element = elementName('device', `d${Math.floor(index / 2)}-${index % 2}`);
    for (const [call, count] of await countsOf(store, element, first)) found.set(call, (found.get(call) ?? 0) + count);
  }
  expect([...found.keys()].toSorted((a, b) => a - b)).to.deep.equal([...calls].toSorted((a, b) => a - b));
  for (const [call, count] of found) expect(count, `samples of call ${call} ${when}`).to.equal(20);

  for (const element of ['d0-0', 'd39-1'].map((id) => elementName('device', id)))
    expect(await rolledUp(store, element), `rolled up of ${element} ${when}`).to.equal(
      [...(await countsOf(store, element, 0)).values()].reduce((sum, one) => sum + one, 0),
    );
  return { calls, ids };
}

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

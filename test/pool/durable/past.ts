/** Samples and events of former times, written while no manager runs: there is something to put away, roll up and drop. */
import type { Env } from '../../../src/base/env.js';
import { elementName } from '../../../src/model/element.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { PollRecord } from '../../../src/store/store.js';
import { ID, NEAR, PAST } from './configuration.js';
import type { DataManager } from './data-manager.js';

const ROWS = 800;
const METRICS = 20;
const TOGETHER = 200;
const HOUR_MS = 3_600_000;
const STEP_SECONDS = 300;
/** Events so large that what is dropped with them is given back to the disk. */
const BULK = 1600;
const BULK_BYTES = 50_000;

/** One piece of the past of one element. */
interface Piece {
  readonly element: string;
  readonly from: number;
  readonly spacingMs: number;
}

export class Past {
  readonly #env: Env;
  readonly #folder: string;
  readonly #nowMs = Date.now();
  /** Older than samples are kept: only what they were rolled up to stays. */
  readonly #old: Piece[] = [];
  readonly #near: Piece[] = [];

  /** @param folder Data directory of the manager. */
  constructor(env: Env, folder: string) {
    this.#env = env;
    this.#folder = folder;
  }

  /** A further piece of each; `bulk` also makes the store larger by 80 MB that are to go. */
  async add(bulk: boolean): Promise<void> {
    const number = this.#old.length;
    const old = {
      element: at(PAST, number),
      from: this.#nowMs - 120 * HOUR_MS + number * 2000 * ROWS,
      spacingMs: 2000,
    };
    const near = { element: at(NEAR, number), from: this.#nowMs - 20 * HOUR_MS + number * 100 * ROWS, spacingMs: 100 };
    const store = await openSqliteStore({ dir: this.#folder, env: this.#env, manager: ID });
    try {
      for (const piece of [old, near])
        for (let row = 0; row < ROWS; row += TOGETHER)
          await store.recordPolls(Array.from({ length: TOGETHER }, (_, index) => pollOf(piece, row + index)));
      for (let done = 0; bulk && done < BULK; done += TOGETHER) await store.recordEvents(bulkEvents(old.from));
    } finally {
      await store.close();
    }
    this.#old.push(old);
    this.#near.push(near);
  }

  /** What is not as it was written, a sentence each. */
  async faults(manager: DataManager): Promise<readonly string[]> {
    const faults: string[] = [];
    for (const { element, from, spacingMs } of this.#near) {
      const to = from + ROWS * spacingMs;
      const { series } = await manager.ask('getSamples', { element, metric: 'm7', from, to });
      const points = series.flatMap((one) => one.points);
      const right = points.filter(({ time, value }) => value === valueAt(7, (time - from) / spacingMs)).length;
      if (right !== ROWS || points.length !== ROWS)
        faults.push(`${element} had ${ROWS} samples from ${from} on and has ${right} of them among ${points.length}`);
    }
    const [first, last] = [this.#old[0], this.#old.at(-1)];
    if (!first || !last) return faults;
    const from = Math.floor(first.from / STEP_SECONDS / 1000) * STEP_SECONDS * 1000;
    for (const element of PAST) {
      const pieces = this.#old.filter((one) => one.element === element).length;
      const to = last.from + HOUR_MS;
      const { series } = await manager.ask('getSamples', { element, metric: 'm7', from, to, step: STEP_SECONDS });
      const count = series.flatMap(({ points }) => points).reduce((sum, point) => sum + (point.count ?? 0), 0);
      if (count !== pieces * ROWS)
        faults.push(`${element} had ${pieces * ROWS} samples long ago, and ${count} are in what was rolled up`);
    }
    return faults;
  }
}

const at = (ids: readonly string[], number: number): string => ids[number % ids.length] ?? '';
const valueAt = (metric: number, row: number): number => metric * 1000 + (row % 97);

function pollOf({ element: id, from, spacingMs }: Piece, row: number): PollRecord {
  const element = elementName('device', id);
  const time = from + row * spacingMs;
  const samples = Array.from({ length: METRICS }, (_, metric) => ({
    element,
    metric: `m${metric}`,
    instance: '',
    value: valueAt(metric, row),
    unit: '1',
    time,
    owner: ID,
    epoch: { term: 0, number: 0, giver: ID },
  }));
  return { element, method: 'file', time, ok: true, samples, events: [] };
}

const bulkEvents = (time: number) =>
  Array.from({ length: TOGETHER }, () => {
    const text = Array.from({ length: BULK_BYTES / 10 }, () => Math.random().toString(36).slice(2, 12)).join('');
    return { time, severity: 'minor' as const, name: 'bulk', text };
  });

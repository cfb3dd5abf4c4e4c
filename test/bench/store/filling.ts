/** A store that is filled as polls fill it, what that costs, and what it takes on disk. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemEnv } from '../../../src/base/system-env.js';
import { connect } from '../../../src/store/sqlite/driver.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { PollRecord, Store } from '../../../src/store/store.js';
import { median } from '../row.js';
import type { Device } from './devices.js';

export const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;
export const YEAR = 365 * DAY;
/** The end of all samples: the beginning of a day. */
export const NOW = 20_000 * DAY;
/** Polls that share a call. */
const TOGETHER = 50;
const ROUNDS = 7;

export type Print = (text: string) => void;

/** A store of its own, which is gone afterwards. */
export async function withStore(work: (store: Store, dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ptpmgr-bench-store-'));
  try {
    const store = await openSqliteStore({ dir, env: systemEnv('warn'), manager: 'EM1' });
    try {
      await work(store, dir);
    } finally {
      await store.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** CPU of all threads, milliseconds. */
export async function cpuMsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

export class Filling {
  readonly #store: Store;
  count = 0;
  #storeMs = 0;
  #sealMs = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Day by day until {@link NOW}, and after each day what is due is put away. */
  async fill(devices: readonly Device[], from: number, intervalMs: number): Promise<void> {
    for (let day = from; day < NOW; day += DAY) {
      const polls: PollRecord[] = [];
      for (let time = day; time < Math.min(day + DAY, NOW); time += intervalMs)
        for (const device of devices) polls.push(device.poll(time));
      this.count += polls.reduce((sum, { measured }) => sum + (measured?.size ?? 0) + 1, 0);
      this.#storeMs += await cpuMsOf(async () => {
        for (let at = 0; at < polls.length; at += TOGETHER)
          await this.#store.recordPolls(polls.slice(at, at + TOGETHER));
      });
      this.#sealMs += await cpuMsOf(() => this.#store.sealSamples(day + DAY + 3 * HOUR));
    }
  }

  print(print: Print): void {
    print(`storing them: ${((1e6 * this.#storeMs) / this.count).toFixed(0)} ns CPU a sample`);
    print(`putting them away: ${((1e6 * this.#sealMs) / this.count).toFixed(0)} ns CPU a sample`);
  }
}

/** How long a chart that ends at {@link NOW} takes. */
export async function chart(
  print: Print,
  store: Store,
  name: string,
  {
    device,
    spanMs,
    stepMs,
    instance,
  }: { readonly device: Device; readonly spanMs: number; readonly stepMs: number; readonly instance: string },
): Promise<void> {
  const query = { element: device.element, metric: 'ifInOctets.rate', instance, from: NOW - spanMs, to: NOW };
  const times: number[] = [];
  let points = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = performance.now();
    points = (await store.querySamples({ ...query, stepMs })).reduce((sum, one) => sum + one.points.length, 0);
    times.push(performance.now() - before);
  }
  print(`chart of ${name}: ${median(times).toFixed(1)} ms, ${points} points`);
}

const LEVELS = [
  ['samples', 'block'],
  ['5 minutes', 'rollup1'],
  ['hours', 'rollup2'],
  ['days', 'rollup3'],
] as const;

export function sizes(print: Print, dir: string, count: number): void {
  const { used, total, number } = sizeOf(dir);
  print(
    `the database: ${(used / count).toFixed(2)} bytes a sample, all included (${(total / count).toFixed(2)} with pages that are free again)`,
  );
  for (const [name, table] of LEVELS) {
    const bytes = number(`SELECT sum(length(data)) FROM ${table}`);
    print(
      `  ${name}: ${(bytes / count).toFixed(3)} bytes a sample in ${number(`SELECT count(*) FROM ${table}`)} blocks`,
    );
  }
}

/** Bytes of the database without its log; `used` without pages that are free. `number` asks it for one. */
export function sizeOf(dir: string): {
  readonly used: number;
  readonly total: number;
  readonly number: (sql: string) => number;
} {
  const file = join(dir, 'store.db');
  const number = (sql: string): number => {
    const connection = connect(file);
    try {
      return Number(connection.prepare(sql).first()?.[0] ?? 0);
    } finally {
      connection.close();
    }
  };
  number('PRAGMA wal_checkpoint(TRUNCATE)');
  const free = number('PRAGMA freelist_count') * number('PRAGMA page_size');
  const total = statSync(file).size;
  return { used: total - free, total, number };
}

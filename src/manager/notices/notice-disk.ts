/**
 * Brings rows of the queue to the store, many with one write, and says when they are there. What the store does not take is
 * tried again, and sent meanwhile all the same: that the store has failed may be the very thing to be told.
 */
import type { Row } from '../../assess/notices/lane.js';
import { NOTICE_KINDS, type Notice } from '../../assess/notices/notice.js';
import type { Env } from '../../base/env.js';
import { SEVERITIES } from '../../model/status.js';
import type { Store, WaitingNotice } from '../../store/store.js';

/** A write costs as much as many rows, so the first one waits so long for others. */
const GATHERED_MS = 20;
const AGAIN_MS = 5000;
const MOST_TOGETHER = 5000;
const MOST_READ = 10_000;
/** While the store fails, of rows that it has not taken: should one be there all the same, it is told again after a start. */
const MOST_REMOVED = 100_000;
/** At the end. */
const PATIENCE_MS = 3000;

export class NoticeDisk {
  readonly #env: Env;
  readonly #store: Pick<Store, 'changeNotices' | 'loadNotices'>;
  readonly #onStored: (rows: readonly Row[]) => void;
  readonly #put = new Map<number, Row>();
  readonly #removed = new Set<number>();
  /** Those of {@link #put} that were let go although the store did not take them. */
  readonly #announced = new Set<number>();
  #isWriting = false;
  #isFailing = false;
  #hurry = (): void => {};
  #emptied: (() => void) | undefined;

  /** @param onStored Called with rows that are on disk, or that the store does not take. */
  constructor(env: Env, store: Pick<Store, 'changeNotices' | 'loadNotices'>, onStored: (rows: readonly Row[]) => void) {
    this.#env = env;
    this.#store = store;
    this.#onStored = onStored;
  }

  /** Everything that it was given is on disk. */
  get isIdle(): boolean {
    return !this.#isWriting;
  }

  /** What was left by the former start, in order; what cannot be read is left out. */
  async load(): Promise<readonly Row[]> {
    const rows: Row[] = [];
    const moment = { nowMs: this.#env.clock.now(), monotonicMs: this.#env.clock.monotonic() };
    for (let after = 0; ; ) {
      const part = await this.#store.loadNotices(after, MOST_READ);
      const last = part.at(-1);
      if (!last) return rows;
      after = last.id;
      for (const one of part) {
        const row = rowOf(one, moment);
        if (row) rows.push(row);
        else this.change([], [one.id]);
      }
    }
  }

  change(put: readonly Row[], removed: readonly number[]): void {
    for (const row of put) this.#put.set(row.id, row);
    for (const id of removed) {
      const isWaiting = this.#put.delete(id);
      this.#announced.delete(id);
      // It may be on its way to disk.
      if (!isWaiting || this.#removed.size < MOST_REMOVED) this.#removed.add(id);
    }
    if (put.length + removed.length > 0 && !this.#isWriting) void this.#write();
  }

  /** Resolves when all is on disk, or after three seconds. */
  async close(): Promise<void> {
    if (!this.#isWriting) return;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
      this.#env.clock.after(PATIENCE_MS, resolve);
      this.#hurry();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#put.size + this.#removed.size > 0) {
      await this.#pause(this.#isFailing ? AGAIN_MS : GATHERED_MS);
      const rows = [...this.#put.values()].slice(0, MOST_TOGETHER);
      const removed = [...this.#removed].slice(0, MOST_TOGETHER);
      const moment = { nowMs: this.#env.clock.now(), monotonicMs: this.#env.clock.monotonic() };
      for (const id of removed) this.#removed.delete(id);
      try {
        await this.#store.changeNotices({ put: rows.map((row) => written(row, moment)), removed });
        this.#isFailing = false;
        for (const { id } of rows) this.#put.delete(id);
        this.#announce(rows);
        for (const { id } of rows) this.#announced.delete(id);
      } catch (thrown) {
        for (const id of removed) this.#removed.add(id);
        if (!this.#isFailing) this.#env.log.error('notices cannot be stored and wait', { reason: String(thrown) });
        this.#isFailing = true;
        // All of them: only those that are let go are bounded in number and age.
        this.#announce([...this.#put.values()]);
        if (this.#emptied) break;
      }
    }
    this.#isWriting = false;
    this.#emptied?.();
  }

  #announce(rows: readonly Row[]): void {
    const news = rows.filter(({ id }) => !this.#announced.has(id));
    for (const { id } of news) this.#announced.add(id);
    if (news.length > 0) this.#onStored(news);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#env.clock.after(this.#emptied ? 0 : ms, resolve);
      this.#hurry = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

interface Moment {
  readonly nowMs: number;
  readonly monotonicMs: number;
}

const written = ({ id, destination, notice, sinceMs }: Row, { nowMs, monotonicMs }: Moment): WaitingNotice => ({
  id,
  destination,
  body: JSON.stringify({ notice, since: Math.round(nowMs - (monotonicMs - sinceMs)) }),
});

function rowOf({ id, destination, body }: WaitingNotice, { nowMs, monotonicMs }: Moment): Row | undefined {
  try {
    const { notice, since } = JSON.parse(body);
    if (!isNotice(notice) || typeof since !== 'number') return undefined;
    return { id, destination, notice, sinceMs: monotonicMs - Math.max(0, nowMs - since) };
  } catch {
    return undefined;
  }
}

/** What this program has written itself, perhaps in an older version: enough to be told without an accident. */
function isNotice(value: unknown): value is Notice {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string, type: string) => typeof Reflect.get(value, name) === type;
  const severities: readonly string[] = SEVERITIES;
  const kinds: readonly string[] = NOTICE_KINDS;
  return (
    ['id', 'name', 'manager', 'text'].every((name) => has(name, 'string')) &&
    has('at', 'number') &&
    kinds.includes(Reflect.get(value, 'kind')) &&
    [Reflect.get(value, 'severity'), Reflect.get(value, 'worst')].every((one) => severities.includes(one))
  );
}

/** What of the announcements that come in is looked at, and how much work that may be. */
import type { Announcement } from './announcement.js';

/** Managers that are remembered; of more, the one heard of longest ago is forgotten. */
const MOST_REMEMBERED = 4096;

/**
 * A counter that nothing new has followed for so long counts no more, so that one from the future does not silence a
 * manager for good. A packet that is sent again after that has somebody asked who it is, no more.
 */
const COUNTS_FOR_MS = 60_000;

/** Drops what was heard before: copies that came by another way, and replays. */
export class CounterTable {
  readonly #last = new Map<string, { readonly counter: number; readonly atMs: number }>();

  /**
   * Whether it is newer than all before it from the same start of the same manager.
   * @param nowMs Monotonic.
   */
  isNew({ id, incarnation, counter }: Pick<Announcement, 'id' | 'incarnation' | 'counter'>, nowMs: number): boolean {
    const key = `${id} ${incarnation}`;
    const last = this.#last.get(key);
    if (last && counter <= last.counter && nowMs - last.atMs < COUNTS_FOR_MS) return false;
    this.#last.delete(key);
    this.#last.set(key, { counter, atMs: nowMs });
    if (this.#last.size > MOST_REMEMBERED) this.#last.delete(this.#last.keys().next().value ?? '');
    return true;
  }

  get size(): number {
    return this.#last.size;
  }
}

/** Checks of authentication codes a second, over all senders: 500 of them take about 5 ms. */
export const MOST_CHECKS = 500;
/** Of one sender's address, so that one that floods does not shut out the others. */
export const MOST_CHECKS_OF_ONE = 100;
/** Addresses that are counted apart within a second; those that come later share what is left. */
const MOST_SENDERS = 1024;
const WINDOW_MS = 1000;

/** Counts within a second, by the monotonic clock. */
export class CheckBudget {
  #untilMs = Number.NEGATIVE_INFINITY;
  #all = 0;
  readonly #bySender = new Map<string, number>();

  /** Whether one more may be checked now. */
  take(sender: string, nowMs: number): boolean {
    if (nowMs >= this.#untilMs) {
      this.#untilMs = nowMs + WINDOW_MS;
      this.#all = 0;
      this.#bySender.clear();
    }
    const key = this.#bySender.has(sender) || this.#bySender.size < MOST_SENDERS ? sender : '';
    const mine = this.#bySender.get(key) ?? 0;
    if (this.#all >= MOST_CHECKS || mine >= MOST_CHECKS_OF_ONE) return false;
    this.#all += 1;
    this.#bySender.set(key, mine + 1);
    return true;
  }
}

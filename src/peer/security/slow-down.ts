/** How long the answer to wrong credentials waits, by source address. Pure but for its table. */
import { isIPv6 } from 'node:net';

const FIRST_DELAY_MS = 125;
const LONGEST_DELAY_MS = 2_000;
/** An address without a failure for so long is forgotten. */
const FORGET_MS = 60_000;
const MOST_ADDRESSES = 10_000;
/** Guesses that one address may have in work at once. */
const MOST_WAITING = 8;

interface Entry {
  failures: number;
  waiting: number;
  latestMs: number;
}

export class SlowDown {
  readonly #entries = new Map<string, Entry>();

  /** Whether this address may have another guess checked now; `leave` must follow when it may. */
  enter(address: string, nowMs: number): boolean {
    const entry = this.#entry(address, nowMs);
    if (entry.waiting >= MOST_WAITING) return false;
    entry.waiting += 1;
    return true;
  }

  leave(address: string): void {
    const entry = this.#entries.get(source(address));
    if (entry && entry.waiting > 0) entry.waiting -= 1;
  }

  /** A wrong guess: how long its answer has to wait, doubling from 125 ms to 2 s. */
  failed(address: string, nowMs: number): number {
    const entry = this.#entry(address, nowMs);
    entry.failures += 1;
    entry.latestMs = nowMs;
    return Math.min(FIRST_DELAY_MS * 2 ** Math.min(entry.failures - 1, 10), LONGEST_DELAY_MS);
  }

  #entry(address: string, nowMs: number): Entry {
    const name = source(address);
    let entry = this.#entries.get(name);
    if (entry && entry.waiting === 0 && nowMs - entry.latestMs > FORGET_MS) {
      this.#entries.delete(name);
      entry = undefined;
    }
    if (!entry) {
      const oldest = this.#entries.keys().next();
      if (this.#entries.size >= MOST_ADDRESSES && !oldest.done) this.#entries.delete(oldest.value);
      entry = { failures: 0, waiting: 0, latestMs: nowMs };
      this.#entries.set(name, entry);
    }
    return entry;
  }
}

/** A host of IPv6 has a whole /64 to guess from. */
const source = (address: string): string =>
  isIPv6(address) && !address.startsWith('::ffff:') ? address.split(':').slice(0, 4).join(':') : address;

/** Time that stands still until a test moves it. */
import type { Clock, Timer } from '../../src/base/env.js';

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class FakeClock implements Clock {
  #wall: number;
  #elapsed = 0;
  #order = 0;
  readonly #waiting = new Set<Waiting>();

  /** @param startMs Wall clock at the beginning; default 2026-01-01T00:00:00Z. */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#wall = startMs;
  }

  now(): number {
    return this.#wall + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(delayMs: number, run: () => void): Timer {
    const waiting = { at: this.#elapsed + Math.max(delayMs, 0), order: this.#order++, run };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  /** Timers that have neither run nor been cancelled. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** How long until the next timer, in milliseconds; undefined when none waits. */
  get untilNext(): number | undefined {
    const next = this.#next();
    return next && next.at - this.#elapsed;
  }

  /**
   * Lets `ms` pass. Timers run in the order of their times, each at its own time; after each the promises that it
   * settled are followed (one turn of the event loop), so that timers set by them within `ms` run, too.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) {
      this.#fire(next);
      await settle();
    }
    this.#elapsed = end;
    await settle();
  }

  /** As {@link advance}, for code without promises. */
  advanceNow(ms: number): void {
    const end = this.#elapsed + ms;
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) this.#fire(next);
    this.#elapsed = end;
  }

  /** Time passes and nothing runs, as in a process that is stopped; what fell due meanwhile runs at the next advance. */
  standStill(ms: number): void {
    this.#elapsed += ms;
  }

  /** The wall clock jumps, as when an administrator sets it; what is measured with `monotonic` does not notice. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  #next(): Waiting | undefined {
    let first: Waiting | undefined;
    for (const one of this.#waiting) {
      if (!first || one.at < first.at || (one.at === first.at && one.order < first.order)) first = one;
    }
    return first;
  }

  #fire(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    this.#elapsed = Math.max(this.#elapsed, waiting.at);
    waiting.run();
  }
}

/** Lets everything that is already settled or readable run on. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

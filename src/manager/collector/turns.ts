/**
 * Timers that may wait for one another. What runs together costs much less than what runs alone: the process is awakened
 * once, and the second of two polls finds in the processor's caches what the first has brought there.
 */
import type { Clock, Timer } from '../../base/env.js';

/** Turns as long as these begin together, so that what waits for a short time runs with what waits for longer. */
const SPANS_MS = [250, 50, 10] as const;

export class Turns {
  readonly #clock: Clock;
  /** By the time at which they run. */
  readonly #turns = new Map<number, { readonly runs: Set<() => void>; readonly timer: Timer }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param patienceMs By how much it may run after that time. Below 10: at that time. */
  at(timeMs: number, patienceMs: number, run: () => void): Timer {
    const spanMs = SPANS_MS.find((span) => span <= patienceMs);
    if (spanMs === undefined) return this.#clock.after(Math.max(0, timeMs - this.#clock.monotonic()), run);
    const atMs = Math.ceil(timeMs / spanMs) * spanMs;
    const turn = this.#turns.get(atMs) ?? this.#begin(atMs);
    // Each its own, so that the same function may wait twice.
    const own = (): void => run();
    turn.runs.add(own);
    return {
      cancel: () => {
        if (!turn.runs.delete(own) || turn.runs.size > 0 || this.#turns.get(atMs) !== turn) return;
        turn.timer.cancel();
        this.#turns.delete(atMs);
      },
    };
  }

  #begin(atMs: number) {
    const runs = new Set<() => void>();
    const timer = this.#clock.after(Math.max(0, atMs - this.#clock.monotonic()), () => {
      this.#turns.delete(atMs);
      for (const run of runs) {
        runs.delete(run);
        run();
      }
    });
    const turn = { runs, timer };
    this.#turns.set(atMs, turn);
    return turn;
  }
}

/**
 * Figures of the lab that move as real ones do: a curve over the day with shorter waves on it.
 *
 * rate(t) = mean * (1 + sum of a_i * sin(w_i * t + p_i)), the sum of all a_i below 1, so the rate is never negative
 * and its integral, which is what a counter shows, only ever rises. Both are pure functions of time: an agent needs no
 * timer, and two reads of one moment agree.
 */
import type { Random } from '../../base/env.js';

interface Wave {
  readonly amplitude: number;
  readonly periodMs: number;
  readonly phase: number;
}

const DAY_MS = 86_400_000;
const TURN = 2 * Math.PI;

export class Flow {
  readonly #meanPerSecond: number;
  readonly #waves: readonly Wave[];
  readonly #startMs: number;
  readonly #offset: number;

  /**
   * @param meanPerSecond Mean of the rate over a day.
   * @param startMs Moment (wall clock) at which the total is `offset`.
   */
  constructor(meanPerSecond: number, startMs: number, random: Random, offset = 0) {
    this.#meanPerSecond = meanPerSecond;
    this.#startMs = startMs;
    this.#offset = offset;
    // The day's low is at about four in the morning, UTC: sin(-pi/2) there.
    const night = -TURN / 4 - (TURN * 4) / 24;
    this.#waves = [
      { amplitude: 0.45, periodMs: DAY_MS, phase: night + (random.next() - 0.5) * 0.4 },
      ...[0.2, 0.12, 0.08, 0.06].map((amplitude, index) => ({
        amplitude,
        periodMs: (7_000 + 9_000 * random.next()) * 4 ** index,
        phase: TURN * random.next(),
      })),
    ];
  }

  /** Per second. */
  rate(nowMs: number): number {
    let factor = 1;
    for (const { amplitude, periodMs, phase } of this.#waves)
      factor += amplitude * Math.sin((TURN * nowMs) / periodMs + phase);
    return this.#meanPerSecond * factor;
  }

  /** What has flowed since the start, in whole units. */
  total(nowMs: number): number {
    return Math.floor(this.#offset + this.#integral(nowMs) - this.#integral(this.#startMs));
  }

  #integral(atMs: number): number {
    let sum = atMs - this.#startMs;
    for (const { amplitude, periodMs, phase } of this.#waves) {
      sum -= ((amplitude * periodMs) / TURN) * Math.cos((TURN * atMs) / periodMs + phase);
    }
    return (this.#meanPerSecond * sum) / 1000;
  }
}

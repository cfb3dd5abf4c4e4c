/** A member's monotonic clock: begins anywhere, and runs a little too fast or too slow for good. */
import type { Stream } from './random.js';

/**
 * The furthest that a clock is off, as a share of time. Two clocks off by this in opposite directions differ by just
 * under the 2 % that a promise is longer than a lease.
 */
export const MOST_DRIFT = 0.0099;

export class NodeClock {
  private constructor(
    private readonly offsetMs: number,
    private readonly rate: number,
  ) {}

  /** Every second one runs as wrong as it may: leases break at the ends of what is allowed, not in the middle. */
  static draw(stream: Stream): NodeClock {
    const drift = stream.chance(0.5) ? MOST_DRIFT * stream.pick([-1, 1]) : stream.between(-MOST_DRIFT, MOST_DRIFT);
    return new NodeClock(stream.between(0, 1e7), 1 + drift);
  }

  local(globalMs: number): number {
    return this.offsetMs + this.rate * globalMs;
  }

  /** A moment at which the clock shows at least this much: a nanosecond late, so that rounding never makes it early. */
  globalAt(localMs: number): number {
    return (localMs - this.offsetMs) / this.rate + 1e-6;
  }
}

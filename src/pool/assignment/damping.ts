/** How long a manager that is back has to stay before it is given its elements back. */

/** One time that a manager went away. */
export interface Departure {
  readonly atMs: number;
  /** It shut down in order, its elements were handed over. */
  readonly orderly: boolean;
}

export interface Damping {
  /** Wait after one crash. Default 5 s: longer than most restarts in a loop live. */
  readonly firstMs: number;
  /** No wait is longer. Default 10 min. */
  readonly longestMs: number;
  /** What is longer ago is forgiven. Default 1 h. */
  readonly memoryMs: number;
}

export const DAMPING: Damping = { firstMs: 5_000, longestMs: 600_000, memoryMs: 3_600_000 };

/** Departures that are worth keeping: with more the wait is the longest anyway. */
export const MOST_DEPARTURES = 16;

/**
 * When a manager that came back at `backMs` may be given elements again.
 *
 * Each departure in the memory doubles the wait: 5, 10, 20, 40 s and so on. A single orderly one is a restart that
 * somebody wanted and waits for nothing; orderly restarts in a row count like crashes.
 */
export function returnNotBeforeMs(departures: readonly Departure[], backMs: number, damping = DAMPING): number {
  const counted = departures.filter(({ atMs }) => atMs <= backMs && backMs - atMs < damping.memoryMs);
  const [only] = counted;
  if (!only || (counted.length === 1 && only.orderly)) return backMs;
  // An exponent beyond 30 overflows nothing, but means nothing either.
  const doublings = Math.min(counted.length - 1, 30);
  return backMs + Math.min(damping.firstMs * 2 ** doublings, damping.longestMs);
}

/** The history with one more departure, short enough to keep and send. */
export const departed = (departures: readonly Departure[], departure: Departure): readonly Departure[] =>
  [...departures, departure].slice(-MOST_DEPARTURES);

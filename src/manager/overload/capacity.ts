/**
 * What a manager can carry, by what it carries now and what that takes. Pure.
 *
 * Poll costs leave things out, and count some of them too high or too low for this machine; what they miss as a whole
 * shows in how busy the manager is with them. So the capacity is told in the same poll costs, and holds however far
 * they are off.
 */
import { DEFAULT_CAPACITY } from '../collector/cost.js';

/** Half of the most, about half a core: the rest is for taking over, answering and standing in. */
const FILLED = 0.625;
/** With less to go by, a measure would be a guess. */
const LEAST_USE = 0.15;
const LEAST_COST = 20;
/** However cheap the polls that are made now are, and however dear: others may be different. */
const FEWEST = DEFAULT_CAPACITY / 50;
const HIGHEST = DEFAULT_CAPACITY * 4;
/** A told capacity stands until the true one is further away than this share of it, and a smaller one in need. */
const TOLERANCE = { inNeed: 0.05, usually: 0.2 } as const;

/**
 * @param cost Poll cost of what was polled lately, milliseconds per second.
 * @param use Of the resource that is used most, the share of the most; see `Workload`.
 * @returns Undefined where too little is done to tell.
 */
export const measuredCapacity = (cost: number, use: number): number | undefined =>
  use < LEAST_USE || cost < LEAST_COST ? undefined : Math.min(HIGHEST, Math.max(FEWEST, (cost * FILLED) / use));

/** What is told after `told`: others act on it, so it does not follow every breath. */
export function nextCapacity(
  told: number | undefined,
  measured: number | undefined,
  how: keyof typeof TOLERANCE = 'usually',
): number | undefined {
  if (measured === undefined) return told;
  return told !== undefined && Math.abs(measured - told) <= told * TOLERANCE[how] ? told : measured;
}

/**
 * Share of a core that polls of that cost will take.
 * @param ratio See {@link nextRatio}.
 */
export const expectedShare = (cost: number, ratio: number): number => (cost * ratio) / 1000;

/** Beyond this something else than polls is at work. */
const MOST_RATIO = 2;
const LEAST_RATIO = 0.25;
const WEIGHT = 0.05;

/**
 * Milliseconds that a millisecond of poll cost takes in truth, after another measure.
 * @param busy Share of the main thread's time, 0 to 1.
 */
export function nextRatio(ratio: number, cost: number, busy: number): number {
  if (cost < LEAST_COST) return ratio;
  const newest = Math.min(MOST_RATIO, Math.max(LEAST_RATIO, (busy * 1000) / cost));
  return ratio + (newest - ratio) * WEIGHT;
}

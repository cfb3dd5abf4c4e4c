/**
 * What polling costs this manager: milliseconds of its own work per second, for the pool's assignment. Pure.
 *
 * The work on an answer (rates, filters, status) is measured; sending, decoding and storing happen in pieces that
 * cannot be told from those of other polls, and are counted as a constant for each poll and value.
 */

/**
 * What a manager is taken to carry unless its configuration says so: half a core, in milliseconds of work per second.
 * The other half is left for taking over, answering and standing in.
 */
export const DEFAULT_CAPACITY = 500;

/** Of a poll, whatever it brings: two or three datagrams or one request, a row of the store. */
const POLL_MS = 0.4;
/** Of each value: decoded, compared, stored. */
const VALUE_MS = 0.004;
/** What took longer was held up by something else. */
const MOST_MS = 200;
/** Weight of the newest poll in the mean. */
const WEIGHT = 0.1;
/** A told cost stands until the true one is further away than this share of it. */
const TOLERANCE = 0.25;

/** Before the first poll. */
export const FIRST_COST_MS = POLL_MS;

/** The mean cost of a poll after one more. */
export function nextCost(meanMs: number, digestMs: number, values: number): number {
  const costMs = Math.min(MOST_MS, POLL_MS + values * VALUE_MS + Math.max(0, digestMs));
  return meanMs + (costMs - meanMs) * WEIGHT;
}

/** What is told after `told`: the same unless it is out by more than a quarter. */
export const toldCost = (told: number | undefined, cost: number): number =>
  told !== undefined && Math.abs(cost - told) <= told * TOLERANCE ? told : cost;

/**
 * What polling costs this manager: milliseconds of its own work per second, for the pool's assignment. Pure.
 *
 * The work on an answer (rates, filters, status, values found in a document) is measured; sending, decoding and storing
 * happen in pieces that cannot be told from those of other polls, and are counted as a constant for each poll and value.
 * What that leaves out is made up for as a whole: see `overload/capacity.ts`.
 */

/**
 * What a manager is taken to carry until it has measured it, unless its configuration says so: half a core, in
 * milliseconds of work per second. The other half is left for taking over, answering and standing in.
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

/** @param workMs That this manager worked on the answer. */
export const costOfPoll = (workMs: number, values: number): number =>
  Math.min(MOST_MS, POLL_MS + values * VALUE_MS + Math.max(0, workMs));

/** A mean over polls after one more. */
export const nextMean = (mean: number, newest: number): number => mean + (newest - mean) * WEIGHT;

/** What a poll takes on the mean, besides its cost. */
export interface MeanEffort {
  /** From its beginning until it had its answer, or had none. */
  readonly wallMs: number;
  /** Where its access method counts them. */
  readonly requests?: number;
  /** Received, of the protocol's own payload. */
  readonly bytes?: number;
}

export function nextEffort(mean: MeanEffort | undefined, newest: MeanEffort): MeanEffort {
  if (!mean) return newest;
  const of = (before: number | undefined, now: number | undefined) =>
    before === undefined || now === undefined ? (now ?? before) : nextMean(before, now);
  const [requests, bytes] = [of(mean.requests, newest.requests), of(mean.bytes, newest.bytes)];
  return {
    wallMs: nextMean(mean.wallMs, newest.wallMs),
    ...(requests !== undefined && { requests }),
    ...(bytes !== undefined && { bytes }),
  };
}

/** What is told after `told`: the same unless it is out by more than a quarter. */
export const toldCost = (told: number | undefined, cost: number): number =>
  told !== undefined && Math.abs(cost - told) <= told * TOLERANCE ? told : cost;

/**
 * When each access is polled. Pure.
 *
 * Time is the monotonic clock's, so that a jump of the wall clock moves no poll. A poll has a number, the index of its
 * due time: `due(n) = origin + phase + n * interval`. Phases follow the golden ratio, which spreads any number of
 * accesses evenly and lets others join without moving those that are there.
 */

export interface PollPlan {
  /** Monotonic time of the manager's start, milliseconds. */
  readonly originMs: number;
  readonly phaseMs: number;
  readonly intervalMs: number;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Phase of the `ordinal`-th access with this interval, within [0, interval). */
export function phaseOf(ordinal: number, intervalMs: number): number {
  return ((ordinal * GOLDEN) % 1) * intervalMs;
}

export const dueAt = (plan: PollPlan, number: number): number =>
  plan.originMs + plan.phaseMs + number * plan.intervalMs;

/**
 * The first poll number that is due after `nowMs` and comes after `last`, the number that was polled last: a due time
 * that is not a whole number of milliseconds can lie on either side of the moment at which its timer runs. Polls that
 * fell due meanwhile, because the former one took long or the process stood still, are skipped: a burst of late polls
 * would help nobody.
 * @param stride Only every `stride`-th number is polled while the access is backed off.
 */
export function nextNumber(plan: PollPlan, nowMs: number, last: number, stride = 1): number {
  const next = Math.max(0, last + 1, Math.floor((nowMs - plan.originMs - plan.phaseMs) / plan.intervalMs) + 1);
  return Math.ceil(next / stride) * stride;
}

/**
 * The first poll number that is due at `fromMs` or later and not below `least`: where a hand-over cuts. Numbers that
 * are left out while the access is backed off count as well, so that giver and taker agree however far each backs off.
 */
export const numberFrom = (plan: PollPlan, fromMs: number, least: number): number =>
  Math.max(0, least, Math.ceil((fromMs - plan.originMs - plan.phaseMs) / plan.intervalMs - ROUNDING));

/** Of an interval: due times that differ by less are one and the same. */
const ROUNDING = 1e-9;

/** The rhythm of a poll that falls due at `dueMs` and has this number. */
export const planAround = (number: number, dueMs: number, intervalMs: number): PollPlan => ({
  originMs: dueMs - number * intervalMs,
  phaseMs: 0,
  intervalMs,
});

/** What fell due of [least, end): the last of it, and how many there were before that one. */
export function overdue(
  plan: PollPlan,
  [least, end]: readonly [number, number],
  nowMs: number,
  stride = 1,
): { readonly last: number | undefined; readonly before: number } {
  const newest = Math.min(end - 1, Math.floor((nowMs - plan.originMs - plan.phaseMs) / plan.intervalMs + ROUNDING));
  const first = Math.ceil(least / stride) * stride;
  const last = Math.floor(newest / stride) * stride;
  return last < first ? { last: undefined, before: 0 } : { last, before: (last - first) / stride };
}

/** A poll waits for others no longer than for this share of its interval. */
const PATIENCE = 1 / 20;

/** By how much a poll with that interval may wait for others, milliseconds, where none waits for longer than `mostMs`. */
export const patienceOf = (intervalMs: number, mostMs: number): number => Math.min(mostMs, intervalMs * PATIENCE);

/** The longest that a dead element waits for its next poll, however often it failed. */
const LONGEST_BACK_OFF_MS = 5 * 60_000;

/**
 * How many poll numbers lie between two polls of an access that failed `failures` times in a row: 1 up to four
 * failures, so that an element is called down and watched at the usual pace first, then 2, 4, 8, never more than
 * five minutes apart (nor less often than its own interval).
 */
export function backOffStride(failures: number, intervalMs: number): number {
  const doubling = Math.min(Math.max(failures - 4, 0), 3);
  const most = Math.max(1, Math.floor(LONGEST_BACK_OFF_MS / intervalMs));
  return Math.min(2 ** doubling, most);
}

/**
 * Delay of the first look at an access after start, so that a person need not wait a whole interval for a status:
 * all are looked at within a ramp of 10 ms each, at least one second, and never longer than the interval.
 */
export function firstLookDelay(ordinal: number, count: number, intervalMs: number): number {
  const rampMs = Math.min(intervalMs, Math.max(1000, count * 10));
  return ((ordinal * GOLDEN) % 1) * rampMs;
}

/**
 * The same for accesses that join one by one: `pending` others wait for their first look. Few are spread over a second;
 * many queue up; what would have to wait for longer than its interval begins at its place within that.
 */
export function joinDelay(ordinal: number, pending: number, intervalMs: number): number {
  const spread = (ordinal * GOLDEN) % 1;
  const queuedMs = pending * 10;
  if (queuedMs > intervalMs) return spread * intervalMs;
  return queuedMs > 1000 ? queuedMs : spread * Math.min(1000, intervalMs);
}

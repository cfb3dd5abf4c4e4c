/**
 * How well a manager works, all in all or in one part, and when that is a reason to act.
 *
 * ```
 *  working ── bad, and bad again ──▶ relieved ── good for a whole hold, or nothing known for much longer ──▶ working
 * ```
 *
 * Bad: less than half of the polls that fell due in a window were done. Good: nine in ten. Between the two a relief
 * neither begins nor ends. Each holds twice as long as the one before.
 */
import type { Polls } from './state.js';
import { secondsOf } from './words.js';

/** A window is judged after so many heartbeats, and not before so many polls fell due in it. */
const WINDOW = 10;
const LEAST_DUE = 5;
const BAD_SHARE = 0.5;
const GOOD_SHARE = 0.9;
/** An overloaded one is slow rather than cut off: to lighten its load is the business of the assignment. */
const HIGH_LOAD = 0.9;
const BAD_SHARE_LOADED = 0.25;
/** Heartbeats between the first bad judgement and the relief, at least. */
const SURE = 2;
/** Heartbeats for which it has to work again before the first relief ends; doubled with each, four times at most. */
const HOLD = 30;
const MOST_DOUBLINGS = 4;
/** Without a poll or probe to judge by it is tried again after so many holds. */
const TRIAL = 6;

/** `fair`: neither of both. */
export type Verdict = 'bad' | 'fair' | 'good';

export interface Gauge {
  /** At the beginning of the window. */
  from: Polls;
  fromMs: number;
  last: Polls;
  /** Of the last window. */
  verdict: Verdict | undefined;
  /** Bad judgements in a row, and the first of them. */
  bad: number;
  badSinceMs: number;
  lastBadMs: number;
  relievedMs: number | undefined;
  goodSinceMs: number | undefined;
  /** Reliefs so far. */
  times: number;
}

export const newGauge = ({ due, done }: Polls, nowMs: number, times = 0): Gauge => ({
  from: { due, done },
  fromMs: nowMs,
  last: { due, done },
  verdict: undefined,
  bad: 0,
  badSinceMs: nowMs,
  lastBadMs: nowMs,
  relievedMs: undefined,
  goodSinceMs: undefined,
  times,
});

export interface Judgement {
  readonly verdict: Verdict;
  readonly why: string;
}

/** The judgement of a window, when one is over. */
export function measure(
  gauge: Gauge,
  { due, done }: Polls,
  load: number,
  heartbeatMs: number,
  nowMs: number,
): Judgement | undefined {
  // Heartbeats may overtake each other: the older one has nothing new to say.
  if (due < gauge.last.due || done < gauge.last.done) return undefined;
  gauge.last = { due, done };
  const fellDue = due - gauge.from.due;
  const wereDone = done - gauge.from.done;
  const overMs = nowMs - gauge.fromMs;
  if (overMs < WINDOW * heartbeatMs || fellDue < LEAST_DUE) return undefined;
  gauge.from = gauge.last;
  gauge.fromMs = nowMs;
  const badShare = load >= HIGH_LOAD ? BAD_SHARE_LOADED : BAD_SHARE;
  gauge.verdict = wereDone < badShare * fellDue ? 'bad' : wereDone >= GOOD_SHARE * fellDue ? 'good' : 'fair';
  return { verdict: gauge.verdict, why: `${wereDone} of ${fellDue} polls done in ${secondsOf(overMs)}` };
}

/** `trial`: nothing speaks for it, but nothing has spoken against it for long. */
export type Turn = 'relieve' | 'restore' | 'trial' | undefined;

/**
 * Moves the gauge on.
 * @param verdict Undefined when there is nothing new.
 * @param needed Bad judgements in a row that make a relief.
 */
export function turn(
  gauge: Gauge,
  verdict: Verdict | undefined,
  needed: number,
  heartbeatMs: number,
  nowMs: number,
): Turn {
  if (verdict === 'bad') {
    if (gauge.bad === 0) gauge.badSinceMs = nowMs;
    gauge.bad += 1;
    gauge.lastBadMs = nowMs;
  } else if (verdict) gauge.bad = 0;
  return gauge.relievedMs === undefined
    ? begin(gauge, needed, heartbeatMs, nowMs)
    : end(gauge, gauge.relievedMs, verdict, heartbeatMs, nowMs);
}

function begin(gauge: Gauge, needed: number, heartbeatMs: number, nowMs: number): Turn {
  if (gauge.bad < needed || nowMs - gauge.badSinceMs < SURE * heartbeatMs) return undefined;
  gauge.relievedMs = nowMs;
  gauge.goodSinceMs = undefined;
  gauge.times += 1;
  return 'relieve';
}

function end(gauge: Gauge, relievedMs: number, verdict: Verdict | undefined, heartbeatMs: number, nowMs: number): Turn {
  if (verdict === 'good') gauge.goodSinceMs ??= nowMs;
  else if (verdict) gauge.goodSinceMs = undefined;
  const holdMs = HOLD * heartbeatMs * 2 ** Math.min(gauge.times - 1, MOST_DOUBLINGS);
  const isGood = gauge.goodSinceMs !== undefined && nowMs - gauge.goodSinceMs >= holdMs;
  const isTrial = gauge.goodSinceMs === undefined && nowMs - Math.max(relievedMs, gauge.lastBadMs) >= TRIAL * holdMs;
  if (!isGood && !isTrial) return undefined;
  gauge.relievedMs = undefined;
  gauge.bad = 0;
  return isGood ? 'restore' : 'trial';
}

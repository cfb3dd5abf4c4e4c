/**
 * Whether others reach what does not answer here. Pure: time and everything that is known of others is given.
 *
 * ```
 *  (answers) ── a poll fails ──▶ waiting ── its turn comes, somebody can be asked ──▶ asked
 *                                   ▲                                                   │ reached or not: found
 *                                   │ a minute later, as long as it fails               │ cannot try, says nothing:
 *                                   └──────────── found ◀── nobody is left ─────────────┘ the next is asked
 * ```
 * An answer of the element itself ends it at any time. What is new is asked before what is asked again. A poll that
 * fails a second time sets a limit for the wait.
 *
 * Questions are bounded in number and rate. Where so many fail at once that some wait for their turn, those that have
 * been asked speak for those of the same method that have not: when five in a row are found alike, it is either the
 * way from here or all of them.
 */
import type { Elsewhere } from '../../assess/status.js';
import type { AccessKey, AccessMethodName, ElementName } from '../../model/element.js';

/** A second's questions, and as many at once after a time without. */
export const QUESTIONS_PER_SECOND = 20;
/** Questions on their way at a time. */
export const MOST_ASKED = 40;
/** Managers that are asked about one access, one after the other. */
const MOST_MANAGERS = 3;
const RENEW_MS = 60_000;
/** The longest that a failed element waits for word of it after its second failed poll; an interval when that is shorter. */
const LONGEST_WAIT_MS = 10_000;
/** One that has not answered is not asked again for so long. */
const SILENCE_MS = 10_000;
/** Findings that speak for others, how fresh they have to be, and how long those others have been waiting. */
const SAMPLE = 5;
const SAMPLE_MS = 10_000;
const PATIENCE_MS = 1_000;

export interface Subject {
  readonly key: AccessKey;
  readonly element: ElementName;
  /** Position of the access within its element. */
  readonly access: number;
  readonly method: AccessMethodName;
  readonly intervalMs: number;
}

interface Doubt {
  readonly subject: Subject;
  readonly sinceMs: number;
  /** Polls that have failed since, up to two. */
  failures: number;
  /** When the wait is over; set by the second failed poll. */
  overMs: number | undefined;
  finding: Elsewhere | undefined;
  /** Of the question on its way. */
  asked: { readonly manager: string; readonly number: number } | undefined;
  /** Asked in this round to no avail. */
  readonly tried: Set<string>;
  wasSilent: boolean;
  /** Answered in full at least once. */
  isOld: boolean;
}

interface Sample {
  readonly atMs: number;
  readonly finding: Elsewhere;
}

export interface ReachState {
  readonly self: string;
  readonly doubts: Map<AccessKey, Doubt>;
  /** Those whose wait has a limit. */
  readonly waiting: Set<AccessKey>;
  /** To be asked as soon as there is room, in this order. */
  readonly fresh: Set<AccessKey>;
  /** To be asked again, by when. Each later than those before it. */
  readonly again: Map<AccessKey, number>;
  readonly silentUntilMs: Map<string, number>;
  readonly samples: Map<AccessMethodName, Sample[]>;
  underWay: number;
  number: number;
  /** Questions that may be asked now, and as of when that was counted. */
  allowance: number;
  countedMs: number;
}

export type Outcome =
  | { readonly is: 'reached' }
  | { readonly is: 'unreached' }
  /** It has no way to try. */
  | { readonly is: 'notTried' }
  /** Nothing was heard of it. */
  | { readonly is: 'silent' };

export type Input =
  | { readonly is: 'failed'; readonly subject: Subject; readonly isFirst: boolean }
  | { readonly is: 'answered'; readonly key: AccessKey }
  | { readonly is: 'said'; readonly key: AccessKey; readonly number: number; readonly outcome: Outcome }
  | { readonly is: 'tick' };

export type Effect =
  | { readonly is: 'ask'; readonly subject: Subject; readonly manager: string; readonly number: number }
  | { readonly is: 'found'; readonly subject: Subject; readonly elsewhere: Elsewhere };

/** Managers that may be asked about an element, the best first; undefined when it is not polled here any more. */
export type Candidates = (subject: Subject) => readonly string[] | undefined;

export const newReachState = (self: string, nowMs: number): ReachState => ({
  self,
  doubts: new Map(),
  waiting: new Set(),
  fresh: new Set(),
  again: new Map(),
  silentUntilMs: new Map(),
  samples: new Map(),
  underWay: 0,
  number: 0,
  allowance: QUESTIONS_PER_SECOND,
  countedMs: nowMs,
});

export function step(state: ReachState, input: Input, candidates: Candidates, nowMs: number): Effect[] {
  const effects = take(state, input, nowMs);
  effects.push(...ask(state, candidates, nowMs));
  // What fails is not held up by looking at all the others that wait.
  if (input.is === 'said' || input.is === 'tick') effects.push(...guess(state, nowMs), ...endWaits(state, nowMs));
  return effects;
}

/** What is known of an access that has failed. */
export const elsewhereOf = ({ doubts }: ReachState, key: AccessKey): Elsewhere =>
  doubts.get(key)?.finding ?? { is: 'awaited' };

/** Undefined while there is nothing to wait for but answers. */
export function wakeAtMs(state: ReachState, nowMs: number): number | undefined {
  const times: number[] = [];
  const next = state.again.values().next();
  if (state.underWay < MOST_ASKED) {
    const roomMs = state.allowance >= 1 ? nowMs : nowMs + ((1 - state.allowance) * 1000) / QUESTIONS_PER_SECOND;
    if (state.fresh.size > 0) times.push(roomMs);
    else if (!next.done) times.push(Math.max(next.value, roomMs));
  }
  for (const key of state.waiting) times.push(state.doubts.get(key)?.overMs ?? nowMs);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function take(state: ReachState, input: Input, nowMs: number): Effect[] {
  switch (input.is) {
    case 'failed':
      fail(state, input.subject, input.isFirst, nowMs);
      return [];
    case 'answered':
      forget(state, input.key);
      return [];
    case 'said':
      return hear(state, input, nowMs);
    case 'tick':
      return [];
  }
}

function fail(state: ReachState, subject: Subject, isFirst: boolean, nowMs: number): void {
  const { key, intervalMs } = subject;
  if (isFirst) forget(state, key);
  const doubt = state.doubts.get(key) ?? newDoubt(subject, nowMs);
  if (doubt.failures === 0) {
    state.doubts.set(key, doubt);
    state.fresh.add(key);
  }
  doubt.failures = Math.min(doubt.failures + 1, 2);
  if (doubt.failures < 2 || doubt.finding || doubt.overMs !== undefined) return;
  doubt.overMs = nowMs + Math.min(intervalMs, LONGEST_WAIT_MS);
  state.waiting.add(key);
}

const newDoubt = (subject: Subject, sinceMs: number): Doubt => ({
  subject,
  sinceMs,
  failures: 0,
  overMs: undefined,
  finding: undefined,
  asked: undefined,
  tried: new Set(),
  wasSilent: false,
  isOld: false,
});

function forget(state: ReachState, key: AccessKey): void {
  if (state.doubts.get(key)?.asked) state.underWay -= 1;
  state.doubts.delete(key);
  state.waiting.delete(key);
  state.fresh.delete(key);
  state.again.delete(key);
}

function hear(state: ReachState, { key, number, outcome }: Extract<Input, { is: 'said' }>, nowMs: number): Effect[] {
  const doubt = state.doubts.get(key);
  if (!doubt?.asked || doubt.asked.number !== number) return [];
  const { manager } = doubt.asked;
  doubt.asked = undefined;
  state.underWay -= 1;
  if (outcome.is === 'silent') {
    doubt.wasSilent = true;
    state.silentUntilMs.set(manager, nowMs + SILENCE_MS);
  } else state.silentUntilMs.delete(manager);
  if (outcome.is === 'silent' || outcome.is === 'notTried') {
    doubt.tried.add(manager);
    state.fresh.add(key);
    return [];
  }
  const finding: Elsewhere =
    outcome.is === 'reached' ? { is: 'reached', by: manager, from: state.self } : { is: 'unreached', by: manager };
  if (!doubt.isOld) sample(state, doubt.subject.method, { atMs: nowMs, finding });
  doubt.isOld = true;
  return settle(state, doubt, finding, nowMs);
}

/** The end of a round. */
function settle(state: ReachState, doubt: Doubt, finding: Elsewhere, nowMs: number): Effect[] {
  const { key } = doubt.subject;
  doubt.tried.clear();
  doubt.wasSilent = false;
  state.fresh.delete(key);
  state.again.delete(key);
  state.again.set(key, nowMs + RENEW_MS);
  return find(state, doubt, finding);
}

function find(state: ReachState, doubt: Doubt, finding: Elsewhere): Effect[] {
  const isNews = !isSame(doubt.finding, finding);
  state.waiting.delete(doubt.subject.key);
  doubt.finding = finding;
  return isNews ? [{ is: 'found', subject: doubt.subject, elsewhere: finding }] : [];
}

const isSame = (one: Elsewhere | undefined, other: Elsewhere): boolean =>
  one?.is === other.is && ('by' in one ? one.by : undefined) === ('by' in other ? other.by : undefined);

function ask(state: ReachState, candidates: Candidates, nowMs: number): Effect[] {
  const effects: Effect[] = [];
  state.allowance = Math.min(
    QUESTIONS_PER_SECOND,
    state.allowance + ((nowMs - state.countedMs) * QUESTIONS_PER_SECOND) / 1000,
  );
  state.countedMs = nowMs;
  while (state.allowance >= 1 && state.underWay < MOST_ASKED) {
    const doubt = nextOf(state, nowMs);
    if (!doubt) break;
    effects.push(...askAbout(state, doubt, candidates, nowMs));
  }
  return effects;
}

function nextOf({ doubts, fresh, again }: ReachState, nowMs: number): Doubt | undefined {
  const key: AccessKey | undefined = fresh.values().next().value ?? dueOf(again, nowMs);
  if (key === undefined) return undefined;
  fresh.delete(key);
  again.delete(key);
  return doubts.get(key);
}

function dueOf(again: ReadonlyMap<AccessKey, number>, nowMs: number): AccessKey | undefined {
  const next = again.entries().next().value;
  return next && next[1] <= nowMs ? next[0] : undefined;
}

function askAbout(state: ReachState, doubt: Doubt, candidates: Candidates, nowMs: number): Effect[] {
  const { subject } = doubt;
  const all = candidates(subject);
  if (!all) {
    forget(state, subject.key);
    return [];
  }
  const left = doubt.tried.size < MOST_MANAGERS ? all.filter((one) => !doubt.tried.has(one)) : [];
  const manager = left.find((one) => (state.silentUntilMs.get(one) ?? 0) <= nowMs);
  if (manager === undefined) {
    const isSilence = doubt.wasSilent || left.length > 0;
    // What was found before stands until somebody says something else.
    return settle(state, doubt, isSilence ? (doubt.finding ?? { is: 'unanswered' }) : { is: 'unreached' }, nowMs);
  }
  state.number += 1;
  state.allowance -= 1;
  state.underWay += 1;
  doubt.asked = { manager, number: state.number };
  return [{ is: 'ask', subject, manager, number: state.number }];
}

function sample({ samples }: ReachState, method: AccessMethodName, taken: Sample): void {
  const all = samples.get(method) ?? [];
  samples.set(method, all);
  all.push(taken);
  if (all.length > SAMPLE) all.shift();
}

/** For those that have been waiting for their turn for a while, what was found of others. */
function guess(state: ReachState, nowMs: number): Effect[] {
  const { doubts, fresh, samples } = state;
  const effects: Effect[] = [];
  for (const key of fresh) {
    const doubt = doubts.get(key);
    if (!doubt) continue;
    if (nowMs - doubt.sinceMs < PATIENCE_MS) break;
    const finding = doubt.finding ? undefined : sayingOf(samples.get(doubt.subject.method) ?? [], nowMs);
    if (finding) effects.push(...find(state, doubt, finding));
  }
  return effects;
}

function sayingOf(samples: readonly Sample[], nowMs: number): Elsewhere | undefined {
  const [first] = samples;
  const isEnough = samples.length === SAMPLE && samples.every(({ atMs }) => nowMs - atMs <= SAMPLE_MS);
  return first && isEnough && samples.every(({ finding }) => finding.is === first.finding.is)
    ? first.finding
    : undefined;
}

function endWaits(state: ReachState, nowMs: number): Effect[] {
  const effects: Effect[] = [];
  for (const key of state.waiting) {
    const doubt = state.doubts.get(key);
    if (doubt?.overMs !== undefined && doubt.overMs <= nowMs) effects.push(...find(state, doubt, { is: 'unanswered' }));
  }
  return effects;
}

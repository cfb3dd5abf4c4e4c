/**
 * What is asked about the elements on which others depend, and what follows for these. Pure: time is given.
 *
 * ```
 *  (answers) ── a poll fails ──▶ awaited ◀──────────── recovering ◀── what was out answers again ──┐
 *                                 │  │  a second poll fails │                                      │
 *                                 │  └──────────────────────┘                                      │
 *              something answers, │ all are out                                                    │
 *              or waited for long │   └──▶ behind ─────────────────────────────────────────────────┘
 *                                 ▼
 *                               free: what others find of it counts
 * ```
 * An answer of the element itself ends it at any time. So that the order of the polls does not matter, what an element
 * depends on is well only when it has answered since a poll of the element failed, one or two in a row; whoever owns it
 * looks at once, due or not.
 * One that comes out from behind is judged after two more polls of its own: the first is made at once.
 */
import { type AccessKey, type ElementName, elementName, parseElementName } from '../../model/element.js';
import { type Out, type Standing, type Supporter, type Verdict, verdictOn } from './dependence.js';

/** How long an element whose second poll failed waits for word of those that it depends on. */
export const HOLD_MS = 60_000;
/** Between two questions about the same element: while somebody waits for word of it, otherwise, and of one that nobody polls. */
export const ASK_MS = 1_000;
export const ASK_OUT_MS = 5_000;
const ASK_UNKNOWN_MS = 15_000;
/** A question without an answer is asked again. */
const PATIENCE_MS = 6_000;
/** A word that is so much older than the failure of a poll counts for it all the same. */
const FRESH_MS = 500;
/** Words of the same moment differ by less. */
const SAME_MS = 10_000;

/** What its owner says of an element on which others depend. */
export interface Word {
  readonly element: ElementName;
  /** Somebody polls it. */
  readonly isWatched: boolean;
  readonly out?: Out;
  /** Monotonic time of its latest answer. */
  readonly answeredMs?: number;
}

export interface Subject {
  readonly key: AccessKey;
  readonly element: ElementName;
  /** Position of the access within its element. */
  readonly access: number;
  /** As configured: an id, or a whole name. */
  readonly parents: readonly string[];
  /** Whole name of the device that it runs on. */
  readonly device?: ElementName;
}

interface Doubt {
  readonly subject: Subject;
  /** When the latest of its first two polls failed; of one that recovers, when that began. And when its latest did. */
  sinceMs: number;
  failedMs: number;
  /** Failed polls since, up to two. */
  failures: number;
  overMs: number | undefined;
  verdict: Verdict;
  wasBehind: boolean;
  isRecovering: boolean;
  /** What it counts as in the lines of its supporters. */
  phase: Phase;
}

/** It waits for word of others, it is behind them, or it waits for nothing but polls of its own. */
type Phase = 'waits' | 'behind' | 'quiet';

/** One element on which others depend, by the words in which they name it. */
interface Line {
  readonly doubts: Set<Doubt>;
  waits: number;
  behind: number;
  word: Word | undefined;
  heardMs: number;
  /** Of the question on its way. */
  askedMs: number | undefined;
  /** A poll has failed since it was asked last. */
  isWanted: boolean;
}

export interface WatchState {
  readonly doubts: Map<AccessKey, Doubt>;
  readonly lines: Map<string, Line>;
  /** Those whose wait has a limit. */
  readonly waiting: Set<Doubt>;
}

export type Input =
  | { readonly is: 'failed'; readonly subject: Subject; readonly isFirst: boolean }
  | { readonly is: 'answered'; readonly key: AccessKey }
  /** `words`: by the words in which it was asked; undefined where there was no answer. */
  | { readonly is: 'heard'; readonly words: ReadonlyMap<string, Word | undefined> }
  | { readonly is: 'tick' };

export interface Question {
  readonly name: string;
  /** An answer of the element after this is news. Monotonic. */
  readonly sinceMs: number;
}

export type Effect =
  | { readonly is: 'ask'; readonly questions: readonly Question[] }
  | { readonly is: 'found'; readonly subject: Subject; readonly verdict: Verdict }
  /** What it was behind answers again: it may, too. */
  | { readonly is: 'lookAgain'; readonly element: ElementName };

export const newWatchState = (): WatchState => ({ doubts: new Map(), lines: new Map(), waiting: new Set() });

/** By its configuration, a service or application runs on a device; bare ids of those mean devices only. */
export function deviceNamed(reference: string): ElementName {
  const parsed = parseElementName(reference);
  return parsed?.kind === 'device' ? elementName('device', parsed.id) : elementName('device', reference);
}

export function step(state: WatchState, input: Input, nowMs: number): Effect[] {
  const effects = take(state, input, nowMs);
  if (input.is === 'tick') effects.push(...endWaits(state, nowMs));
  const questions = due(state, nowMs);
  if (questions.length > 0) effects.push({ is: 'ask', questions });
  return effects;
}

export const verdictFor = ({ doubts }: WatchState, key: AccessKey): Verdict =>
  doubts.get(key)?.verdict ?? { is: 'free' };

/** Undefined while there is nothing to ask or to wait for. */
export function wakeAtMs(state: WatchState): number | undefined {
  let least = Number.POSITIVE_INFINITY;
  for (const line of state.lines.values()) least = Math.min(least, dueMs(line));
  for (const { overMs = Number.POSITIVE_INFINITY } of state.waiting) least = Math.min(least, overMs);
  return Number.isFinite(least) ? least : undefined;
}

function take(state: WatchState, input: Input, nowMs: number): Effect[] {
  switch (input.is) {
    case 'failed':
      fail(state, input.subject, input.isFirst, nowMs);
      return [];
    case 'answered':
      forget(state, input.key);
      return [];
    case 'heard':
      return hear(state, input.words, nowMs);
    case 'tick':
      return [];
  }
}

function fail(state: WatchState, subject: Subject, isFirst: boolean, nowMs: number): void {
  if (isFirst) forget(state, subject.key);
  const doubt = state.doubts.get(subject.key) ?? begin(state, subject, nowMs);
  // A first poll may be lost by chance, and the second because of what it depends on.
  if (doubt.failures < 2) doubt.sinceMs = nowMs;
  doubt.failures = Math.min(doubt.failures + 1, 2);
  doubt.failedMs = nowMs;
  if (doubt.failures === 2) doubt.isRecovering = false;
  for (const name of namesOf(subject)) {
    const line = state.lines.get(name);
    if (line) line.isWanted = true;
  }
  judge(state, doubt, nowMs);
}

function begin(state: WatchState, subject: Subject, nowMs: number): Doubt {
  const doubt: Doubt = {
    subject,
    sinceMs: nowMs,
    failedMs: nowMs,
    failures: 0,
    overMs: undefined,
    verdict: { is: 'awaited' },
    wasBehind: false,
    isRecovering: false,
    phase: 'quiet',
  };
  state.doubts.set(subject.key, doubt);
  for (const name of namesOf(subject)) {
    const line = state.lines.get(name) ?? {
      doubts: new Set(),
      waits: 0,
      behind: 0,
      word: undefined,
      heardMs: Number.NEGATIVE_INFINITY,
      askedMs: undefined,
      isWanted: true,
    };
    line.doubts.add(doubt);
    state.lines.set(name, line);
  }
  return doubt;
}

function forget(state: WatchState, key: AccessKey): void {
  const doubt = state.doubts.get(key);
  if (!doubt) return;
  enter(state, doubt, 'quiet');
  state.doubts.delete(key);
  state.waiting.delete(doubt);
  for (const name of namesOf(doubt.subject)) {
    const line = state.lines.get(name);
    line?.doubts.delete(doubt);
    if (line?.doubts.size === 0) state.lines.delete(name);
  }
}

const namesOf = ({ parents, device }: Subject): readonly string[] =>
  device === undefined ? parents : [...parents, device];

function hear(state: WatchState, words: ReadonlyMap<string, Word | undefined>, nowMs: number): Effect[] {
  const touched = new Set<Doubt>();
  for (const [name, word] of words) {
    const line = state.lines.get(name);
    if (!line) continue;
    line.askedMs = undefined;
    line.isWanted = false;
    line.heardMs = nowMs;
    // Who does not answer may do so in a moment; what was said before stands until then.
    if (!word) continue;
    line.word = word;
    for (const doubt of line.doubts) touched.add(doubt);
  }
  return [...touched].flatMap((doubt) => judge(state, doubt, nowMs));
}

function endWaits(state: WatchState, nowMs: number): Effect[] {
  const over = [...state.waiting].filter(({ overMs = nowMs }) => overMs <= nowMs);
  return over.flatMap((doubt) => judge(state, doubt, nowMs));
}

function judge(state: WatchState, doubt: Doubt, nowMs: number): Effect[] {
  const { subject, verdict: before } = doubt;
  const supporter = (name: string): Supporter => supporterFor(state.lines.get(name), name, doubt, nowMs);
  const { parents, device } = subject;
  const judged = verdictOn(subject.element, {
    parents: parents.map(supporter),
    ...(device !== undefined && { device: supporter(device) }),
  });
  const isBehind = judged.is === 'behind';
  const recovers = judged.is === 'free' && doubt.wasBehind;
  if (recovers) {
    doubt.failures = 0;
    doubt.sinceMs = nowMs;
  }
  doubt.wasBehind = isBehind || (doubt.wasBehind && !recovers);
  doubt.isRecovering = recovers || (doubt.isRecovering && !isBehind);
  const verdict: Verdict = judged.is === 'free' && doubt.isRecovering ? { is: 'awaited' } : judged;
  const isNews = !isSame(before, verdict);
  if (isNews) doubt.verdict = verdict;
  const waits = judged.is === 'awaited';
  if (waits && doubt.failures === 2) doubt.overMs ??= nowMs + HOLD_MS;
  else if (recovers || isBehind) doubt.overMs = undefined;
  if (waits && doubt.overMs !== undefined) state.waiting.add(doubt);
  else state.waiting.delete(doubt);
  enter(state, doubt, waits ? 'waits' : isBehind ? 'behind' : 'quiet');
  const effects: Effect[] = isNews ? [{ is: 'found', subject, verdict }] : [];
  if (recovers) effects.push({ is: 'lookAgain', element: subject.element });
  return effects;
}

function enter(state: WatchState, doubt: Doubt, phase: Phase): void {
  const { phase: before } = doubt;
  if (before === phase) return;
  doubt.phase = phase;
  for (const name of namesOf(doubt.subject)) {
    const line = state.lines.get(name);
    if (!line) continue;
    if (before !== 'quiet') line[before] -= 1;
    if (phase !== 'quiet') line[phase] += 1;
  }
}

/** Times that came as ages are never quite the same again. */
function isSame(one: Verdict, other: Verdict): boolean {
  if (one.is !== 'behind' || other.is !== 'behind') return one.is === other.is;
  const isSameRoot =
    one.root.element === other.root.element &&
    one.root.status === other.root.status &&
    one.root.alarm === other.root.alarm &&
    Math.abs(one.root.since - other.root.since) < SAME_MS;
  return isSameRoot && timeless(one.why) === timeless(other.why);
}

const timeless = (why: string): string => why.replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '');

function supporterFor(line: Line | undefined, name: string, doubt: Doubt, nowMs: number): Supporter {
  const { word } = line ?? {};
  const element = word?.element ?? deviceNamed(name);
  const standing = line && word ? standingOf(line, word, doubt) : ({ is: 'doubted' } as const);
  const isOver = doubt.overMs !== undefined && doubt.overMs <= nowMs;
  return { element, standing: standing.is === 'doubted' && isOver ? { is: 'unknown' } : standing };
}

function standingOf({ heardMs }: Line, word: Word, { failedMs, sinceMs, verdict }: Doubt): Standing {
  if (!word.isWatched) return { is: 'unknown' };
  // What was out may have come back, unless it has been seen since; whoever is behind it stays so until then.
  const isOld = heardMs < failedMs - FRESH_MS && verdict.is !== 'behind';
  if (word.out) return isOld ? { is: 'doubted' } : word.out;
  return (word.answeredMs ?? Number.NEGATIVE_INFINITY) >= sinceMs ? { is: 'well' } : { is: 'doubted' };
}

function due(state: WatchState, nowMs: number): Question[] {
  const questions: Question[] = [];
  for (const [name, line] of state.lines) {
    if (dueMs(line) > nowMs) continue;
    line.askedMs = nowMs;
    questions.push({ name, sinceMs: newestOf(line) });
  }
  return questions;
}

/** When the next question about it is to be asked. */
function dueMs({ waits, behind, word, heardMs, askedMs, isWanted }: Line): number {
  if (askedMs !== undefined) return askedMs + PATIENCE_MS;
  if (word && !word.isWatched) return isWanted ? heardMs + ASK_UNKNOWN_MS : Number.POSITIVE_INFINITY;
  if (waits > 0) return heardMs + ASK_MS;
  return behind > 0 || isWanted ? heardMs + ASK_OUT_MS : Number.POSITIVE_INFINITY;
}

function newestOf({ doubts }: Line): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { sinceMs } of doubts) newest = Math.max(newest, sinceMs);
  return newest;
}

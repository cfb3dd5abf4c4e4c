/**
 * The status of an element, from nothing but the outcomes of its polls.
 *
 * Each access has a standing; the element's status is read off the standings.
 *
 * Standing of an access:
 *   unknown --answered--> good          any --answered--> good, at once
 *   good, unknown --two polls in a row not answered rightly--> wrong when at least one of the two got some answer,
 *                                                              otherwise failed
 *   failed --wrong answer--> wrong, at once (it can be reached again)
 *   wrong --two polls in a row failed--> failed
 * A single bad poll changes nothing; what a poll says has already outlived its `retries` + 1 tries.
 * An outcome `untried` (faulty settings: nothing was sent) proves nothing about reach and counts as wrong.
 *
 * Status of the element, over the accesses that have a standing. Those that prove reach are all but `file`, which
 * reads the manager's own disk; where there are only such, they do.
 *   nothing known                                                  -> as it was (at first unknown)
 *   all that prove reach failed                                    -> what others find of it decides:
 *     nobody else reaches it, or nobody can be asked                    down
 *     another manager reaches it                                        unreachable: the way from here is broken
 *     the manager through which it is reached cannot be asked           unreachable
 *     another manager is still being asked                              as it was
 *     all that it depends on is out (`dependence/`)                     unreachable, behind what is out; but what was
 *                                                                       down long before stays down
 *   every access known is good                                     -> normal
 *   some are good and some are not                                 -> minor: it is reached, part of its data is not
 *   none that proves reach is good, and one of them answered wrong -> major: a page with the wrong status,
 *                                                                     a login refused: it is there but does not serve
 *   otherwise (what is known failed, and some were never polled)   -> unknown, but what was down or unreachable stays so
 *                                                                     until it answers
 *
 * Events are given when something changes, once:
 *   elementDown (critical) / elementUp (cleared)            the status becomes down / leaves down
 *   elementUnreachable (minor) / elementReachable (cleared) the status becomes unreachable / leaves unreachable
 *   accessFailed (major, or minor beside a good one)        an access is not good while the element is reached
 *   accessRecovered (cleared)                               an access that was told of as failed is good again
 *
 * What other managers find, and how the elements are on which this one depends, is an input here ({@link Elsewhere}).
 * Maintenance lies over it (`element-status.ts`).
 */
import type { ErrorCode } from '../base/errors.js';
import type { AccessMethodName, ManagedElement } from '../model/element.js';
import type { NewEvent } from '../model/event.js';
import type { Severity, Status } from '../model/status.js';
import { RELATED_MS, type Root } from './dependence/dependence.js';

/** Polls in a row that must fail before anything is believed of it. */
const CONFIRMING_POLLS = 2;

export type Answer = 'answered' | 'wrong' | 'failed' | 'untried';

/** What one poll, with all its tries, said of one access. */
export interface AccessOutcome {
  /** Position of the access within its element. */
  readonly access: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly answer: Answer;
  /** Why it is not answered; a sentence without a secret. */
  readonly error?: string;
}

/** What other managers find of an element that does not answer here. */
export type Elsewhere =
  | { readonly is: 'awaited' }
  /** Nobody else reaches it; without `by` nobody is able to try. */
  | { readonly is: 'unreached'; readonly by?: string }
  /** Whoever was asked has not said anything in time. */
  | { readonly is: 'unanswered' }
  /** It is reached through another manager only, which could not be asked: nothing is known of it. */
  | { readonly is: 'unasked' }
  /** `from`: the manager here. */
  | { readonly is: 'reached'; readonly by: string; readonly from: string }
  /** It depends on what is out itself. */
  | { readonly is: 'behind'; readonly root: Root; readonly why: string };

/** JSON-able. */
export interface AccessStanding {
  readonly method: AccessMethodName;
  readonly standing: 'unknown' | 'good' | 'wrong' | 'failed';
  /** Bad polls since the last good one, and failed ones since the last answer of any kind; counted to two. */
  readonly badPolls: number;
  readonly failedPolls: number;
  readonly error?: string;
  /** Whether an event has told of it. */
  readonly told: boolean;
}

export type ReachStatus = Extract<Status, 'unknown' | 'normal' | 'minor' | 'major' | 'down' | 'unreachable'>;

/** JSON-able; what must be kept and handed over to go on without a seam. */
export interface ReachState {
  readonly status: ReachStatus;
  /** When it began, milliseconds since 1970. */
  readonly since: number;
  readonly reason?: string;
  /** What is out, where the element is unreachable because of that. */
  readonly behind?: Root;
  /** In the order of the element's accesses. */
  readonly accesses: readonly AccessStanding[];
}

export interface Step {
  readonly state: ReachState;
  readonly events: readonly NewEvent[];
}

type Element = Pick<ManagedElement, 'name' | 'label' | 'access'>;

/** Of the condition that an element is down or unreachable. */
export const REACH_KEY = 'reach';
/** Of the condition that one of its accesses is not good. */
export const accessConditionKey = (index: number, method: AccessMethodName): string => `access ${index} ${method}`;

/** Before the first poll. */
export const initialReach = (now: number): ReachState => ({ status: 'unknown', since: now, accesses: [] });

/** What an error of an access method says about reach; `undefined`: there was none. */
export function answerOf(code: ErrorCode | undefined): Answer {
  switch (code) {
    case undefined:
      return 'answered';
    case 'Access.Denied':
    case 'Access.NotFound':
    case 'Access.Protocol':
    case 'Access.Content':
    case 'Access.TooLarge':
      return 'wrong';
    case 'Access.Settings':
      return 'untried';
    default:
      return 'failed';
  }
}

/** @param elsewhere Default: nobody else can be asked, so what is found here counts. */
export function step(
  before: ReachState,
  element: Element,
  outcome: AccessOutcome,
  elsewhere: Elsewhere = { is: 'unreached' },
): Step {
  const judged = fitted(before.accesses, element).map((access, index) =>
    index === outcome.access ? judge(access, outcome) : access,
  );
  return settle(before, element, judged, elsewhere, outcome.time);
}

/** Other managers have found something, and no poll has been made here since. */
export const reconsider = (
  before: ReachState,
  element: Element,
  time: number,
  elsewhere: Elsewhere = { is: 'unreached' },
): Step => settle(before, element, fitted(before.accesses, element), elsewhere, time);

function settle(
  before: ReachState,
  element: Element,
  judged: readonly AccessStanding[],
  elsewhere: Elsewhere,
  time: number,
): Step {
  const { status, reason, behind, isOut } = assess(judged, before, elsewhere);
  const isSame =
    status === before.status &&
    reason === before.reason &&
    behind === before.behind &&
    judged.length === before.accesses.length &&
    judged.every((access, index) => access === before.accesses[index]);
  // As it was told last, and there is nothing left to tell.
  if (isSame && judged.every(({ standing, told }) => standing === 'good' && !told))
    return { state: before, events: [] };
  const events: NewEvent[] = [];
  const tell = (name: string, severity: Severity, text: string, alarm?: string) =>
    events.push({ time, severity, name, text, element: element.name, ...(alarm !== undefined && { alarm }) });
  const called = element.label ? `${element.label} (${element.name})` : element.name;
  const why = reason ?? 'no answer';

  if (status !== before.status) {
    // Down and unreachable are one condition: the change from one to the other does not end it.
    const ended = isGone({ status }) ? undefined : REACH_KEY;
    if (before.status === 'down') tell('elementUp', 'cleared', `${called} ${whyUp(status, why, behind)}`, ended);
    if (before.status === 'unreachable')
      tell(
        'elementReachable',
        'cleared',
        status === 'down' ? `${called} is reached by nobody any more` : `${called} can be reached again`,
        ended,
      );
    if (status === 'down') tell('elementDown', 'critical', `${called} is down: ${why}`, REACH_KEY);
    if (status === 'unreachable') tell('elementUnreachable', 'minor', `${called} is unreachable: ${why}`, REACH_KEY);
  }
  const accesses = judged.map((access, index): AccessStanding => {
    const good = access.standing === 'good';
    const key = accessConditionKey(index, access.method);
    if (good && access.told) {
      tell('accessRecovered', 'cleared', `${access.method} access to ${called} works again`, key);
      return { ...access, told: false };
    }
    if (!isBad(access) || access.told || isOut) return access;
    const severity = judged.some((other) => other.standing === 'good') ? 'minor' : 'major';
    tell('accessFailed', severity, `${access.method} access to ${called} failed: ${access.error ?? 'no answer'}`, key);
    return { ...access, told: true };
  });

  const state: ReachState = {
    status,
    since: status === before.status ? before.since : time,
    ...(reason !== undefined && { reason }),
    ...(behind && { behind }),
    accesses,
  };
  return { state, events };
}

function whyUp(status: ReachStatus, why: string, behind: Root | undefined): string {
  if (status !== 'unreachable') return 'answers again';
  return behind ? `is not down by itself, it is ${why}` : `is up: ${why}`;
}

const UNKNOWN: Omit<AccessStanding, 'method'> = { standing: 'unknown', badPolls: 0, failedPolls: 0, told: false };

/** A changed configuration begins anew where another method stands in the place of the former. */
function fitted(accesses: readonly AccessStanding[], { access }: Element): readonly AccessStanding[] {
  return access.map(({ method }, index): AccessStanding => {
    const known = accesses[index];
    return known?.method === method ? known : { method, ...UNKNOWN };
  });
}

function judge(access: AccessStanding, { answer, error }: AccessOutcome): AccessStanding {
  const { method, told } = access;
  if (answer === 'answered')
    return isUntroubled(access) ? access : { method, standing: 'good', badPolls: 0, failedPolls: 0, told };
  const badPolls = Math.min(access.badPolls + 1, CONFIRMING_POLLS);
  const failedPolls = answer === 'failed' ? Math.min(access.failedPolls + 1, CONFIRMING_POLLS) : 0;
  const reachedAgain = access.standing === 'failed' && answer === 'wrong';
  let { standing } = access;
  if (failedPolls >= CONFIRMING_POLLS) standing = 'failed';
  else if (reachedAgain || (badPolls >= CONFIRMING_POLLS && standing !== 'failed')) standing = 'wrong';
  return { method, standing, badPolls, failedPolls, told, ...(error !== undefined && { error }) };
}

const isUntroubled = ({ standing, badPolls, error }: AccessStanding): boolean =>
  standing === 'good' && badPolls === 0 && error === undefined;

const isBad = ({ standing }: AccessStanding): boolean => standing === 'wrong' || standing === 'failed';

interface Assessment extends Pick<ReachState, 'status' | 'reason' | 'behind'> {
  /** Nothing of it can be reached from here: that its accesses fail is told as one thing. */
  readonly isOut: boolean;
}

function assess(accesses: readonly AccessStanding[], before: ReachState, elsewhere: Elsewhere): Assessment {
  const remote = accesses.filter(({ method }) => method !== 'file');
  const proving = remote.length > 0 ? remote : accesses;
  const known = accesses.filter(({ standing }) => standing !== 'unknown');
  const bad = known.filter(isBad);
  const reason = bad.map(({ method, error }) => `${method}: ${error ?? 'no answer'}`).join('; ');
  const isGood = proving.some(({ standing }) => standing === 'good');

  if (known.length === 0) return asBefore(before, isGone(before));
  if (proving.every(({ standing }) => standing === 'failed')) return out(reason, before, elsewhere);
  if (isGood) return bad.length === 0 ? { status: 'normal', isOut: false } : { status: 'minor', reason, isOut: false };
  if (proving.some(({ standing }) => standing === 'wrong')) return { status: 'major', reason, isOut: false };
  if (before.status === 'unreachable') return asBefore(before, true);
  return { status: isGone(before) ? 'down' : 'unknown', ...(reason !== '' && { reason }), isOut: isGone(before) };
}

function out(reason: string, before: ReachState, elsewhere: Elsewhere): Assessment {
  switch (elsewhere.is) {
    case 'awaited':
      return asBefore(before, true);
    case 'reached': {
      const { by, from } = elsewhere;
      return { status: 'unreachable', reason: `${by} reaches it, ${from} does not: ${reason}`, isOut: true };
    }
    case 'unasked':
      return { status: 'unreachable', reason, isOut: true };
    case 'behind': {
      const { root, why } = elsewhere;
      const isDownByItself = before.status === 'down' && before.since < root.since - RELATED_MS;
      return isDownByItself
        ? { status: 'down', reason, isOut: true }
        : { status: 'unreachable', reason: why, behind: root, isOut: true };
    }
    default:
      return { status: 'down', reason, isOut: true };
  }
}

const isGone = ({ status }: Pick<ReachState, 'status'>): boolean => status === 'down' || status === 'unreachable';

const asBefore = ({ status, reason, behind }: ReachState, isOut: boolean): Assessment => ({
  status,
  ...(reason !== undefined && { reason }),
  ...(behind && { behind }),
  isOut,
});

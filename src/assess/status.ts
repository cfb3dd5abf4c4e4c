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
 *   all that prove reach failed                                    -> down
 *   every access known is good                                     -> normal
 *   some are good and some are not                                 -> minor: it is reached, part of its data is not
 *   none that proves reach is good, and one of them answered wrong -> major: a page with the wrong status,
 *                                                                     a login refused: it is there but does not serve
 *   otherwise (what is known failed, and some were never polled)   -> unknown, but what was down stays so until it answers
 *
 * Events are given when something changes, once:
 *   elementDown (critical) / elementUp (cleared)            the status becomes down / leaves down
 *   accessFailed (major, or minor beside a good one)        an access is not good while the element is not down
 *   accessRecovered (cleared)                               an access that was told of as failed is good again
 *
 * Whether an element that is down is really `unreachable` behind another, or in maintenance, and whether another
 * manager confirms it, is decided over this, by those who know more than one element.
 */
import type { ErrorCode } from '../base/errors.js';
import type { AccessMethodName, ManagedElement } from '../model/element.js';
import type { NewEvent } from '../model/event.js';
import type { Severity, Status } from '../model/status.js';

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

export type ReachStatus = Extract<Status, 'unknown' | 'normal' | 'minor' | 'major' | 'down'>;

/** JSON-able; what must be kept and handed over to go on without a seam. */
export interface ReachState {
  readonly status: ReachStatus;
  /** When it began, milliseconds since 1970. */
  readonly since: number;
  readonly reason?: string;
  /** In the order of the element's accesses. */
  readonly accesses: readonly AccessStanding[];
}

export interface Step {
  readonly state: ReachState;
  readonly events: readonly NewEvent[];
}

type Element = Pick<ManagedElement, 'name' | 'label' | 'access'>;

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

export function step(before: ReachState, element: Element, outcome: AccessOutcome): Step {
  const judged = fitted(before.accesses, element).map((access, index) =>
    index === outcome.access ? judge(access, outcome) : access,
  );
  const { status, reason } = assess(judged, before);
  const events: NewEvent[] = [];
  const tell = (name: string, severity: Severity, text: string) =>
    events.push({ time: outcome.time, severity, name, text, element: element.name });
  const called = element.label ? `${element.label} (${element.name})` : element.name;

  if (status === 'down' && before.status !== 'down')
    tell('elementDown', 'critical', `${called} is down: ${reason ?? 'no answer'}`);
  if (status !== 'down' && before.status === 'down') tell('elementUp', 'cleared', `${called} answers again`);
  const accesses = judged.map((access): AccessStanding => {
    const good = access.standing === 'good';
    if (good && access.told) {
      tell('accessRecovered', 'cleared', `${access.method} access to ${called} works again`);
      return { ...access, told: false };
    }
    if (!isBad(access) || access.told || status === 'down') return access;
    const severity = judged.some((other) => other.standing === 'good') ? 'minor' : 'major';
    tell('accessFailed', severity, `${access.method} access to ${called} failed: ${access.error ?? 'no answer'}`);
    return { ...access, told: true };
  });

  const state: ReachState = {
    status,
    since: status === before.status ? before.since : outcome.time,
    ...(reason !== undefined && { reason }),
    accesses,
  };
  return { state, events };
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
  if (answer === 'answered') return { method, standing: 'good', badPolls: 0, failedPolls: 0, told };
  const badPolls = Math.min(access.badPolls + 1, CONFIRMING_POLLS);
  const failedPolls = answer === 'failed' ? Math.min(access.failedPolls + 1, CONFIRMING_POLLS) : 0;
  const reachedAgain = access.standing === 'failed' && answer === 'wrong';
  let { standing } = access;
  if (failedPolls >= CONFIRMING_POLLS) standing = 'failed';
  else if (reachedAgain || (badPolls >= CONFIRMING_POLLS && standing !== 'failed')) standing = 'wrong';
  return { method, standing, badPolls, failedPolls, told, ...(error !== undefined && { error }) };
}

const isBad = ({ standing }: AccessStanding): boolean => standing === 'wrong' || standing === 'failed';

function assess(accesses: readonly AccessStanding[], before: ReachState): Pick<ReachState, 'status' | 'reason'> {
  const remote = accesses.filter(({ method }) => method !== 'file');
  const proving = remote.length > 0 ? remote : accesses;
  const known = accesses.filter(({ standing }) => standing !== 'unknown');
  const bad = known.filter(isBad);
  const reason = bad.map(({ method, error }) => `${method}: ${error ?? 'no answer'}`).join('; ');
  const isGood = proving.some(({ standing }) => standing === 'good');

  if (known.length === 0)
    return { status: before.status, ...(before.reason !== undefined && { reason: before.reason }) };
  if (proving.every(({ standing }) => standing === 'failed')) return { status: 'down', reason };
  if (isGood) return bad.length === 0 ? { status: 'normal' } : { status: 'minor', reason };
  if (proving.some(({ standing }) => standing === 'wrong')) return { status: 'major', reason };
  return { status: before.status === 'down' ? 'down' : 'unknown', ...(reason !== '' && { reason }) };
}

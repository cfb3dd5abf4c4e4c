/** What is made of signs of life, and of their absence. */
import { patientUntilMs } from './awareness.js';
import { closeRound, othersFor, wasAsked } from './question.js';
import { newRelief, restoreAll } from './relief.js';
import { type Detection, type Effect, type Finding, isGone, type Outcome, type Round, type Watched } from './state.js';
import { roundInWords, secondsOf } from './words.js';

/** What one knows by: a heartbeat may have been on its way for long, an answer was asked for just now. */
export interface Sign {
  readonly incarnation: number | undefined;
  readonly isPaused: boolean;
  readonly isAnswer: boolean;
  readonly how: string;
}

/** Whether the sign comes from a former start of the member: that counts for nothing. */
export const isOutdated = (member: Watched, incarnation: number | undefined): boolean =>
  incarnation !== undefined && member.incarnation !== undefined && incarnation < member.incarnation;

/** Takes a sign of life. */
export function takeSign(state: Detection, member: Watched, sign: Sign, nowMs: number): Effect[] {
  const effects: Effect[] = [];
  const isNewer = sign.incarnation !== undefined && sign.incarnation > (member.incarnation ?? -1);
  const wasKnown = member.incarnation !== undefined;
  if (isNewer) effects.push(...beginAnew(member, sign.incarnation));
  const silentMs = nowMs - member.signMs;
  member.lifeMs = nowMs;
  member.signMs = nowMs;
  member.wasHeard = true;
  member.broke = undefined;
  member.doubt = undefined;
  if (member.round) {
    member.round.lives = true;
    if (sign.isAnswer) member.round.isOpen = false;
  }
  if (isGone(member) && !isNewer && !sign.isAnswer && !isHeardTwice(state, member, nowMs)) return effects;
  member.rounds = 0;
  member.heardAgainMs = undefined;
  const finding = sign.isPaused ? 'paused' : 'alive';
  const { found } = member;
  const isSame = found?.is === finding && found.told === sign.isPaused;
  if (isSame && !(isNewer && wasKnown)) return effects;
  const again =
    isNewer && wasKnown ? 'it was started anew; ' : isGone(member) ? `it is back after ${secondsOf(silentMs)}; ` : '';
  effects.push(find(member, finding, sign.isPaused, again + sign.how, 0));
  return effects;
}

/** One late heartbeat brings nobody back, but it is reason to ask; the next one, or an answer, does. */
function isHeardTwice(state: Detection, member: Watched, nowMs: number): boolean {
  const { heartbeatMs } = state;
  const { heardAgainMs } = member;
  const sinceMs = heardAgainMs === undefined ? Number.POSITIVE_INFINITY : nowMs - heardAgainMs;
  if (sinceMs >= heartbeatMs / 2 && sinceMs <= 2 * heartbeatMs) return true;
  if (sinceMs > 2 * heartbeatMs) {
    member.heardAgainMs = nowMs;
    member.urgentMs = nowMs;
  }
  return false;
}

/** A newer start of a member has nothing to do with what was known of the former. */
function beginAnew(member: Watched, incarnation: number | undefined): Effect[] {
  member.incarnation = incarnation;
  member.round = undefined;
  member.formerRound = undefined;
  member.urgentMs = undefined;
  member.wantsAgain = false;
  member.accepts.clear();
  member.isAcquainted = false;
  const effects = restoreAll(member.id, member.relief, 'it was started anew');
  member.relief = newRelief(member.relief);
  return effects;
}

/** Looks at a member's round, and at the clock. */
export function look(state: Detection, member: Watched, nowMs: number): Effect[] {
  const { round } = member;
  if (!round) return [];
  const wasOpen = round.isOpen;
  if (wasOpen) closeRound(state, round, nowMs);
  const isRefused = refuses(member, round) && (!round.isOpen || isConfirmed(state, round, nowMs));
  const isPatient = nowMs < patientUntilMs(state, member.lifeMs, nowMs);
  const isUnsure = isRefused ? round.lives || !othersWereAsked(state, member, round, nowMs) : breaks(round);
  const isNews = !isRefused || member.found?.is !== 'crashed';
  if (wasOpen && isUnsure && isPatient && isNews && !round.again) {
    round.isOpen = false;
    member.wantsAgain = true;
    return [];
  }
  if (isRefused && !round.lives) return isNews ? [conclude(member, 'crashed', nowMs)] : [];
  const isOver = wasOpen && !round.isOpen;
  if (isGone(member)) return isOver && !round.lives ? doubt(member, verdict(member, round), nowMs) : [];
  if (round.isOpen || !wasAsked(member) || isPatient) return [];
  return [conclude(member, verdict(member, round), nowMs)];
}

/** Nobody listens any more where somebody did. */
function refuses({ accepts, by }: Watched, { direct }: Round): boolean {
  const proven = by.filter((way) => accepts.has(way));
  const others = by.filter((way) => !accepts.has(way)).map((way) => direct.get(way));
  return (
    proven.length > 0 &&
    proven.every((way) => direct.get(way) === 'refused') &&
    others.every((outcome) => outcome === undefined || outcome === 'refused' || outcome === 'nothing')
  );
}

/** It may be the way of this one watcher that is cut: where others can be asked, they are. */
const othersWereAsked = (state: Detection, member: Watched, { indirect }: Round, nowMs: number): boolean =>
  indirect.size > 0 || othersFor(state, member, nowMs).length === 0;

/** A refusal is believed as soon as one other has not fared better, or none has said so in time. */
const isConfirmed = (state: Detection, { indirect, askedMs }: Round, nowMs: number): boolean =>
  indirect.size === 0 ||
  [...indirect.values()].some((outcome) => outcome !== undefined) ||
  nowMs >= askedMs + state.timing.confirmMs;

/** A connection that breaks in the asking may be a process that is just dying: the next moment will tell. */
function breaks({ direct, lives }: Round): boolean {
  if (lives) return false;
  const outcomes = [...direct.values()];
  return !outcomes.includes(undefined) && outcomes.some((outcome) => outcome === 'reset' || outcome === 'closed');
}

/** The strongest of all outcomes; those that say that it lives have been taken for that before. */
const STRENGTH: readonly (readonly [Outcome, Finding])[] = [
  ['mute', 'paused'],
  ['refused', 'crashed'],
  ['reset', 'disconnected'],
  ['closed', 'disconnected'],
];

function verdict({ by, broke }: Watched, { direct, indirect }: Round): Finding {
  const outcomes = new Set([...direct.values(), ...indirect.values()]);
  const strongest = STRENGTH.find(([outcome]) => outcomes.has(outcome));
  if (strongest) return strongest[1];
  // Of one that can only dial out, the way in which its own connection ended is all there is.
  return by.length === 0 && broke ? 'disconnected' : 'lost';
}

/** Another finding about a gone member is told when two rounds in a row agree on it. */
function doubt(member: Watched, finding: Finding, nowMs: number): Effect[] {
  const isSame = member.found?.is === finding;
  const isSure = member.doubt === finding;
  member.doubt = isSame || isSure ? undefined : finding;
  return isSure && !isSame ? [conclude(member, finding, nowMs)] : [];
}

function conclude(member: Watched, finding: Finding, nowMs: number): Effect {
  const silentMs = nowMs - member.signMs;
  member.rounds = 0;
  member.doubt = undefined;
  member.wantsAgain = false;
  member.heardAgainMs = undefined;
  if (member.round) member.round.isOpen = false;
  return find(member, finding, false, roundInWords(member, silentMs), silentMs);
}

function find(member: Watched, finding: Finding, told: boolean, why: string, afterMs: number): Effect {
  member.found = { is: finding, told };
  return { is: 'finding', member: member.id, finding, told, incarnation: member.incarnation, why, afterMs };
}

/** The one door of failure detection: an input at a time in, effects out. */
import { invariant } from '../../base/errors.js';
import { firstRoundOf, type MemberId } from '../member.js';
import { late, notice, patientUntilMs } from './awareness.js';
import { isOutdated, look, type Sign, takeSign } from './judge.js';
import { beginRounds, keepDirect, keepIndirect, roundDueMs, wasAsked } from './question.js';
import { judgeWork, newRelief, relievedOf } from './relief.js';
import {
  type Connection,
  type Detection,
  type Effect,
  type Heartbeat,
  type Input,
  isGone,
  MOST_MEMBERS,
  type Outcome,
  timingOf,
  type Watched,
} from './state.js';

export interface DetectionOptions {
  readonly id: MemberId;
  /** Of the watcher: reports that were meant for a former start of it are not taken for one of this. */
  readonly incarnation: number;
  readonly heartbeatMs: number;
  readonly nowMs: number;
}

export const createDetection = ({ id, incarnation, heartbeatMs, nowMs }: DetectionOptions): Detection => ({
  id,
  heartbeatMs,
  timing: timingOf(heartbeatMs),
  members: new Map(),
  own: undefined,
  sorted: [],
  rounds: firstRoundOf(incarnation),
  slow: { byMs: 0, atMs: nowMs },
  nextMs: nowMs + timingOf(heartbeatMs).tickMs,
});

/**
 * Takes one input. The state belongs to this function and is changed in place. Inputs about members that are not watched
 * are dropped.
 * @param nowMs The watcher's monotonic clock; never goes back.
 */
export function step(state: Detection, input: Input, nowMs: number): Effect[] {
  notice(state, nowMs);
  switch (input.is) {
    case 'tick':
      return tick(state, nowMs);
    case 'late':
      late(state, input.byMs, nowMs);
      return [];
    case 'paced':
      state.heartbeatMs = input.heartbeatMs;
      state.timing = timingOf(input.heartbeatMs);
      return tick(state, nowMs);
    case 'worked':
      state.own ??= newRelief();
      return judgeWork(state.heartbeatMs, state.id, state.own, input.heartbeat, nowMs);
    case 'rests':
      state.own = undefined;
      return [];
    case 'joined':
      return joined(state, input.member, input.by, nowMs);
    case 'left':
      if (state.members.delete(input.member)) state.sorted = sortedMembers(state);
      return [];
  }
  const member = state.members.get(input.member);
  if (!member) return [];
  const effects = about(state, member, input, nowMs);
  effects.push(...look(state, member, nowMs));
  // What can wait waits for the tick, where those that are asked are chosen among all.
  if (member.wantsAgain || member.urgentMs !== undefined) effects.push(...beginRounds(state, [member], nowMs));
  state.nextMs = Math.min(state.nextMs, nextMsOf(state, member, nowMs));
  return effects;
}

/** When the next `tick` is due at the latest. To be looked at after every step: a late one counts against the watcher. */
export const wakeAtMs = ({ nextMs }: Detection): number => nextMs;

/** What was told of a member last; undefined for one of which nothing is known yet. */
export const findingOf = ({ members }: Detection, id: MemberId): Watched['found'] => members.get(id)?.found;

/** Whether it was asked if it is there, and nobody has heard yet that it is. */
export const isQuestioned = ({ members }: Detection, id: MemberId): boolean => {
  const member = members.get(id);
  return member !== undefined && wasAsked(member);
};

/** What a member is relieved of, as the watcher has found; undefined for one of which it watches nothing. */
export const reliefOf = ({ members }: Detection, id: MemberId): ReturnType<typeof relievedOf> | undefined => {
  const member = members.get(id);
  return member && relievedOf(member.relief);
};

function tick(state: Detection, nowMs: number): Effect[] {
  const effects: Effect[] = [];
  const watched = state.sorted;
  for (const member of watched) effects.push(...look(state, member, nowMs));
  effects.push(...beginRounds(state, watched, nowMs));
  state.nextMs = nowMs + state.timing.tickMs;
  for (const member of watched) state.nextMs = Math.min(state.nextMs, nextMsOf(state, member, nowMs));
  return effects;
}

function nextMsOf(state: Detection, member: Watched, nowMs: number): number {
  const { round, lifeMs } = member;
  const { graceMs, confirmMs, leastTickMs } = state.timing;
  let dueMs = roundDueMs(state, member, nowMs);
  if (round?.isOpen) {
    const confirmedMs = round.askedMs + confirmMs;
    dueMs = Math.min(dueMs, round.untilMs + graceMs, confirmedMs > nowMs ? confirmedMs : Number.POSITIVE_INFINITY);
  } else if (!isGone(member) && wasAsked(member)) {
    dueMs = Math.min(dueMs, patientUntilMs(state, lifeMs, nowMs));
  }
  return Math.max(dueMs, nowMs + leastTickMs);
}

function joined(state: Detection, id: MemberId, by: readonly Connection[], nowMs: number): Effect[] {
  const ways = [...new Set(by)].sort();
  const known = state.members.get(id);
  if (known) {
    known.by = ways;
    known.isAcquainted = false;
    return [];
  }
  if (id === state.id) return [];
  invariant(state.members.size < MOST_MEMBERS, `a pool has at most ${MOST_MEMBERS} members`);
  state.members.set(id, {
    id,
    by: ways,
    incarnation: undefined,
    found: undefined,
    lifeMs: nowMs,
    signMs: nowMs,
    wasHeard: false,
    heardAgainMs: undefined,
    urgentMs: undefined,
    broke: undefined,
    round: undefined,
    formerRound: undefined,
    askedMs: Number.NEGATIVE_INFINITY,
    rounds: 0,
    wantsAgain: false,
    accepts: new Set(),
    isAcquainted: false,
    doubt: undefined,
    relief: newRelief(),
  });
  state.sorted = sortedMembers(state);
  return [];
}

const sortedMembers = ({ members }: Detection): Watched[] =>
  [...members.values()].sort((a, b) => (a.id < b.id ? -1 : 1));

type About = Extract<Input, { is: 'heard' | 'broken' | 'answer' | 'reported' }>;

function about(state: Detection, member: Watched, input: About, nowMs: number): Effect[] {
  switch (input.is) {
    case 'heard':
      return heard(state, member, input.heartbeat, nowMs);
    case 'broken':
      member.broke = input.how;
      member.urgentMs ??= nowMs;
      return [];
    case 'answer': {
      const outcome = current(member, input);
      keepDirect(member, input.round, input.by, outcome);
      return answered(
        state,
        member,
        input,
        outcome,
        `it answers over ${input.by === 'http' ? 'HTTP' : 'the socket'}`,
        nowMs,
      );
    }
    case 'reported': {
      const outcome = current(member, input);
      keepIndirect(member, input.round, input.through, outcome);
      return answered(state, member, input, outcome, `${input.through} says that it answers`, nowMs);
    }
  }
}

function heard(state: Detection, member: Watched, heartbeat: Heartbeat, nowMs: number): Effect[] {
  const { incarnation } = heartbeat;
  if (isOutdated(member, incarnation)) return [];
  const isPaused = heartbeat.state === 'paused';
  const how = isPaused ? 'it says that it is paused' : 'its heartbeat is heard';
  const effects = takeSign(state, member, { incarnation, isPaused, isAnswer: false, how }, nowMs);
  effects.push(...judgeWork(state.heartbeatMs, member.id, member.relief, heartbeat, nowMs));
  return effects;
}

/** The answer of a former start is none of the present one. */
const current = (member: Watched, { outcome, incarnation }: { outcome: Outcome; incarnation?: number }): Outcome =>
  isOutdated(member, incarnation) ? 'nothing' : outcome;

/** An answer to the present round, or to the one before, that is a sign of life. */
function answered(
  state: Detection,
  member: Watched,
  { round, incarnation }: { round: number; incarnation?: number },
  outcome: Outcome,
  how: string,
  nowMs: number,
): Effect[] {
  if (outcome !== 'alive' && outcome !== 'paused') return [];
  if (round !== member.round?.number && round !== member.formerRound) return [];
  const isPaused = outcome === 'paused';
  const sign: Sign = { incarnation, isPaused, isAnswer: true, how: isPaused ? `${how}, paused` : how };
  return takeSign(state, member, sign, nowMs);
}

/** Questions: when a round begins, whom it asks, and what its answers are. */
import type { MemberId } from '../member.js';
import { patientUntilMs, stretch } from './awareness.js';
import {
  type Connection,
  type Detection,
  type Effect,
  isGone,
  MOST_ROUNDS,
  MOST_THROUGH,
  type Outcome,
  type Round,
  type Watched,
} from './state.js';

/** A gone member is asked after one heartbeat, two, four, and every four from then on. */
const RAREST = 4;

/** When the member is to be asked next: in the past when at once, never when a round is open or none is needed. */
export function roundDueMs(state: Detection, member: Watched, nowMs: number): number {
  const { round, askedMs } = member;
  if (round?.isOpen) return Number.POSITIVE_INFINITY;
  const { againMs, urgentMs, askAfterMs, roundMs, leastRoundMs } = state.timing;
  if (member.wantsAgain) return askedMs + againMs;
  if (member.urgentMs !== undefined) return Math.max(member.urgentMs, askedMs + urgentMs);
  if (isGone(member)) return askedMs + roundMs * Math.min(RAREST, 2 ** member.rounds);
  if (!member.isAcquainted && member.wasHeard) return askedMs + roundMs;
  const dueMs = Math.max(member.lifeMs + askAfterMs, askedMs + roundMs * stretch(state, nowMs));
  const leftMs = patientUntilMs(state, member.lifeMs, nowMs) - Math.max(dueMs, nowMs);
  return wasAsked(member) && leftMs < leastRoundMs ? Number.POSITIVE_INFINITY : dueMs;
}

/** Whether a round has been asked since the last sign of life. */
export const wasAsked = ({ round }: Watched): boolean => round !== undefined && !round.lives;

/** Begins the rounds that are due, as far as there is room: those that may be alive first, then the longest silent. */
export function beginRounds(state: Detection, among: Iterable<Watched>, nowMs: number): Effect[] {
  const due: Watched[] = [];
  for (const member of among) if (roundDueMs(state, member, nowMs) <= nowMs) due.push(member);
  if (due.length === 0) return [];
  let open = 0;
  for (const { round } of state.members.values()) if (round?.isOpen) open += 1;
  due.sort((a, b) => Number(isGone(a)) - Number(isGone(b)) || a.lifeMs - b.lifeMs || (a.id < b.id ? -1 : 1));
  const effects: Effect[] = [];
  for (const member of due) {
    if (open >= (isGone(member) ? MOST_ROUNDS / 2 : MOST_ROUNDS)) break;
    effects.push(...beginRound(state, member, nowMs));
    open += 1;
  }
  return effects;
}

function beginRound(state: Detection, member: Watched, nowMs: number): Effect[] {
  const { roundMs, leastRoundMs } = state.timing;
  const again = member.wantsAgain;
  const isUrgent = member.urgentMs !== undefined;
  const isCourtesy = !again && !isUrgent && !isGone(member) && !member.isAcquainted && member.wasHeard;
  const leftMs = isGone(member) ? roundMs : patientUntilMs(state, member.lifeMs, nowMs) - nowMs;
  const withinMs = Math.max(leastRoundMs, Math.min(roundMs * stretch(state, nowMs), leftMs));
  // The second look asks others only if the first did not.
  const isWide = again ? member.round?.indirect.size === 0 : isUrgent || member.rounds > 0 || member.by.length === 0;
  const through = isWide && !isCourtesy ? othersFor(state, member, nowMs) : [];
  state.rounds += 1;
  member.formerRound = member.round?.number;
  const round: Round = {
    number: state.rounds,
    askedMs: nowMs,
    untilMs: nowMs + withinMs,
    again,
    direct: new Map(member.by.map((by) => [by, undefined])),
    indirect: new Map(through.map((id) => [id, undefined])),
    lives: false,
    isOpen: true,
  };
  member.round = round;
  member.askedMs = nowMs;
  if (!isCourtesy) member.rounds += 1;
  member.wantsAgain = false;
  member.urgentMs = undefined;
  member.isAcquainted ||= member.wasHeard;
  const asked = { member: member.id, round: round.number, withinMs };
  const effects: Effect[] = through.map((id) => ({ is: 'askThrough', through: id, ...asked }));
  if (member.by.length > 0) effects.unshift({ is: 'ask', by: member.by, ...asked });
  return effects;
}

/** The next three in the circle of ids that are well: so the work is spread, and nothing is left to chance. */
export function othersFor(state: Detection, member: Watched, nowMs: number): MemberId[] {
  const { askAfterMs } = state.timing;
  const chosen: MemberId[] = [];
  const { sorted } = state;
  const at = sorted.indexOf(member);
  for (let step = 1; step < sorted.length && chosen.length < MOST_THROUGH; step += 1) {
    const other = sorted[(at + step) % sorted.length];
    if (other?.found?.is === 'alive' && other.wasHeard && nowMs - other.lifeMs < askAfterMs) chosen.push(other.id);
  }
  return chosen;
}

/** Keeps a direct outcome. What it shows of the way holds even when the round has been decided. */
export function keepDirect({ round, accepts }: Watched, number: number, by: Connection, outcome: Outcome): void {
  if (round?.number !== number || !round.direct.has(by)) return;
  if (outcome !== 'refused' && outcome !== 'reset' && outcome !== 'nothing') accepts.add(by);
  round.direct.set(by, outcome);
}

export function keepIndirect({ round }: Watched, number: number, through: MemberId, outcome: Outcome): void {
  if (round?.number === number && round.indirect.has(through)) round.indirect.set(through, outcome);
}

/** Closes a round that has all its outcomes, or has waited for them long enough: what is missing then is nothing. */
export function closeRound(state: Detection, round: Round, nowMs: number): void {
  const { direct, indirect } = round;
  if (nowMs >= round.untilMs + state.timing.graceMs) {
    for (const [by, outcome] of direct) direct.set(by, outcome ?? 'nothing');
    for (const [through, outcome] of indirect) indirect.set(through, outcome ?? 'nothing');
  }
  round.isOpen = [...direct.values(), ...indirect.values()].includes(undefined);
}

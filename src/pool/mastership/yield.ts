/** The holder of a lease gives it up: nobody else can shorten it. */
import type { MemberId } from '../member.js';
import type { Message } from '../messages.js';
import { startCanvass } from './elect.js';
import { canStand, stepDown, toAll } from './follow.js';
import { type Effect, type Mastership, timing } from './state.js';

export function yieldMastership(state: Mastership, successor: MemberId | undefined, nowMs: number): Effect[] {
  if (state.mode.is !== 'mastering') return [];
  const { term } = state.durable;
  const effects = stepDown(state, successor ? `given up in favour of ${successor}` : 'given up', nowMs);
  state.promise = { holder: undefined, untilMs: nowMs };
  state.patientUntilMs = nowMs + 2 * timing(state.roster).deferMs;
  return [...effects, ...toAll(state, { is: 'yield', term, successor })];
}

/** The promise to the one that gives up is over; a successor that it names goes first. */
export function released(
  state: Mastership,
  from: MemberId,
  { term, successor }: Extract<Message, { is: 'yield' }>,
  nowMs: number,
): Effect[] {
  if (term !== state.durable.term) return [];
  state.givenUpTerm = term;
  if (state.promise.holder !== from) return [];
  state.promise = { holder: undefined, untilMs: nowMs };
  if (state.mode.is !== 'following') return [];
  if (successor === undefined || successor === state.id) return canStand(state) ? startCanvass(state, nowMs) : [];
  state.patientUntilMs = nowMs + timing(state.roster).deferMs;
  return [];
}

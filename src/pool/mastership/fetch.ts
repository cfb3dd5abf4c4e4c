/** A winner that is behind takes what the voter knows that went furthest, before it begins. */
import { compareTips } from '../decisions.js';
import type { MemberId } from '../member.js';
import type { Message } from '../messages.js';
import { beginTerm } from './decide.js';
import { tipOf } from './durable.js';
import { canStand, follow, isElected, send } from './follow.js';
import { adopt } from './obey.js';
import type { Effect, Mastership } from './state.js';

type Of<Kind extends Message['is']> = Extract<Message, { is: Kind }>;

/** A voter gives all it has to the winner of the term that it voted in. */
export const gaveFetch = (state: Mastership, from: MemberId, { term }: Of<'fetch'>): Effect[] =>
  term === state.durable.term
    ? send(from, { is: 'fetched', term, base: state.durable.base, entries: state.durable.entries })
    : [];

/** The winner knows now what the one that went furthest knew, and can begin. */
export function fetched(
  state: Mastership,
  from: MemberId,
  { term, base, entries }: Of<'fetched'>,
  nowMs: number,
): Effect[] {
  const { mode } = state;
  if (mode.is !== 'winning' || mode.from !== from || term !== state.durable.term) return [];
  if (compareTips(tipOf({ base, entries }), mode.best) < 0) return follow(state, nowMs);
  return adopt(state, base, entries, state.confirmed, (syncedMs) => {
    if (state.mode !== mode) return [];
    // What it has learned may be another roster, by which the votes that it got are none, or too few.
    const isRight = canStand(state) && isElected(state, mode.votes);
    return isRight ? beginTerm(state, mode.rank, syncedMs) : follow(state, syncedMs);
  });
}

/** An administrator lets those who are left go on: see `membership/recover.ts` for what that rests upon. */
import type { Roster } from '../member.js';
import { tipOf } from './durable.js';
import { follow, giveOut, write } from './follow.js';
import type { Effect, Mastership } from './state.js';

/** Above all terms and decisions that the lost ones may have come to unseen. */
const TERMS = 1_000;
const DECISIONS = 1_000_000;

export function recover(state: Mastership, roster: Roster, inventory: unknown, nowMs: number): Effect[] {
  const ended = follow(state, nowMs, 0);
  const term = Math.max(state.durable.term, state.heardTerm) + TERMS;
  const index = tipOf(state.durable).index + DECISIONS;
  // Whoever it was bound to is gone for good, as the administrator says.
  state.promise = { holder: undefined, untilMs: nowMs };
  const base = { index, term, roster, inventory };
  return [
    ...ended,
    ...write(state, { is: 'term', term, vote: state.id }, () => []),
    ...write(state, { is: 'base', base, entries: [] }, () => giveOut(state, index)),
  ];
}

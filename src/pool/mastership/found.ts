/** A member takes the roster of the pool that it is in from now on (see `membership/founding.ts` for why it may). */
import { invariant } from '../../base/errors.js';
import type { Roster } from '../member.js';
import { follow, write } from './follow.js';
import { type Effect, type Mastership, promiseOf } from './state.js';

/** Whether nothing was ever kept here: nobody counts on this disk. */
export const isPristine = ({ durable }: Mastership): boolean =>
  durable.base.index === 0 && durable.entries.length === 0;

/** Term, vote and promise stay: it gives no second vote, and none before the leases that it promised are over. */
export function adoptRoster(state: Mastership, roster: Roster, nowMs: number): Effect[] {
  invariant(state.confirmed === 0, 'who knows of decisions stays with those who made them');
  const { durable, promise } = state;
  const ended = follow(state, nowMs, 0);
  state.promise = { holder: undefined, untilMs: Math.max(promise.untilMs, nowMs + promiseOf(durable.leaseMs)) };
  const base = { index: 0, term: 0, roster, inventory: undefined };
  return [...ended, ...write(state, { is: 'base', base, entries: [] }, () => [])];
}

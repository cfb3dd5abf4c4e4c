/** Entries that everybody has long agreed on are folded into the base. */
import { invariant } from '../../base/errors.js';
import { termAt } from './durable.js';
import { rosterOf, write } from './follow.js';
import type { Effect, Mastership } from './state.js';

/**
 * @param index Up to which the base goes from now on; what is not confirmed and synced stays as entries.
 * @param inventory What the appliers have made of all inventory decisions up to `index`.
 */
export function compact(state: Mastership, index: number, inventory: unknown): Effect[] {
  const { base, entries } = state.durable;
  if (index <= base.index || index > Math.min(state.confirmed, state.syncedIndex)) return [];
  const term = termAt(state.durable, index);
  invariant(term !== undefined, 'what is confirmed and synced is among the entries');
  const folded = entries.slice(0, index - base.index);
  const { roster } = rosterOf({ base, entries: folded });
  return write(
    state,
    { is: 'base', base: { index, term, roster, inventory }, entries: entries.slice(index - base.index) },
    () => [],
  );
}

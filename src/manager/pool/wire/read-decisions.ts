/** Decisions as messages of the pool bring them. */
import type { Base, Decision, Entry, Tip } from '../../../pool/decisions.js';
import type { Rank } from '../../../pool/member.js';
import type { Input } from '../../../xml/messages/operations.js';
import { rosterOf } from './read-members.js';
import { atMost, jsonOf, natural, wrong } from './values.js';

type WireEntry = NonNullable<Input<'heartbeat'>['renew']>['entries'][number];
type WireBase = NonNullable<Input<'heartbeat'>['install']>['base'];

/** Entries in one message: more than any voter keeps between two snapshots. */
const MOST_ENTRIES = 65_536;

export const tipOf = ({ term, index }: Tip, path: string): Tip => ({
  term: natural(term, `${path}/term`),
  index: natural(index, `${path}/index`),
});

export const rankOf = (rank: Rank, path: string): Rank => ({
  ...rank,
  uptimeMs: natural(rank.uptimeMs, `${path}/uptimeMs`),
});

export function entriesOf(entries: readonly WireEntry[], path: string): readonly Entry[] {
  return atMost(entries, MOST_ENTRIES, path).map((entry) => ({
    index: natural(entry.index, `${path}/index`),
    term: natural(entry.term, `${path}/term`),
    decision: decisionOf(entry, path),
  }));
}

function decisionOf({ decision, roster, change }: WireEntry, path: string): Decision {
  if ((decision === 'roster') !== (roster !== undefined))
    throw wrong(`${path}/roster`, `should stand with a decision about the roster, and with no other`);
  if (roster) return { is: 'roster', roster: rosterOf(roster, `${path}/roster`) };
  return decision === 'inventory' ? { is: 'inventory', change: jsonOf(change, `${path}/change`) } : { is: 'term' };
}

export const baseOf = ({ term, index, roster, inventory }: WireBase, path: string): Base => ({
  ...tipOf({ term, index }, path),
  roster: rosterOf(roster, `${path}/roster`),
  inventory: jsonOf(inventory, `${path}/inventory`),
});

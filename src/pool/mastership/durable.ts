/** Changes of what a voter keeps on disk: told apart, so that a driver writes no more than has changed. */
import type { Base, Durable, Entry, Tip } from '../decisions.js';
import { goesAlone, type MemberId, memberOf } from '../member.js';

export type DurableChange =
  | { readonly is: 'term'; readonly term: number; readonly vote: string | undefined }
  | { readonly is: 'lease'; readonly leaseMs: number }
  /** Entries from `after + 1` on are replaced by these. */
  | { readonly is: 'entries'; readonly after: number; readonly entries: readonly Entry[] }
  | { readonly is: 'base'; readonly base: Base; readonly entries: readonly Entry[] };

export function applyChange(durable: Durable, change: DurableChange): Durable {
  switch (change.is) {
    case 'term':
      return { ...durable, term: change.term, vote: change.vote };
    case 'lease':
      return { ...durable, leaseMs: change.leaseMs };
    case 'entries':
      return { ...durable, entries: replaced(durable, change.after, change.entries) };
    case 'base':
      return { ...durable, base: change.base, entries: change.entries };
  }
}

/** Most of the time nothing is replaced: what is new is put behind what was there. */
function replaced({ base, entries }: Durable, after: number, fresh: readonly Entry[]): readonly Entry[] {
  const kept = after - base.index;
  return (kept >= entries.length ? entries : entries.slice(0, kept)).concat(fresh);
}

/**
 * What has to be on disk before a process that has just been started says anything.
 * @param step How much the incarnation rises: at least 1, drawn from 1 to {@link MOST_START_STEP}.
 */
export function begun(durable: Durable, id: MemberId, step: number): Durable {
  const { base, incarnation, starts } = durable;
  // Only what is confirmed for good is as old as the pool's memory can be.
  const member = memberOf(base.roster, id);
  // Where either of two goes on alone, the other may remember less.
  const isKnown = member?.identity === durable.identity && !goesAlone(base.roster);
  const oldest = isKnown ? member.incarnation : 0;
  return {
    ...durable,
    incarnation: incarnation + step,
    starts: [...starts, incarnation]
      .filter((start, at, { length }) => start >= oldest || at >= length - LEAST_STARTS)
      .slice(-MOST_STARTS),
  };
}

/** So much that two starts from copies of one disk have the same number hardly ever: they would be taken for one. */
export const MOST_START_STEP = 2 ** 20;
/** Those are told even to members whose roster is older than what is confirmed here. */
const LEAST_STARTS = 32;
/** Starts without a master that would note them. */
const MOST_STARTS = 1_000;

/** What it keeps of decisions. */
type Kept = Pick<Durable, 'base' | 'entries'>;

export function tipOf({ base, entries }: Kept): Tip {
  const last = entries.at(-1);
  return last ? { term: last.term, index: last.index } : { term: base.term, index: base.index };
}

/** The entry at an index; undefined when it is in the base or not there yet. */
export const entryAt = ({ base, entries }: Kept, index: number): Entry | undefined => entries[index - base.index - 1];

/** Term of the entry at an index, the base's own included. */
export function termAt(durable: Kept, index: number): number | undefined {
  return index === durable.base.index ? durable.base.term : entryAt(durable, index)?.term;
}

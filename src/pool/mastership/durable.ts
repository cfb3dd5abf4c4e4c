/** Changes of what a voter keeps on disk: told apart, so that a driver writes no more than has changed. */
import type { Base, Durable, Entry, Tip } from '../decisions.js';

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
      return {
        ...durable,
        entries: [...durable.entries.slice(0, change.after - durable.base.index), ...change.entries],
      };
    case 'base':
      return { ...durable, base: change.base, entries: change.entries };
  }
}

export function tipOf({ base, entries }: Pick<Durable, 'base' | 'entries'>): Tip {
  const last = entries.at(-1);
  return last ? { term: last.term, index: last.index } : { term: base.term, index: base.index };
}

/** The entry at an index; undefined when it is in the base or not there yet. */
export const entryAt = ({ base, entries }: Durable, index: number): Entry | undefined =>
  entries[index - base.index - 1];

/** Term of the entry at an index, the base's own included. */
export function termAt(durable: Durable, index: number): number | undefined {
  return index === durable.base.index ? durable.base.term : entryAt(durable, index)?.term;
}

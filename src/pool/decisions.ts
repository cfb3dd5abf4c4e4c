/** What a master decides, and how voters keep it. */
import type { Roster, Start } from './member.js';

/**
 * A decision. What it says beyond the roster is the business of those who decide and apply; the mastership only brings
 * it to a majority of the voters.
 */
export type Decision =
  /** The first of every term: once it is confirmed, so is all before it. */
  | { readonly is: 'term' }
  | { readonly is: 'roster'; readonly roster: Roster }
  | { readonly is: 'inventory'; readonly change: unknown };

export interface Entry {
  /** From 1, without gaps. */
  readonly index: number;
  readonly term: number;
  readonly decision: Decision;
}

/** How far somebody's decisions go: a later term beats, then a higher index. */
export interface Tip {
  readonly term: number;
  readonly index: number;
}

export const compareTips = (a: Tip, b: Tip): number => a.term - b.term || a.index - b.index;

/** Where the kept entries begin: everything up to `index` is in the snapshot. */
export interface Base extends Tip {
  readonly roster: Roster;
  /** Opaque here: whatever the appliers of `inventory` decisions made of them. */
  readonly inventory: unknown;
}

/** What a voter keeps on disk; nothing of it is told to others before it is synced. */
export interface Durable extends Start {
  readonly term: number;
  /** Whom this voter gave its vote in `term`. */
  readonly vote: string | undefined;
  /** The longest lease that this voter may have promised and that may not be over: after a restart it waits for this. */
  readonly leaseMs: number;
  readonly base: Base;
  /** Ascending from `base.index + 1`. */
  readonly entries: readonly Entry[];
}

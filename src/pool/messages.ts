/** What members of a pool say to each other about mastership. All of it is authenticated before it gets here. */
import type { Base, Entry, Tip } from './decisions.js';
import type { MemberId, Rank, Start } from './member.js';

/** The sender as it is now: a reply of a former incarnation, or from another disk, counts for nothing. */
export interface Sender extends Start {
  readonly id: MemberId;
}

export type Message =
  /**
   * Would you vote for me? Changes nothing at the receiver. With its tip the asker says how new the roster is by which
   * it takes itself for a voter.
   */
  | {
      readonly is: 'canvass';
      readonly term: number;
      readonly round: number;
      readonly rank: Rank;
      readonly tip: Tip;
    }
  | {
      readonly is: 'canvassed';
      readonly term: number;
      readonly round: number;
      /** Whether the voter is bound by no lease and knows no later term. */
      readonly would: boolean;
      /** The voter stands itself and ranks higher. */
      readonly higher: boolean;
    }
  | { readonly is: 'vote'; readonly term: number; readonly tip: Tip }
  | { readonly is: 'voted'; readonly term: number; readonly granted: boolean; readonly tip: Tip }
  /**
   * Of the master, to every voter twice a heartbeat: asks for the lease and brings decisions. `entries` follow
   * `before`; a receiver whose own entry there is another one answers with what it has.
   */
  | {
      readonly is: 'renew';
      readonly term: number;
      readonly sequence: number;
      /** How long the lease is: sender and receiver may not have the same roster yet. */
      readonly leaseMs: number;
      readonly before: Tip;
      readonly entries: readonly Entry[];
      /** All entries up to here are confirmed by a majority. */
      readonly confirmed: number;
      /** Where either of two goes on alone: by which of two masters that meet one yields. Fixed in the election. */
      readonly rank?: Rank;
    }
  /** The promise that a renewal asks for; needs no disk, because who has just started promises nothing for a lease. */
  | {
      readonly is: 'renewed';
      readonly term: number;
      readonly sequence: number;
      readonly promised: boolean;
      /** What `kept` would say, where nothing new was to be written: one message where there would be two. */
      readonly match?: number;
      /** Of one that is master itself, or was until it heard of this one: see `mastership/alone.ts`. */
      readonly rank?: Rank;
    }
  /** How far the voter's disk agrees with the master of that term. */
  | {
      readonly is: 'kept';
      readonly term: number;
      readonly match: number;
      /** Where a renewal was refused: the index of the `before` that the voter does not have. */
      readonly refused: number | undefined;
    }
  /** The whole state, for a voter that is behind what the master still has as entries. */
  | {
      readonly is: 'install';
      readonly term: number;
      readonly base: Base;
      readonly entries: readonly Entry[];
      readonly confirmed: number;
    }
  /** Of a winner that is behind, to the voter that goes furthest. */
  | { readonly is: 'fetch'; readonly term: number }
  | { readonly is: 'fetched'; readonly term: number; readonly base: Base; readonly entries: readonly Entry[] }
  /** The holder gives its lease up, in favour of one if it names it. */
  | { readonly is: 'yield'; readonly term: number; readonly successor: MemberId | undefined };

export interface Envelope {
  readonly from: Sender;
  readonly to: MemberId;
  readonly message: Message;
}

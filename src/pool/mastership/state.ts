/**
 * The mastership of a pool as one member sees it.
 *
 * ```
 *  following ──promise over──▶ canvassing ──a majority would, none ranks higher──▶ standing ──a majority did──▶ winning
 *      ▲                          │                                                  │                          │ caught up
 *      └──────── a master, a later term, or time over ◀──────────────────────────────┴──────────────────────────┤
 *      └──────────────────────────── lease over, yielded, or a later term ◀──────────────────────────── mastering
 * ```
 *
 * *following*: obeys the holder of the promise, or waits for its own promise to end. *canvassing*: has asked who would
 * vote; nothing has changed anywhere. *standing*: has raised the term on disk and asks for votes. *winning*: has a
 * majority, and fetches what a voter knows that it does not. *mastering*: has begun its term with an entry of its own;
 * it *acts* (see {@link isMaster}) once that entry is confirmed and while its lease holds.
 *
 * Assumed: messages are authenticated and may be lost, late, doubled or out of order; clocks of different members run
 * at speeds that differ by less than 2 %; what was synced stays.
 */
import type { Decision, Durable, Tip } from '../decisions.js';
import type { MemberId, Rank, Roster } from '../member.js';
import type { Message, Sender } from '../messages.js';
import type { DurableChange } from './durable.js';

/** A voter's answer to a canvass. */
export interface CanvassAnswer {
  readonly would: boolean;
  readonly higher: boolean;
}

/** Who gave a vote, with which disk, and how far that went. */
export type Votes = Map<MemberId, { readonly voter: Sender; readonly tip: Tip }>;

export type Mode =
  | { readonly is: 'following' }
  | {
      readonly is: 'canvassing';
      readonly term: number;
      readonly round: number;
      /** Fixed for the whole election. */
      readonly rank: Rank;
      readonly sinceMs: number;
      /** When the answers are looked at again, if none comes before. */
      checkAtMs: number;
      readonly answers: Map<MemberId, CanvassAnswer>;
    }
  | {
      readonly is: 'standing';
      readonly rank: Rank;
      readonly sinceMs: number;
      readonly votes: Votes;
      /** Where its own vote is enough: until then it waits for those who would vote for it. */
      readonly aloneAtMs: number;
    }
  | {
      readonly is: 'winning';
      readonly rank: Rank;
      readonly sinceMs: number;
      readonly votes: Votes;
      /** The tip that went furthest among the votes, and whose it was. */
      readonly best: Tip;
      readonly from: MemberId;
    }
  | {
      readonly is: 'mastering';
      /** As it was elected. */
      readonly rank: Rank;
      readonly sinceMs: number;
      /** Index of the term's first entry. */
      readonly first: number;
      renewAtMs: number;
      sequence: number;
      /** Renewals on their way: when each was sent, and who has promised. */
      readonly renewals: Map<number, { readonly sentMs: number; readonly leaseMs: number; readonly by: Set<MemberId> }>;
      /** By this member's clock, counted from the sending of a renewal that a majority has promised. */
      leaseUntilMs: number;
      /** Without a lease by then, or with it over, the mastership ends. */
      giveUpAtMs: number;
      /** Of each other voter: the next entry to send, how far its disk is known to agree, and up to where it was sent. */
      readonly progress: Map<MemberId, { next: number; match: number; sent: number }>;
    };

/** What a voter has promised: to vote for, and be led by, nobody else. */
export interface LeasePromise {
  /** Undefined for the promise that a restart may have forgotten. */
  readonly holder: MemberId | undefined;
  readonly untilMs: number;
}

export interface Candidate {
  readonly ip: string;
  readonly mac: string;
  readonly wasMaster: boolean;
}

export interface PendingWrite {
  readonly mark: number;
  /** Up to here it changed nothing that was there before. */
  readonly floor: number;
  /** The last entry once it is synced; undefined where it was not about entries. */
  readonly last: number | undefined;
  readonly run: (nowMs: number) => Effect[];
}

export interface Mastership {
  readonly id: MemberId;
  readonly candidate: Candidate;
  readonly startedMs: number;
  /** As it will be on disk once all writes are synced. */
  durable: Durable;
  /** The newest roster among base and entries, confirmed or not: it counts as soon as it is written. */
  roster: Roster;
  rosterIndex: number;
  mode: Mode;
  promise: LeasePromise;
  /** Nobody is canvassed before. */
  patientUntilMs: number;
  round: number;
  /** The latest term heard of; only told, never obeyed. */
  heardTerm: number;
  /** The newest roster that it was told of beside the log: whoever may be elected after that knows of that term. */
  told: { readonly term: number; readonly version: number } | undefined;
  /** The master of this term has given its lease up: what it says of that term was said before, and binds nobody. */
  givenUpTerm: number;
  /** The latest term of another master that has yielded to this one, where either of two goes on alone. */
  beatenTerm: number;
  /** It was master until it met another that yields, and goes on with what it has decided itself. */
  keeps: boolean;
  /** The last start seen of each identity: another disk under the same id counts from anew. */
  readonly seen: Map<string, Sender>;
  /** All entries up to here are confirmed and have been given out. */
  confirmed: number;
  /** Highest mark handed out, and highest known to be synced. */
  mark: number;
  syncedMark: number;
  /** No longer lease than this is promised before the disk knows of it. */
  syncedLeaseMs: number;
  /** The last entry on disk for certain. */
  syncedIndex: number;
  /** Writes on their way, in order: what happens when each is synced. */
  readonly afterSync: PendingWrite[];
}

export type Effect =
  | { readonly is: 'send'; readonly to: MemberId; readonly message: Message }
  /** To be written in the order given; `stored` with the mark comes back when it and all before it are synced. */
  | { readonly is: 'store'; readonly change: DurableChange; readonly mark: number }
  /** Decisions that a majority has on disk, in order, each once in a life of the process. */
  | { readonly is: 'confirmed'; readonly from: number; readonly to: number }
  /**
   * Where either of two goes on alone: decisions that were given out beyond the base count no more, nor perhaps does the
   * base that was there. What counts now is given out from the base on.
   */
  | { readonly is: 'undone' }
  /** This member has begun or ended to master a term. */
  | { readonly is: 'mastering'; readonly term: number; readonly begins: boolean; readonly why: string };

export type Input =
  | { readonly is: 'tick' }
  | { readonly is: 'message'; readonly from: Sender; readonly message: Message }
  /** Somebody leads in that term, as this member has heard otherwise: it stands for none below. */
  | { readonly is: 'heard'; readonly term: number }
  /** It was told of a roster that is decided, by the acting master of that term or by one that was, or knows, its voter. */
  | { readonly is: 'told'; readonly term: number; readonly version: number }
  | { readonly is: 'stored'; readonly mark: number }
  /** Only a master takes decisions; from all others they are dropped. */
  | { readonly is: 'decide'; readonly decisions: readonly Decision[] }
  /** Folds confirmed entries into the base; `inventory` is what all of them up to `index` have made. */
  | { readonly is: 'compact'; readonly index: number; readonly inventory: unknown }
  /** It is in another pool from now on, or in none; only while it knows of no decision. */
  | { readonly is: 'found'; readonly roster: Roster }
  /** Goes on without voters that are lost for good. */
  | { readonly is: 'recover'; readonly roster: Roster; readonly inventory: unknown }
  /** Gives the mastership up, in favour of one if it is named. */
  | { readonly is: 'yield'; readonly successor?: MemberId }
  /** A member has been told of a later term, in which nobody leads, and obeys no other: a master takes up one above it. */
  | { readonly is: 'outdone'; readonly term: number };

/** A voter's promise is 2 % longer than the lease, for clocks that run unevenly. */
export const promiseOf = (leaseMs: number): number => leaseMs * 1.02;

/** All that depends on the pool's heartbeat. */
export const timing = ({ heartbeatMs }: Pick<Roster, 'heartbeatMs'>) => ({
  renewEveryMs: heartbeatMs / 2,
  leaseMs: 3 * heartbeatMs,
  /** A candidate defers to a higher one no longer than this. */
  deferMs: 2 * heartbeatMs,
  /** Silent voters are waited for this long when a majority has answered. */
  answerMs: heartbeatMs / 5,
  /** An election that has come to nothing is begun anew after this long. */
  retryMs: heartbeatMs,
  /**
   * What a winner fetches may be large: it waits until the one that knows most has had the time to win itself, which it
   * does when it has deferred twice. With less patience the two would get in each other's way for good.
   */
  fetchMs: 6 * heartbeatMs,
});

/**
 * What one manager has to do with the elements of the pool, and how it hands them over (SPEC 6, "Hand-over").
 *
 * For one element:
 *
 * ```
 *                       own (from the start, or its former owner is dead)
 *     nothing ────────────────────────────────────────────────────────────────▶ owning ◀──────────────┐
 *       │  ▲                                                                     │  ▲                   │ own, newer: the
 *       │  └── drop ── standing in ── own ───────────────────────────────────────┘  │                   │ hand-over is off
 *       │                 │                                                         │ given, confirmed  │
 *       └── await ──▶ awaiting ─────────────────────────────────────────────────────┘                   │
 *                                                                 owning ── give ──▶ giving ────────────┘
 *                                                                                      │ taken, and all polls before
 *                                                                                      ▼ the taker's first are due
 *                                                                                    nothing (or standing in)
 * ```
 *
 * *giving*: polls on. It has told the taker the first poll number of each access that is to be the taker's, at least two
 * heartbeats ahead, and says it again until the taker answers with the numbers that it begins with. Only then it releases:
 * it polls what is due before those and stops. Without an answer it polls on, so a poll may be done twice, never missed.
 * *awaiting*: polls nothing until the former owner hands over, or the master says that it is dead (`own`).
 * *standing in*: keeps the latest bundle that the owner has sent.
 *
 * An order of an older epoch than the element's newest known one is dropped (rule 2), except that a drop without an
 * epoch goes for what the master of that term does not know. One of the same epoch changes only what may change within
 * an epoch: the stand-in, and whether the master has noted that the taker polls.
 *
 * What a manager polls at home because no pool has spoken of it yet has the epoch of term 0. Any order about it decides;
 * a complete list that does not name it says nothing about it, because the pool may not know it yet. So a master names
 * to every home what others have (`drop`).
 *
 * A taker whose giver is found dead (`own` with it as `former`) before the taker's first polls are due begins sooner: it
 * stops and polls from the last poll that fell due, as after a takeover.
 *
 * A giver that gets word of its taker's success by an order instead (`drop` or `standIn` of that epoch or a newer one, such
 * as when the taker has handed it on, `await`, or a list that does not name the element) releases with the numbers that
 * it has sent last: the taker began with those or lower ones, or with such as were due already.
 */
import type { Epoch } from '../../model/manager.js';
import type { MemberId } from '../member.js';

/** Where the polls of one access stand. Times travel as ages, so no clocks are compared. */
export interface PollCursor {
  readonly intervalMs: number;
  /** The first poll number that is the receiver's. */
  readonly next: number;
  /** From the sending of this until that poll falls due, milliseconds; negative when it was due before. */
  readonly dueInMs: number;
}

/** All that a new owner needs to go on without a seam. */
export interface Bundle {
  readonly element: string;
  /** By which the sender polls. */
  readonly epoch: Epoch;
  /** One for each access, in the order of the definition. */
  readonly cursors: readonly PollCursor[];
  /** Definition, last status, counter baselines, log positions and so on: the business of those who poll. */
  readonly body: string;
}

/** What the master wants of a member about one element. */
export type Order =
  /** Poll it: nobody else does. `definition` for a taker that has no bundle. */
  | {
      readonly is: 'own';
      readonly element: string;
      readonly epoch: Epoch;
      readonly standIn?: MemberId;
      readonly definition?: string;
      /** In words, for the ledger; absent when it stays where it was. */
      readonly reason?: string;
      /** From whom it is taken over, when that one is dead. */
      readonly former?: MemberId;
    }
  /** Poll it as soon as `from`, who still does, hands it over. */
  | {
      readonly is: 'await';
      readonly element: string;
      readonly epoch: Epoch;
      readonly from: MemberId;
      readonly standIn?: MemberId;
      readonly definition?: string;
      readonly reason?: string;
    }
  /** Hand it over. */
  | {
      readonly is: 'give';
      readonly element: string;
      readonly epoch: Epoch;
      readonly to: MemberId;
      readonly reason?: string;
      /** It stands in from then on. */
      readonly staysStandIn: boolean;
    }
  | { readonly is: 'standIn'; readonly element: string; readonly epoch: Epoch; readonly owner: MemberId }
  /** It has nothing to do with it any more. Nobody else may have it yet: it is nobody's by the pool's will. */
  | { readonly is: 'drop'; readonly element: string; readonly epoch?: Epoch };

/** What members say to each other about hand-overs. Authenticated before it gets here. */
export type HoldingMessage =
  /** Of the giver, until it is answered: `bundle.cursors` name the taker's first polls. */
  | { readonly is: 'give'; readonly epoch: Epoch; readonly bundle: Bundle }
  /** Of the taker: `first` are the poll numbers, one for each access, from which on it polls. */
  | { readonly is: 'taken'; readonly element: string; readonly epoch: Epoch; readonly first: readonly number[] }
  /** The taker has not been told to take it, or not yet: the giver polls on and tries again. */
  | { readonly is: 'notTaken'; readonly element: string; readonly epoch: Epoch; readonly reason: string }
  /**
   * Of an owner to the one that stands in: replaces the former bundle. Of a giver to its taker, when it has polled for
   * the last time: what has happened since it made the bundle that it gave. Said once.
   */
  | { readonly is: 'warm'; readonly bundle: Bundle };

export type HoldingInput =
  /**
   * `all`: whatever is not named is dropped; it has to be complete, so parts of it are put together before. The caller
   * has checked that a master of that term says so, and that orders come in their sequence.
   */
  | {
      readonly is: 'orders';
      readonly all: boolean;
      readonly orders: readonly Order[];
      /** In which they are given. With it an `all` undoes what was ordered in a former term and never decided. */
      readonly term?: number;
    }
  | {
      readonly is: 'message';
      readonly from: MemberId;
      /** Of the start that says it: no other of it is heard any more. */
      readonly incarnation?: number;
      readonly message: HoldingMessage;
    }
  /**
   * The bundle that `makeBundle` has asked for; or of an element that has been polled, for its stand-in: with the first
   * polls that are not done; or of one that was released and polled for the last time, for its taker. Cursors are as of
   * now. While one is asked for, it is known by its polls, which lie as far ahead as they should. So what is asked for is
   * best made at once, and is never taken for a stand-in's: one that took over by it would miss what it leaves out.
   */
  | { readonly is: 'bundle'; readonly bundle: Bundle }
  /** An element that this manager polls of its own right, because it is at home here and no pool has spoken yet. */
  | { readonly is: 'atHome'; readonly element: string; readonly epoch: Epoch }
  /** It is not in the configuration any more, and was at home here. */
  | { readonly is: 'removed'; readonly element: string }
  /** The pool's heartbeat has changed. */
  | { readonly is: 'paced'; readonly heartbeatMs: number }
  | { readonly is: 'tick' };

/** How an element came to be polled here. */
export type Arrival = 'start' | 'handOver' | 'takeOver';

export type HoldingEffect =
  | { readonly is: 'send'; readonly to: MemberId; readonly message: HoldingMessage }
  /**
   * Poll it from now on. The bundle's cursors are as of now; without one, polling begins anew. A cursor may be due
   * already (`dueInMs` of 0 or less): of the polls that fell due the last one is made up at once, those before are missed.
   * What an earlier `release` of the element has left to do is done all the same.
   */
  | {
      readonly is: 'poll';
      readonly element: string;
      readonly epoch: Epoch;
      readonly arrival: Arrival;
      readonly bundle: Bundle | undefined;
      readonly definition: string | undefined;
      readonly former: MemberId | undefined;
      readonly reason: string | undefined;
    }
  /** It is polled already and goes on, under a newer epoch. */
  | { readonly is: 'renew'; readonly element: string; readonly epoch: Epoch }
  /** Poll the numbers below these, one for each access, and then no more. */
  | {
      readonly is: 'release';
      readonly element: string;
      readonly epoch: Epoch;
      readonly to: MemberId;
      readonly first: readonly number[];
    }
  /** Stop at once: somebody else has it, or nobody is to. Ends `standIn` as well, as `release` does. */
  | { readonly is: 'stop'; readonly element: string }
  /** Asks for the element's `bundle`, with cursors of the first polls that fall due `aheadMs` from now or later. */
  | { readonly is: 'makeBundle'; readonly element: string; readonly aheadMs: number }
  /** What its giver has done since it made the bundle from which this member began. Its cursors say nothing new. */
  | { readonly is: 'refresh'; readonly element: string; readonly bundle: Bundle }
  /** Wanted from now on: a bundle whenever it has been polled (at most one a second each). */
  | { readonly is: 'standIn'; readonly element: string; readonly standIn: MemberId | undefined };

/** What a manager has to do with one element. */
export type Holding =
  | {
      readonly is: 'owning';
      readonly epoch: Epoch;
      readonly standIn: MemberId | undefined;
      /** How it came here, for as long as the master has not noted that it is polled here; undefined from then on. */
      readonly unsettled: 'handOver' | 'takeOver' | undefined;
      /** The poll numbers that it began with under this epoch, for a giver that asks again; undefined when it began anew. */
      readonly first: readonly number[] | undefined;
      /** Who has handed it over under this epoch. */
      readonly giver: MemberId | undefined;
    }
  | {
      readonly is: 'giving';
      /** Under which it polls; older than `epoch`, under which the taker will. */
      readonly own: Epoch;
      readonly epoch: Epoch;
      readonly to: MemberId;
      readonly staysStandIn: boolean;
      readonly standIn: MemberId | undefined;
      /** The bundle that is sent, as it was made; undefined until the first is there. */
      readonly sent: KeptBundle | undefined;
      /** Since when another is asked for; undefined while the one that is there will do. */
      readonly askedMs: number | undefined;
    }
  | {
      readonly is: 'awaiting';
      readonly epoch: Epoch;
      readonly from: MemberId;
      readonly standIn: MemberId | undefined;
      readonly definition: string | undefined;
      readonly reason: string | undefined;
    }
  | {
      readonly is: 'standingIn';
      readonly epoch: Epoch;
      readonly owner: MemberId;
      /** By an order; false for a giver that has released and waits for the master to note it. */
      readonly told: boolean;
    };

/** A bundle as it came, for as long as this member may need it. */
export interface KeptBundle {
  readonly bundle: Bundle;
  readonly atMs: number;
  /** Of the start that made it, where that is known. */
  readonly incarnation?: number;
}

/** What one manager holds. Changed in place by `stepHolding` alone. */
export interface HoldingState {
  readonly id: MemberId;
  heartbeatMs: number;
  readonly held: Map<string, Holding>;
  /** The newest epoch of elements that are not held any more. Bounded: the oldest are forgotten. */
  readonly past: Map<string, Epoch>;
  /** The latest bundle of what it stands in for or awaits. */
  readonly warm: Map<string, KeptBundle>;
  /** What it has been given and the master has not noted yet, as it began: its giver may die before the first polls are due. */
  readonly begun: Map<string, KeptBundle>;
  /** What it has released lately. Bounded in number and time. */
  readonly released: Map<string, Released>;
  /** When to try again, of all that it is giving; in the order of these times. */
  readonly tryAtMs: Map<string, number>;
  readonly unsettled: Set<string>;
  /** What it was told to hand over and does not have, under which epoch. */
  readonly lacking: Map<string, Epoch>;
  readonly digest: Digest;
}

/** Of a giver: it has to take up again where it stopped, should its taker die before the master knows. */
export interface Released {
  readonly epoch: Epoch;
  readonly to: MemberId;
  readonly kept: KeptBundle | undefined;
  readonly atMs: number;
}

/** Two sums of 32 bits over what is held; see `digest.ts`. */
export interface Digest {
  low: number;
  high: number;
}

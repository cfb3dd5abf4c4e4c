/**
 * A manager as a member of its pool: all that it decides about the pool, in one state with one door (see `step.ts`).
 *
 * ```
 *   seeking ──a pool was found──▶ joining ──in its roster──▶ member ──dropped, or another disk──▶ joining
 *      └──── founded with others, or alone ──────────────────▲
 * ```
 *
 * *seeking*: in no pool; polls what is at home here. *joining*: knows a pool and asks to be admitted. *member*: sends
 * beats to the master, does what it orders, watches it; a voter keeps the inventory, and the acting master assigns.
 *
 * Parts: `mastership/` who decides, `detection/` who lives, `membership/` who belongs, `inventory/` what there is,
 * `assignment/` who should have what, `holding/` what this member has.
 */
import type { Epoch, ManagerAddress, ManagerRole } from '../../model/manager.js';
import type { Durable } from '../decisions.js';
import type { Connection, Finding, Heartbeat, Outcome } from '../detection/state.js';
import type { Bundle, HoldingEffect } from '../holding/state.js';
import type { ElementCost, ElementOffer, ManagerOffer } from '../inventory/inventory.js';
import type { DurableChange } from '../mastership/durable.js';
import type { Candidate } from '../mastership/state.js';
import type { MemberId, Roster } from '../member.js';
import type { PoolEnvelope } from './messages.js';

export interface PoolNodeOptions {
  readonly id: MemberId;
  /** As read from disk; its incarnation is that of this start. A roster without members: in no pool yet. */
  readonly durable: Durable;
  readonly candidate: Candidate;
  readonly membership: {
    /** Of the pool that it wants to be in. */
    readonly name: string;
    /** May become master. */
    readonly stands: boolean;
    /** Founds a pool although it names nobody. */
    readonly founds: boolean;
    /** An integration manager for managers without a pool of their own: always the only voter. */
    readonly leads: boolean;
    /** Managers that the configuration names. */
    readonly names: readonly MemberId[];
    readonly heartbeatMs: number;
    /** A dead member is dropped from the roster after this long. Default 60 s. */
    readonly forgetMs: number;
    /** Only for two managers without a witness: either goes on alone. */
    readonly quorum: 'majority' | 'none';
    /** Of a manager without a pool of its own: the integration manager whose pool it joins. */
    readonly follows?: MemberId;
    /** Drawn for this start: the id of the pool that it may found. */
    readonly poolId: string;
    readonly role: ManagerRole;
    readonly priority: number;
    readonly site?: string;
    readonly address?: ManagerAddress;
  };
  readonly nowMs: number;
  /** Wall clock less monotonic clock: only for the dates that people set. */
  readonly wallOffsetMs: number;
}

export type NodeInput =
  | { readonly is: 'tick' }
  | { readonly is: 'message'; readonly envelope: PoolEnvelope }
  | { readonly is: 'stored'; readonly mark: number }
  /** Of an `ask`, once for each kind of connection. */
  | {
      readonly is: 'answer';
      readonly member: MemberId;
      readonly round: number;
      readonly by: Connection;
      readonly outcome: Outcome;
      readonly incarnation?: number;
    }
  /** Of an `askFor`: the strongest of what came. */
  | {
      readonly is: 'askedFor';
      readonly asker: MemberId;
      readonly member: MemberId;
      readonly round: number;
      readonly outcome: Outcome;
      readonly incarnation?: number;
    }
  /** A connection that stood is gone. */
  | { readonly is: 'broken'; readonly member: MemberId; readonly how: 'reset' | 'closed' | 'end' }
  /** The own loop was held up. */
  | { readonly is: 'late'; readonly byMs: number }
  /** Another manager has announced itself, and can be reached. Only starts a question; not more than one a second each. */
  | { readonly is: 'met'; readonly member: MemberId }
  /** What this manager is and lists; at the start and whenever it changes. */
  | {
      readonly is: 'offer';
      readonly manager: ManagerOffer;
      readonly elements: readonly ElementOffer[];
      /** Of what it polls and others list. */
      readonly costs?: readonly ElementCost[];
    }
  /** What it says of itself in beats. */
  | { readonly is: 'works'; readonly heartbeat: Heartbeat }
  /** A bundle that was asked for, or of an element that was polled and has a stand-in. */
  | { readonly is: 'bundle'; readonly bundle: Bundle }
  /** What it wants to be given: `leaving` hands everything over. */
  | { readonly is: 'wants'; readonly wants: 'alive' | 'keeping' | 'leaving' }
  /** It ends: everybody is told. */
  | { readonly is: 'leave' }
  /** Only of use at the acting master. Answered by `delegated` with the same ticket. */
  | {
      readonly is: 'delegate';
      readonly ticket: number;
      readonly elements: readonly string[];
      /** Absent: somebody suitable. */
      readonly to?: MemberId;
      /** Wall clock; absent: until it is recalled. */
      readonly untilMs?: number;
      readonly because: 'person' | 'load';
      readonly recall: boolean;
    }
  /** Somebody says that a member has failed: it is questioned at once. Only of use at the acting master. */
  | { readonly is: 'suspect'; readonly member: MemberId; readonly successor?: MemberId }
  /** A manager that is gone for good, with what only it listed. Only of use at the acting master. */
  | { readonly is: 'forget'; readonly manager: MemberId }
  /** A majority is lost for good: goes on with the rest. */
  | { readonly is: 'recover'; readonly without: readonly MemberId[] };

/** What people and other managers are told. */
export type PoolNews =
  | { readonly is: 'founded'; readonly roster: Roster }
  | { readonly is: 'joined'; readonly member: MemberId }
  | { readonly is: 'dropped'; readonly member: MemberId; readonly why: string }
  /** Two pools with one name have met. */
  | { readonly is: 'otherPool'; readonly pool: string; readonly member: MemberId }
  | { readonly is: 'mastering'; readonly term: number; readonly begins: boolean; readonly why: string }
  /** Whom this member takes for its master now. */
  | { readonly is: 'master'; readonly master: MemberId | undefined; readonly term: number }
  | {
      readonly is: 'found';
      readonly member: MemberId;
      readonly finding: Finding;
      readonly why: string;
      readonly afterMs: number;
    }
  | { readonly is: 'relieved'; readonly member: MemberId; readonly part: string | undefined; readonly why: string }
  | { readonly is: 'restored'; readonly member: MemberId; readonly part: string | undefined; readonly why: string }
  /** The acting master has decided it. */
  | {
      readonly is: 'moves';
      readonly element: string;
      readonly from: MemberId | undefined;
      readonly to: MemberId;
      readonly reason: string;
      readonly epoch: Epoch;
      readonly takeover: boolean;
    }
  /** The new owner polls it. */
  | {
      readonly is: 'settled';
      readonly element: string;
      readonly to: MemberId;
      readonly epoch: Epoch;
      readonly afterMs: number;
    }
  | { readonly is: 'unwatched'; readonly element: string; readonly reason: string }
  | { readonly is: 'watchedAgain'; readonly element: string }
  /** Heard of no master for three leases, or of one again. */
  | { readonly is: 'cutOff'; readonly begins: boolean };

export type NodeEffect =
  | { readonly is: 'send'; readonly envelope: PoolEnvelope }
  /** In the order given; `stored` with the mark comes back when it and all before it are synced. */
  | { readonly is: 'store'; readonly change: DurableChange; readonly mark: number }
  /** An `answer` for each connection is due after `withinMs` at the latest. */
  | {
      readonly is: 'ask';
      readonly member: MemberId;
      readonly round: number;
      readonly by: readonly Connection[];
      readonly withinMs: number;
    }
  /** On behalf of another: one `askedFor` is due after `withinMs` at the latest. */
  | {
      readonly is: 'askFor';
      readonly asker: MemberId;
      readonly member: MemberId;
      readonly round: number;
      readonly withinMs: number;
    }
  /** Of an element: what to poll, hand over, stop. `send` of the holding is turned into an envelope. */
  | Exclude<HoldingEffect, { readonly is: 'send' }>
  | {
      readonly is: 'delegated';
      readonly ticket: number;
      readonly moved: readonly { readonly element: string; readonly to: MemberId }[];
      readonly refused: readonly { readonly element: string; readonly reason: string }[];
    }
  /** How managers are reached, as it becomes known or changes. */
  | { readonly is: 'knows'; readonly addresses: readonly ManagerAddress[] }
  /** It stood still for longer than a heartbeat: polls nothing until `goOn`, and skips what fell due meanwhile. */
  | { readonly is: 'hold' }
  | { readonly is: 'goOn' }
  | { readonly is: 'news'; readonly news: PoolNews };

/** All that members of a pool say to each other. Authenticated before it gets here; may be lost, late, doubled. */

import type { Epoch } from '../../model/manager.js';
import type { Heartbeat, Outcome } from '../detection/state.js';
import type { HoldingMessage, Order } from '../holding/state.js';
import type { ElementCost, ElementOffer, ManagerOffer } from '../inventory/inventory.js';
import type { MemberId, Roster, Start } from '../member.js';
import type { FoundingMessage } from '../membership/founding.js';
import type { Message as MastershipMessage, Sender } from '../messages.js';

/** What the assignment wants, and how a member confirms it. */
export type SteeringMessage =
  /**
   * Of a member to its master, once a heartbeat and whenever something is new. `held` names the state of what it owns and
   * stands in for, `offered` that of what it has to offer: where the master knows something else, it says so.
   */
  | {
      readonly is: 'beat';
      readonly term: number;
      readonly heartbeat: Heartbeat;
      readonly roster: number;
      readonly held: string;
      readonly offered: string;
      /** What it polls now and the master has not noted. At most {@link MOST_SETTLED}. */
      readonly settled: readonly { readonly element: string; readonly epoch: Epoch }[];
      /** Hands everything over (`leaving`), or only takes nothing more (`keeping`). */
      readonly wants: 'alive' | 'keeping' | 'leaving';
    }
  /** Of the acting master, in answer to a beat, and to all when it begins. */
  | {
      readonly is: 'beaten';
      readonly term: number;
      readonly heartbeat: Heartbeat;
      readonly roster: number;
      /** The offer has to be made again. */
      readonly wantsOffer: boolean;
      /** `held` of the beat is what the master expects: whoever stood still may poll on. Otherwise orders follow. */
      readonly inOrder: boolean;
    }
  /** Of the acting master to a member that has an older one. */
  | { readonly is: 'roster'; readonly term: number; readonly roster: Roster }
  /** Asks to be admitted; goes to any member, which passes it on to its master. */
  | { readonly is: 'join'; readonly start: Start; readonly manager: ManagerOffer; readonly stands: boolean }
  /** What a member is and lists, in parts of at most {@link MOST_OFFERED} elements. */
  | {
      readonly is: 'offer';
      readonly offered: string;
      readonly part: number;
      readonly parts: number;
      readonly manager: ManagerOffer;
      readonly elements: readonly ElementOffer[];
      /** Of what it polls and others list; at most {@link MOST_OFFERED}. */
      readonly costs?: readonly ElementCost[];
    }
  /** In order: each is sent until it is answered. `all` begins anew, after a change of master or of the member's start. */
  | {
      readonly is: 'orders';
      readonly term: number;
      readonly sequence: number;
      readonly all: boolean;
      /** More of an `all` follows in the next. */
      readonly more: boolean;
      readonly orders: readonly Order[];
    }
  | { readonly is: 'ordered'; readonly term: number; readonly sequence: number }
  /** It goes: nothing is left to hand over. */
  | { readonly is: 'left' }
  /** Asks another to ask a member by all ways that it has. */
  | { readonly is: 'probe'; readonly member: MemberId; readonly round: number; readonly withinMs: number }
  | {
      readonly is: 'probed';
      readonly member: MemberId;
      readonly round: number;
      readonly outcome: Outcome;
      readonly incarnation?: number;
    };

export type PoolMessage = MastershipMessage | SteeringMessage | HoldingMessage | FoundingMessage;

export interface PoolEnvelope {
  readonly from: Sender;
  readonly to: MemberId;
  /** Whom it is meant for, where the sender knows: what was meant for a former start is dropped. */
  readonly toIncarnation: number | undefined;
  /** Id of the sender's pool; undefined for one that is in none. */
  readonly pool: string | undefined;
  readonly message: PoolMessage;
}

export const MOST_SETTLED = 1000;
export const MOST_OFFERED = 500;
export const MOST_ORDERS = 1000;

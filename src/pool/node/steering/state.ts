/** What the acting master keeps in mind beyond the inventory. All of it is lost with the mastership, and found again. */
import type { Polls } from '../../detection/state.js';
import type { ElementRecord, ManagerOffer, ManagerRecord, OwnershipRecord } from '../../inventory/inventory.js';
import type { MemberId, Start } from '../../member.js';
import type { JoinRequest, Sight } from '../../membership/roster-policy.js';
import type { SteeringMessage } from '../messages.js';
import type { OwnOffer } from '../pool-node.js';
import type { PoolNews } from '../state.js';
import type { Pending } from './pending.js';

/** Orders to one member, in sequence. */
export interface Outbox {
  /** The start of the member that they are for. */
  incarnation: number | undefined;
  sequence: number;
  /** All that concerns it has to be said. */
  wantsAll: boolean;
  /** Names that are left of an `all` that is under way. */
  rest: string[] | undefined;
  /** Elements about which something is new. */
  readonly news: Set<string>;
  /** Sent and not answered. */
  open:
    | { readonly sequence: number; readonly message: Extract<SteeringMessage, { is: 'orders' }>; sentMs: number }
    | undefined;
  /** Beats in a row in which it held something else than it should. */
  differs: number;
}

/** What the master knows of a member that speaks to it. */
export interface Speaker {
  readonly start: Start;
  heardMs: number;
  wants: 'alive' | 'keeping' | 'leaving';
  held: string;
  /** Names the state of what it lists now. */
  offered: string;
  polls: Polls;
  load: number;
  roster: number;
}

export interface OfferUnderWay {
  readonly offered: string;
  readonly manager: ManagerOffer;
  readonly parts: Map<number, Required<Pick<OwnOffer, 'elements' | 'costs'>>>;
  /** When its last part came. */
  heardMs: number;
}

/** A request whose answer waits for a decision to be confirmed. */
export interface Ticket {
  readonly ticket: number;
  readonly index: number;
  readonly moved: readonly { readonly element: string; readonly to: MemberId }[];
  readonly refused: readonly { readonly element: string; readonly reason: string }[];
}

export interface Steering {
  readonly term: number;
  readonly sinceMs: number;
  readonly outboxes: Map<MemberId, Outbox>;
  /** Nobody is told anything before the decision of this index is confirmed: see `anew.ts`. 0 for nothing to wait for. */
  toldFrom: number;
  /** Sequences begin above those that were used before in the term: a start takes none twice. */
  sequence: number;
  readonly speakers: Map<MemberId, Speaker>;
  readonly joins: Map<MemberId, { readonly request: JoinRequest; readonly manager: ManagerOffer; atMs: number }>;
  readonly left: Set<MemberId>;
  readonly sights: Map<MemberId, Sight>;
  readonly offers: Map<MemberId, OfferUnderWay>;
  /** Found gone by this master, and why; not among the living again until it is found so. */
  readonly gone: Map<MemberId, { readonly why: string; readonly sinceMs: number }>;
  /** Whole or by access method: lives and cannot work. */
  readonly relieved: Map<MemberId, { readonly all: string | undefined; readonly parts: ReadonlySet<string> }>;
  /** Whom a person wants to take over from a member. */
  readonly successors: Map<MemberId, MemberId>;
  /** Decided and not confirmed. */
  readonly managers: Pending<MemberId, { readonly record: ManagerRecord; readonly index: number }>;
  readonly elements: Pending<string, { readonly record: ElementRecord | undefined; readonly index: number }>;
  /** Names of these elements, by whoever lists them or did. */
  readonly listing: Map<MemberId, Set<string>>;
  readonly drafts: Pending<string, { readonly record: OwnershipRecord; readonly index: number }>;
  /** The last that was decided. */
  decided: number;
  /** Settled ones that are under way. */
  readonly settling: Pending<string>;
  readonly tickets: Ticket[];
  /** When moves were decided that are not settled: for the ledger. */
  readonly decidedMs: Map<string, number>;
  /** To be told when the decision is confirmed. */
  news: { readonly index: number; readonly news: PoolNews }[];
  /** Offers wait until then, or until everybody has made one: so that the first does not get all. */
  gatherUntilMs: number;
  readonly gathered: Map<MemberId, { readonly offer: OwnOffer }>;
  planAtMs: number;
  lookAtMs: number;
  /** The change of the roster that would take a vote away, and since when it has been wanted. */
  shrinks: { readonly name: string; readonly sinceMs: number } | undefined;
}

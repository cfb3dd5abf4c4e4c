/** The state of a member, and how it begins. See `state.ts` for what it is given and has done. */

import type { Departure } from '../assignment/damping.js';
import type { Placement } from '../assignment/placement.js';
import type { Detection, Effect as DetectionEffect, Heartbeat } from '../detection/state.js';
import { createDetection } from '../detection/step.js';
import type { Digest, HoldingState, Order } from '../holding/state.js';
import { createHolding, stepHolding } from '../holding/step.js';
import {
  type ElementCost,
  type ElementOffer,
  emptyInventory,
  fromSnapshot,
  type Inventory,
  isSnapshot,
  type ManagerOffer,
} from '../inventory/inventory.js';
import type { Mastership } from '../mastership/state.js';
import { createMastership, isMaster, step as stepMastership, wakeAtMs } from '../mastership/step.js';
import { type MemberId, memberOf, type Roster, type Start } from '../member.js';
import { createFounding, type Founding, type FoundingOptions, type Standing } from '../membership/founding.js';
import type { Sender } from '../messages.js';
import { indexAll } from './indexes.js';
import type { NodeEffect, PoolNodeOptions } from './state.js';
import type { Steering } from './steering/state.js';

/** The parts whose production versions tests replace by broken ones. */
export interface NodeMachines {
  readonly mastership: {
    readonly create: typeof createMastership;
    readonly step: typeof stepMastership;
    readonly isMaster: typeof isMaster;
    readonly wakeAtMs: typeof wakeAtMs;
  };
  readonly holding: typeof stepHolding;
}

export const PRODUCTION: NodeMachines = {
  mastership: { create: createMastership, step: stepMastership, isMaster, wakeAtMs },
  holding: stepHolding,
};

/** Whom this member takes for its master. */
export interface Lead {
  readonly id: MemberId;
  readonly term: number;
  heardMs: number;
}

/** What this manager offers to the pool. */
export interface OwnOffer {
  readonly manager: ManagerOffer;
  readonly elements: readonly ElementOffer[];
  /** Of what it polls and others list. Absent where there is nothing. */
  readonly costs?: readonly ElementCost[];
  /** Names this state of it. */
  readonly offered: string;
}

/** What one part of a member has found or decided, for the others to heed, once it is done. */
export type Outcome =
  | { readonly is: 'confirmed'; readonly to: number }
  /** What was confirmed beyond the base counts no more. */
  | { readonly is: 'undone' }
  | { readonly is: 'found'; readonly effect: Exclude<DetectionEffect, { readonly is: 'ask' | 'askThrough' }> };

export interface PoolNode {
  readonly id: MemberId;
  /** This start, in whose name everything is said. */
  readonly sender: Sender;
  readonly options: PoolNodeOptions;
  readonly machines: NodeMachines;
  readonly mastership: Mastership;
  readonly detection: Detection;
  readonly holding: HoldingState;
  /** Finds or founds a pool; in one, it answers those who seek. */
  readonly founding: Founding;
  /** What the founding knows of the pool. */
  foundingKnows: Standing | undefined;
  /** The pool that is asked for admission, and through whom. */
  joining: { pool: string; via: MemberId; master: MemberId | undefined; nextMs: number } | undefined;
  /** Who has renewed the lease here last, with which disk. */
  promisedTo: { readonly id: MemberId; readonly identity: string } | undefined;
  /** The newest that is confirmed, as far as this member knows: by its own decisions, or as the master has told it. */
  roster: Roster;
  /** At home here, and not polled yet: it asks the pool first. */
  readonly atHome: Set<string>;
  /** It was in a pool before it started: others may have what it had. Until the master has spoken, or this time. */
  asksFirstUntilMs: number | undefined;
  lead: Lead | undefined;
  /** Who may be the master, as another says. */
  hint: MemberId | undefined;
  heartbeat: Heartbeat;
  wants: 'alive' | 'keeping' | 'leaving';
  /** It ends, and tells the master so until it is out of the roster. */
  leaves: boolean;
  offer: OwnOffer | undefined;
  nextBeatMs: number;
  /** When it last took an input. */
  lastMs: number;
  /** It stood still and waits for the master's word until then. */
  holdUntilMs: number | undefined;
  cutOff: boolean;
  /** When it last heard a master, or began. */
  ledMs: number;
  wasLed: boolean;
  /** The latest start of each other that was heard. */
  readonly incarnations: Map<MemberId, Start>;
  /** Parts of an `all` that is coming in. */
  allOrders: { term: number; sequence: number; orders: Order[] } | undefined;
  ordersDone: { term: number; sequence: number };
  /** The last sequence of its own orders when it acted as master last: a lease may lapse and be renewed late. */
  ordersSent: { readonly term: number; readonly sequence: number };

  inventory: Inventory;
  /** Index of the last decision in the inventory, and how many rows have come since the base. */
  applied: number;
  rows: number;
  /** Elements that concern a manager: as owner, holder, stand-in or former owner; and those that it lists. */
  concerns: Map<MemberId, Set<string>>;
  lists: Map<MemberId, Set<string>>;
  /** Names the state of what a manager should hold. */
  expected: Map<MemberId, Digest>;
  /** Of a voter that stands: follows the inventory. Undefined: to be built when needed. */
  placement: Placement | undefined;
  readonly departures: Map<MemberId, readonly Departure[]>;
  /** Since when one that was gone is back. */
  readonly backMs: Map<MemberId, number>;
  /** While it acts as master. */
  steering: Steering | undefined;
  /** Effects that are collected while an input is taken. */
  out: NodeEffect[];
  /** What has come of it within, and is still to be heeded. */
  readonly next: Outcome[];
}

/** As long as an election may take, and a little for the connections. */
const ASK_FIRST_HEARTBEATS = 6;

const NO_HEARTBEAT = (incarnation: number): Heartbeat => ({
  incarnation,
  state: 'starting',
  load: 0,
  polls: { due: 0, done: 0 },
  parts: [],
});

export function createPoolNode(options: PoolNodeOptions, machines: NodeMachines = PRODUCTION): PoolNode {
  const { id, durable, candidate, nowMs, membership } = options;
  const { base, identity, incarnation, starts } = durable;
  const mastership = machines.mastership.create({ id, candidate, durable, nowMs });
  // Where somebody was admitted before it was told of a roster, only entries know of one.
  const roster = base.roster.members.length > 0 ? base.roster : mastership.roster;
  const isBlank = roster.members.length === 0;
  const heartbeatMs = isBlank ? membership.heartbeatMs : roster.heartbeatMs;
  const node: PoolNode = {
    id,
    sender: { id, identity, incarnation, starts },
    options,
    machines,
    mastership,
    detection: createDetection({ id, incarnation, heartbeatMs, nowMs }),
    holding: createHolding({ id, heartbeatMs }),
    founding: createFounding(foundingOptions(options)),
    foundingKnows: undefined,
    joining: undefined,
    promisedTo: undefined,
    roster,
    atHome: new Set(),
    asksFirstUntilMs: isBlank ? undefined : nowMs + ASK_FIRST_HEARTBEATS * heartbeatMs,
    lead: undefined,
    hint: undefined,
    heartbeat: NO_HEARTBEAT(incarnation),
    wants: 'alive',
    leaves: false,
    offer: undefined,
    nextBeatMs: nowMs,
    lastMs: nowMs,
    holdUntilMs: undefined,
    cutOff: false,
    ledMs: nowMs,
    wasLed: false,
    incarnations: new Map(),
    allOrders: undefined,
    ordersDone: { term: 0, sequence: 0 },
    ordersSent: { term: 0, sequence: 0 },
    inventory: isSnapshot(base.inventory) ? fromSnapshot(base.inventory) : emptyInventory(),
    applied: base.index,
    rows: 0,
    concerns: new Map(),
    lists: new Map(),
    expected: new Map(),
    placement: undefined,
    departures: new Map(),
    backMs: new Map(),
    steering: undefined,
    out: [],
    next: [],
  };
  indexAll(node);
  return node;
}

function foundingOptions({ id, durable, membership, nowMs }: PoolNodeOptions): FoundingOptions {
  const { identity, incarnation, starts, base } = durable;
  const isAbandoned = base.roster.members.length === 0 && base.roster.version > 0;
  const { name, role, stands, priority, site, address, names, founds, leads, follows } = membership;
  const { poolId, heartbeatMs } = membership;
  return {
    seeker: {
      id,
      identity,
      incarnation,
      starts,
      name,
      role,
      stands,
      priority,
      names,
      ...(site !== undefined && { site }),
      ...(address && { address }),
      ...(isAbandoned && { tried: base.roster.version }),
    },
    found: founds,
    leads,
    ...(follows !== undefined && { follows }),
    poolId,
    heartbeatMs,
    nowMs,
  };
}

/** The newest roster that is confirmed as far as this member knows. */
export const rosterOf = ({ roster }: PoolNode): Roster => roster;

/** Another disk under its id is another member. */
export const isMember = (node: PoolNode): boolean =>
  memberOf(rosterOf(node), node.id)?.identity === node.mastership.durable.identity;

/** The pool's, or what the configuration says before there is one. */
export function heartbeatOf(node: PoolNode): number {
  const roster = rosterOf(node);
  return roster.members.length > 0 ? roster.heartbeatMs : node.options.membership.heartbeatMs;
}

/** Whether it may act as master at this moment. */
export const acts = (node: PoolNode, nowMs: number): boolean =>
  node.machines.mastership.isMaster(node.mastership, nowMs);

/**
 * What managers of a pool say to each other, as records. Every operation of the pool carries an envelope and exactly one
 * of its messages. What a message means stands where it is decided: `src/pool/`.
 *
 * Times that travel are ages and durations in milliseconds, never clock times. An epoch is `term.number.giver`. What is
 * opaque here (definitions, bundles, changes of the inventory) comes as pieces of one text, because a text of a message
 * is bounded.
 */
import { boolean, decimal, id, int, list, oneOf, optional, record, string } from './fields.js';
import { role, socketAddress, state } from './parts.js';

/** One text, cut up; none at all for an absent one. */
const pieces = list(string);
/** Where an empty list means something else than none. */
const names = record('PoolNames', { name: list(id) });

/** Earlier starts, ascending: the first, then `+` and how much the next is more. Absent for none. */
const starts = optional(string);
const start = record('PoolStart', { identity: id, incarnation: int, starts });

/** What every message begins with. */
export const envelope = {
  /** Its earlier starts are left out where the receiver does not judge by them. */
  sender: record('PoolSender', { id, identity: id, incarnation: int, starts }),
  to: id,
  /** The start of the receiver that is meant. */
  toIncarnation: optional(int),
  /** Id of the sender's pool. */
  pool: optional(string),
} as const;

/** How a manager is reached; whose it is stands around it. */
const address = record('PoolAddress', {
  name: optional(string),
  /** Such as `https://em1.example:8443`. */
  origin: id,
  context: string,
  socket: optional(socketAddress),
});

const tip = record('PoolTip', { term: int, index: int });
const rank = record('PoolRank', {
  priority: decimal,
  wasMaster: boolean,
  uptimeMs: decimal,
  ip: string,
  mac: string,
  id,
});

const roster = record('PoolRoster', {
  pool: string,
  version: int,
  members: list(
    record('PoolMember', {
      id,
      identity: id,
      incarnation: int,
      role,
      voter: boolean,
      stands: boolean,
      priority: decimal,
      site: optional(string),
      address: optional(address),
    }),
  ),
  heartbeatMs: decimal,
  quorum: optional(oneOf('PoolQuorum', ['majority', 'none'])),
  settled: optional(boolean),
});

const entry = record('PoolEntry', {
  index: int,
  term: int,
  decision: oneOf('PoolDecision', ['term', 'roster', 'inventory']),
  roster: optional(roster),
  /** JSON. */
  change: pieces,
});
const base = record('PoolBase', {
  term: int,
  index: int,
  roster,
  /** JSON. */
  inventory: pieces,
});

const manager = record('PoolManager', {
  id,
  role,
  address,
  site: optional(string),
  priority: decimal,
  capacity: decimal,
  /** Absent for all. */
  types: optional(names),
  methods: optional(names),
  sealKey: optional(id),
  failover: list(record('PoolFailover', { id, types: optional(names) })),
});
const element = record('PoolElement', {
  name: id,
  pool: boolean,
  type: optional(string),
  methods: list(id),
  cost: decimal,
  stationary: boolean,
  definition: pieces,
});

const seeker = record('PoolSeeker', {
  id,
  identity: id,
  incarnation: int,
  starts,
  name: string,
  role,
  stands: boolean,
  priority: decimal,
  site: optional(string),
  address: optional(address),
  names: list(id),
  tried: optional(int),
});

const heartbeat = record('PoolHeartbeat', {
  incarnation: int,
  state,
  load: decimal,
  due: int,
  done: int,
  parts: list(record('PoolPart', { part: string, due: int, done: int })),
  trouble: optional(string),
});

const owned = record('PoolOwned', { element: id, epoch: id });
export const bundle = record('PoolBundle', {
  element: id,
  epoch: id,
  cursors: list(record('PoolCursor', { intervalMs: decimal, next: int, dueInMs: decimal })),
  body: pieces,
});
const order = record('PoolOrder', {
  order: oneOf('PoolOrderKind', ['own', 'await', 'give', 'standIn', 'drop']),
  element: id,
  epoch: optional(id),
  /** The other manager: the dead owner (own), the giver (await), the taker (give), the owner (standIn). */
  other: optional(id),
  standIn: optional(id),
  /** Whether the giver stands in afterwards. */
  stays: optional(boolean),
  reason: optional(string),
  definition: pieces,
});

const outcome = oneOf('PoolOutcome', ['alive', 'paused', 'mute', 'refused', 'reset', 'closed', 'nothing']);
const wants = oneOf('PoolWants', ['alive', 'keeping', 'leaving']);

/** Before a manager is a member, and what it tells as one. */
export const announceMessages = {
  seek: optional(record('PoolSeek', { seeker })),
  seeking: optional(record('PoolSeeking', { seekers: list(seeker) })),
  inPool: optional(
    record('PoolInPool', {
      pool: id,
      name: string,
      master: optional(id),
      roster: optional(roster),
      knownIn: optional(int),
    }),
  ),
  found: optional(record('PoolFound', { name: string, roster })),
  join: optional(record('PoolJoin', { start, manager, stands: boolean })),
  offer: optional(
    record('PoolOffer', {
      offered: string,
      part: int,
      parts: int,
      manager,
      elements: list(element),
      /** Of what it polls and others list. */
      costs: list(record('PoolCost', { name: id, cost: decimal })),
    }),
  ),
  /** Always true. */
  left: optional(boolean),
} as const;

export const electionMessages = {
  canvass: optional(record('PoolCanvass', { term: int, round: int, rank, tip })),
  canvassed: optional(record('PoolCanvassed', { term: int, round: int, would: boolean, higher: boolean })),
} as const;

export const voteMessages = {
  vote: optional(record('PoolVote', { term: int, tip })),
  voted: optional(record('PoolVoted', { term: int, granted: boolean, tip })),
} as const;

export const coordinatorMessages = {
  yield: optional(record('PoolYield', { term: int, successor: optional(id) })),
  beaten: optional(record('PoolBeaten', { term: int, heartbeat, roster: int, wantsOffer: boolean, inOrder: boolean })),
  roster: optional(record('PoolNewRoster', { term: int, roster })),
} as const;

export const heartbeatMessages = {
  renew: optional(
    record('PoolRenew', {
      term: int,
      sequence: int,
      leaseMs: decimal,
      before: tip,
      entries: list(entry),
      confirmed: int,
      rank: optional(rank),
    }),
  ),
  renewed: optional(
    record('PoolRenewed', { term: int, sequence: int, promised: boolean, match: optional(int), rank: optional(rank) }),
  ),
  kept: optional(record('PoolKept', { term: int, match: int, refused: optional(int) })),
  install: optional(record('PoolInstall', { term: int, base, entries: list(entry), confirmed: int })),
  fetch: optional(record('PoolFetch', { term: int })),
  fetched: optional(record('PoolFetched', { term: int, base, entries: list(entry) })),
  beat: optional(
    record('PoolBeat', {
      term: int,
      heartbeat,
      roster: int,
      held: string,
      offered: string,
      settled: list(owned),
      wants,
    }),
  ),
  probe: optional(record('PoolProbe', { member: id, round: int, withinMs: decimal })),
  probed: optional(record('PoolProbed', { member: id, round: int, outcome, incarnation: optional(int) })),
  /** A piece of any message of the pool that is too large for one: `data` is base64 of its bytes from `part` of `parts` on. */
  part: optional(record('PoolMessagePart', { message: int, part: int, parts: int, data: string })),
} as const;

export const assignMessages = {
  orders: optional(
    record('PoolOrders', { term: int, sequence: int, all: boolean, more: boolean, orders: list(order) }),
  ),
  ordered: optional(record('PoolOrdered', { term: int, sequence: int })),
  give: optional(record('PoolGive', { epoch: id, bundle })),
  taken: optional(record('PoolTaken', { element: id, epoch: id, first: list(int) })),
  notTaken: optional(record('PoolNotTaken', { element: id, epoch: id, reason: string })),
  warm: optional(record('PoolWarm', { bundle })),
} as const;

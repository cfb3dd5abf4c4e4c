/** The pool as this manager sees it, for people: from the state of its member. */
import type { ElementName } from '../../model/element.js';
import { parseElementName } from '../../model/element.js';
import { emptyDigest, formatDigest } from '../../pool/holding/digest.js';
import {
  emptyInventory,
  type Inventory,
  type ManagerRecord,
  type OwnershipRecord,
} from '../../pool/inventory/inventory.js';
import { type MemberId, memberOf } from '../../pool/member.js';
import { termOf } from '../../pool/node/beats.js';
import { acts, heartbeatOf, isMember, type PoolNode, rosterOf } from '../../pool/node/pool-node.js';
import { returnsMs } from '../../pool/node/returns.js';
import type { PoolWord } from '../directory.js';
import type { AssignmentView, PoolMemberView, PoolView } from './pool-service.js';

export function viewOf(node: PoolNode, nowMs: number): PoolView {
  const roster = rosterOf(node);
  const { mode } = node.mastership;
  const isMaster = acts(node, nowMs);
  const master = isMaster ? node.id : node.lead?.id;
  return {
    standing: isMember(node) ? 'member' : node.joining ? 'joining' : 'seeking',
    role: isMaster ? 'master' : 'secondary',
    ...(roster.pool && { id: roster.pool }),
    name: node.options.membership.name,
    term: termOf(node),
    ...(master !== undefined && { master }),
    ...(isMaster && mode.is === 'mastering' && { leaseMs: Math.max(0, mode.leaseUntilMs - nowMs) }),
    heartbeatMs: heartbeatOf(node),
    rosterVersion: roster.version,
    quorum: roster.quorum ?? 'majority',
    cutOff: node.cutOff,
    ...(master === undefined && node.wasLed && { masterSilentMs: nowMs - node.ledMs }),
    // Costs a look at every element, and most only want to know who leads.
    get members() {
      return membersOf(node, nowMs);
    },
  };
}

const NOTHING = emptyInventory();

/** What is decided, as far as it gets here: one that votes no more hears of nothing new, and what it kept is out of date. */
const inventoryOf = (node: PoolNode): Inventory =>
  memberOf(rosterOf(node), node.id)?.voter ? node.inventory : NOTHING;

/** Since when it is what it is, as far as this manager has seen it come about. */
function sinceMs(node: PoolNode, id: MemberId, isGone: boolean): number | undefined {
  return isGone ? (node.steering?.gone.get(id)?.sinceMs ?? node.departures.get(id)?.at(-1)?.atMs) : node.backMs.get(id);
}

function membersOf(node: PoolNode, nowMs: number): PoolMemberView[] {
  const roster = rosterOf(node);
  const inventory = inventoryOf(node);
  const ids = new Set([...roster.members.map(({ id }) => id), ...inventory.managers.keys()]);
  const counts = countsOf(node);
  return [...ids].sort().map((id) => {
    const member = memberOf(roster, id);
    const record = inventory.managers.get(id);
    const since = sinceMs(node, id, record?.standing === 'gone');
    const speaker = node.steering?.speakers.get(id);
    const { owns, standsInFor, cost } = counts.get(id) ?? { owns: 0, standsInFor: 0, cost: 0 };
    const returns = returnsMs(node, id);
    const load = id === node.id ? node.heartbeat.load : speaker?.load;
    const address = member?.address ?? record?.address;
    const site = member?.site ?? record?.site;
    return {
      id,
      role: member?.role ?? record?.role ?? 'EM',
      voter: member?.voter ?? false,
      stands: member?.stands ?? false,
      priority: member?.priority ?? record?.priority ?? 0,
      ...(site !== undefined && { site }),
      ...(address && { address }),
      standing: standingOf(node, id, record, nowMs),
      ...(record?.why !== undefined && { why: record.why }),
      ...(record && since !== undefined && { standingMs: nowMs - since }),
      ...(returns !== undefined && returns > nowMs && record?.standing === 'alive' && { returnsInMs: returns - nowMs }),
      ...(member && { incarnation: member.incarnation }),
      ...(load !== undefined && { load }),
      ...(record && { cost, capacity: record.capacity }),
      owns,
      standsInFor,
    };
  });
}

function standingOf(
  node: PoolNode,
  id: MemberId,
  record: ManagerRecord | undefined,
  nowMs: number,
): PoolMemberView['standing'] {
  if (!record) return id === node.id ? (node.wants === 'alive' ? 'alive' : node.wants) : 'unknown';
  const returns = returnsMs(node, id);
  return record.standing === 'alive' && returns !== undefined && returns > nowMs ? 'returning' : record.standing;
}

export function wordOn(node: PoolNode, id: MemberId): PoolWord | undefined {
  if (node.cutOff || !memberOf(rosterOf(node), node.id)?.voter) return undefined;
  const record = node.inventory.managers.get(id);
  if (!record) return undefined;
  return { isAlive: record.standing !== 'gone', ...(record.why !== undefined && { why: record.why }) };
}

/** A name for all that the pool has decided a member is to have, where this member keeps the inventory. */
export function givenTo(node: PoolNode, id: MemberId): string | undefined {
  if (!memberOf(rosterOf(node), node.id)?.voter) return undefined;
  return formatDigest(node.expected.get(id) ?? emptyDigest());
}

interface Counts {
  owns: number;
  standsInFor: number;
  cost: number;
}

function countsOf(node: PoolNode): Map<MemberId, Counts> {
  const { holding, id } = node;
  const inventory = inventoryOf(node);
  const counts = new Map<MemberId, Counts>();
  const of = (member: MemberId): Counts => {
    const known = counts.get(member) ?? { owns: 0, standsInFor: 0, cost: 0 };
    counts.set(member, known);
    return known;
  };
  for (const [name, { owner, standIn }] of inventory.ownerships) {
    if (owner !== undefined) {
      of(owner).owns += 1;
      of(owner).cost += inventory.elements.get(name)?.cost ?? 0;
    }
    if (standIn !== undefined) of(standIn).standsInFor += 1;
  }
  if (inventory.ownerships.size > 0) return counts;
  // Not a voter: it knows only what it has itself.
  for (const held of holding.held.values()) {
    if (held.is === 'owning' || held.is === 'giving') of(id).owns += 1;
    if (held.is === 'standingIn') of(id).standsInFor += 1;
  }
  return counts;
}

/** What this manager knows of who has what: a voter all, another its own part. */
export function assignmentsOf(node: PoolNode): AssignmentView[] {
  const { holding } = node;
  const inventory = inventoryOf(node);
  if (inventory.elements.size > 0)
    return [...inventory.elements.keys()].flatMap((name) => assignmentOf(node, name) ?? []);
  return [...holding.held.keys()].flatMap((name) => assignmentOf(node, name) ?? []);
}

export function assignmentOf(node: PoolNode, name: string): AssignmentView | undefined {
  const element = nameOf(name);
  if (!element) return undefined;
  const inventory = inventoryOf(node);
  const record = inventory.ownerships.get(name);
  const listed = inventory.elements.get(name);
  if (listed) return { element, homes: listed.pool ? [] : listed.listedBy, ...told(record ?? {}) };
  const held = node.holding.held.get(name);
  if (!held) return undefined;
  const owner = held.is === 'standingIn' ? held.owner : held.is === 'giving' ? held.to : node.id;
  const standIn = held.is === 'standingIn' ? node.id : held.standIn;
  return {
    element,
    homes: node.offer?.elements.some((one) => one.name === name && !one.pool) ? [node.id] : [],
    owner,
    epoch: held.epoch,
    ...(standIn !== undefined && { standIn }),
    ...(held.is === 'giving' && { holder: node.id }),
    ...(held.is === 'awaiting' && { holder: held.from }),
  };
}

function told({ owner, standIn, epoch, holder, delegation, reason, unwatched }: OwnershipRecord) {
  return {
    ...(owner !== undefined && { owner }),
    ...(standIn !== undefined && { standIn }),
    ...(epoch && { epoch }),
    ...(holder !== undefined && { holder }),
    ...(delegation?.to !== undefined && { delegatedTo: delegation.to }),
    ...(delegation?.untilMs !== undefined && { delegatedUntil: delegation.untilMs }),
    ...(reason !== undefined && { reason }),
    ...(unwatched !== undefined && { unwatched }),
  };
}

function nameOf(name: string): ElementName | undefined {
  const parsed = parseElementName(name);
  return parsed && `${parsed.kind}/${parsed.id}`;
}

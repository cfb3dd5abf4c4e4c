/** The inventory in the words of the assignment: local times for dates, availability for standing. */
import type { Availability, Ownership, PoolElement, PoolManager } from '../assignment/given.js';
import { type ElementRecord, isUnsettled, type ManagerRecord, type OwnershipRecord } from '../inventory/inventory.js';
import type { PoolNode } from './pool-node.js';
import { returnsMs } from './returns.js';

export const managersOf = (node: PoolNode, records: Iterable<ManagerRecord>, nowMs: number): PoolManager[] =>
  [...records].map((record) => managerOf(node, record, nowMs));

function managerOf(node: PoolNode, record: ManagerRecord, nowMs: number): PoolManager {
  const { id, priority, capacity, types, methods, failover } = record;
  const successor = node.steering?.successors.get(id);
  const relieved = node.steering?.relieved.get(id)?.parts;
  return {
    id,
    availability: availabilityOf(node, record, nowMs),
    rank: priority,
    capacity,
    ...(types && { types }),
    ...(methods && { methods }),
    ...(relieved && relieved.size > 0 && { relieved: [...relieved] }),
    failover: successor === undefined ? failover : [{ id: successor }, ...failover],
  };
}

function availabilityOf(node: PoolNode, { id, standing, why }: ManagerRecord, nowMs: number): Availability {
  if (standing === 'gone') return { is: 'gone', ...(why !== undefined && { why }) };
  if (standing !== 'alive') return { is: standing };
  const notBeforeMs = returnsMs(node, id);
  return notBeforeMs === undefined || notBeforeMs <= nowMs ? { is: 'alive' } : { is: 'returning', notBeforeMs };
}

export const elementsOf = (records: Iterable<ElementRecord>): PoolElement[] =>
  [...records].map(({ name, pool, listedBy, type, methods, cost, stationary }) => ({
    name,
    homes: pool ? [] : listedBy,
    ...(type !== undefined && { type }),
    methods,
    cost,
    stationary,
  }));

export const ownedOf = (
  node: PoolNode,
  records: Iterable<OwnershipRecord & { readonly element: string }>,
): (Ownership & { readonly element: string })[] =>
  [...records].map(({ element, ...record }) => ({ element, ...ownershipHere(node, record) }));

function ownershipHere(node: PoolNode, record: OwnershipRecord): Ownership {
  const { owner, standIn, epoch, delegation } = record;
  return {
    ...(owner !== undefined && { owner }),
    ...(standIn !== undefined && { standIn }),
    ...(epoch && { epoch }),
    ...(delegation && { delegation: delegationHere(node, delegation) }),
    ...(isUnsettled(record) && { unsettled: true }),
  };
}

type Delegation = NonNullable<OwnershipRecord['delegation']>;

/** Dates are the wall clock's outside, and this member's monotonic clock's in the assignment. */
export const delegationHere = ({ options }: PoolNode, delegation: Delegation): Delegation =>
  delegation.untilMs === undefined ? delegation : { ...delegation, untilMs: delegation.untilMs - options.wallOffsetMs };

export const delegationDated = ({ options }: PoolNode, delegation: Delegation): Delegation =>
  delegation.untilMs === undefined ? delegation : { ...delegation, untilMs: delegation.untilMs + options.wallOffsetMs };

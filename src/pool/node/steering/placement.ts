/** Who has what, in the words of the assignment. */
import { follow } from '../../assignment/assign.js';
import { createPlacement, type Placement } from '../../assignment/placement.js';
import { elementsOf, managersOf, ownedOf } from '../given.js';
import type { PoolNode } from '../pool-node.js';

/** The placement of a voter follows the inventory all the time, so that a new master can go on at once. */
export function placementOf(node: PoolNode, nowMs: number): Placement {
  if (node.placement) return node.placement;
  const placement = createPlacement({ term: node.mastership.durable.term, giver: node.id });
  const { managers, elements, ownerships } = node.inventory;
  const owned = ownedOf(
    node,
    [...ownerships].map(([element, record]) => ({ element, ...record })),
  );
  const given = {
    managers: managersOf(node, managers.values(), nowMs),
    elements: elementsOf(elements.values()),
    owned,
  };
  follow(placement, given, nowMs);
  node.placement = placement;
  return placement;
}

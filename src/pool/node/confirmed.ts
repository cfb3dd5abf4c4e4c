/** What a member does with decisions that a majority has: the inventory takes them, and what follows it, follows. */

import { follow } from '../assignment/assign.js';
import {
  apply,
  emptyInventory,
  fromSnapshot,
  type InventoryChange,
  isSnapshot,
  isUnsettled,
} from '../inventory/inventory.js';
import { entryAt } from '../mastership/durable.js';
import { memberOf } from '../member.js';
import { elementsOf, managersOf, ownedOf } from './given.js';
import { concerned, indexAll, noteConcerned, setOf } from './indexes.js';
import type { PoolNode } from './pool-node.js';
import { forgetStanding, noteStanding } from './returns.js';
import { takeRoster } from './roster.js';
import { endSteering } from './steering/begin.js';
import { confirmedBySelf } from './steering/confirmed.js';
import { sendOrders } from './steering/orders.js';

export function applyConfirmed(node: PoolNode, to: number, nowMs: number): void {
  const { durable, mode } = node.mastership;
  // It follows another by now: what is confirmed may stand where its own decisions would have.
  if (mode.is !== 'mastering') endSteering(node, nowMs);
  if (durable.base.index > node.applied) takeBase(node, nowMs);
  while (node.applied < to) {
    const entry = entryAt(durable, node.applied + 1);
    if (!entry) throw new Error(`broken invariant: decision ${node.applied + 1} is confirmed and not there`);
    node.applied = entry.index;
    if (entry.decision.is === 'roster') takeRoster(node, entry.decision.roster, nowMs);
    if (entry.decision.is !== 'inventory') continue;
    const change = entry.decision.change as InventoryChange;
    const isOwn = node.steering !== undefined && entry.term === node.steering.term;
    takeChange(node, change, isOwn, nowMs);
  }
  if (!node.steering) return;
  confirmedBySelf(node);
  sendOrders(node, nowMs);
}

/** What was confirmed by one of two alone, and the other has never heard of: all is made anew from what counts now. */
export function beginAgain(node: PoolNode, nowMs: number): void {
  const { durable, roster } = node.mastership;
  endSteering(node, nowMs);
  node.inventory = emptyInventory();
  // Of two that have changed their rosters each by itself, that counts which stands among what is left.
  node.roster = { ...node.roster, version: -1 };
  takeBase(node, nowMs);
  if (memberOf(roster, node.id) && durable.base.roster !== roster) takeRoster(node, roster, nowMs);
}

/** It was so far behind that it got everything anew. */
function takeBase(node: PoolNode, nowMs: number): void {
  const { base } = node.mastership.durable;
  if (isSnapshot(base.inventory)) node.inventory = fromSnapshot(base.inventory);
  node.applied = base.index;
  node.rows = 0;
  node.placement = undefined;
  indexAll(node);
  takeRoster(node, base.roster, nowMs);
}

function takeChange(node: PoolNode, change: InventoryChange, isOwn: boolean, nowMs: number): void {
  const { inventory } = node;
  const { managers = [], elements = [], removed = [], owned = [], settled = [] } = change;
  // Of its own decisions the master has noted that when it planned them.
  if (!isOwn) for (const manager of managers) noteStanding(node, inventory.managers.get(manager.id), manager, nowMs);
  for (const id of change.forgotten ?? []) forgetStanding(node, id);
  for (const name of [...removed, ...elements.map((one) => one.name)])
    for (const id of inventory.elements.get(name)?.listedBy ?? []) node.lists.get(id)?.delete(name);
  // What is settled may be moved on by the same decision.
  const names = [...new Set([...removed, ...owned.map((one) => one.element), ...settled.map((one) => one.element)])];
  const before = names.map((name) => inventory.ownerships.get(name));
  const touched = new Set(apply(inventory, change));
  for (const { name, listedBy } of elements)
    for (const id of listedBy) {
      setOf(node.lists, id).add(name);
      // Who lists it polls it until it hears that it is with somebody else.
      node.steering?.outboxes.get(id)?.news.add(name);
    }
  names.forEach((name, at) => {
    if (!touched.has(name)) return;
    const after = inventory.ownerships.get(name);
    noteConcerned(node, name, before[at], after);
    if (!node.steering) return;
    for (const id of [...concerned(before[at]), ...concerned(after)]) node.steering.outboxes.get(id)?.news.add(name);
  });
  node.rows += managers.length + elements.length + removed.length + owned.length + settled.length;
  if (isOwn || !node.placement) return;
  const givenNow = {
    managers: managersOf(node, managers, nowMs),
    elements: elementsOf(elements),
    owned: ownedOf(node, owned),
    removed,
    // What has been moved on by the same decision is not settled where it is now.
    settled: settled.flatMap(({ element }) => (isUnsettled(inventory.ownerships.get(element) ?? {}) ? [] : [element])),
    ...(change.forgotten && { forgotten: change.forgotten }),
  };
  follow(node.placement, givenNow, nowMs);
}

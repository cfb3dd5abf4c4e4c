/** Decisions that are long confirmed are folded into the base, whenever they have become more than what they made. */
import { snapshotOf } from '../inventory/inventory.js';
import { toMastership } from './emit.js';
import type { PoolNode } from './pool-node.js';

/** Rows and decisions that are kept at least. */
const LEAST_ROWS = 2000;
const LEAST_ENTRIES = 500;

export function compactIfDue(node: PoolNode, nowMs: number): void {
  const { mastership, inventory, applied, rows } = node;
  const { base } = mastership.durable;
  const size = inventory.elements.size + inventory.managers.size;
  if (rows < Math.max(LEAST_ROWS, size) && applied - base.index < Math.max(LEAST_ENTRIES, size / 100)) return;
  if (applied > Math.min(mastership.confirmed, mastership.syncedIndex) || applied <= base.index) return;
  node.rows = 0;
  toMastership(node, { is: 'compact', index: applied, inventory: snapshotOf(inventory) }, nowMs);
}

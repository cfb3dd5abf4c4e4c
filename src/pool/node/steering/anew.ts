/**
 * Where either of two goes on alone, a master that begins gives new epochs to all: what the other has decided meanwhile,
 * and what it has told of its own decisions before they were given up, is older than anything that this one says from now
 * on (see `mastership/alone.ts`). So it says nothing before that is decided.
 */
import { follow } from '../../assignment/assign.js';
import { nextEpoch, type Placement } from '../../assignment/placement.js';
import type { OwnershipRecord } from '../../inventory/inventory.js';
import { tipOf } from '../../mastership/durable.js';
import { toMastership } from '../emit.js';
import { ownedOf } from '../given.js';
import type { PoolNode } from '../pool-node.js';
import { putPending } from './pending.js';
import type { Steering } from './state.js';

/** Rows of one decision. */
const MOST_ROWS = 500;

export function giveAnew(node: PoolNode, steering: Steering, placement: Placement, nowMs: number): void {
  const records = [...node.inventory.ownerships].flatMap(([element, record]) =>
    record.epoch ? [{ element, ...record, epoch: nextEpoch(placement) }] : [],
  );
  follow(placement, { owned: ownedOf(node, records) }, nowMs);
  for (let at = 0; at < records.length; at += MOST_ROWS)
    decide(node, steering, records.slice(at, at + MOST_ROWS), nowMs);
}

type Row = OwnershipRecord & { readonly element: string };

function decide(node: PoolNode, steering: Steering, owned: readonly Row[], nowMs: number): void {
  const index = tipOf(node.mastership.durable).index + 1;
  for (const { element, ...record } of owned) putPending(steering.drafts, element, { record, index });
  steering.decided = index;
  steering.toldFrom = index;
  toMastership(node, { is: 'decide', decisions: [{ is: 'inventory', change: { owned } }] }, nowMs);
}

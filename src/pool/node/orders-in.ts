/** Orders of the master, as a member takes them: in sequence, an `all` only when it is whole. */
import { toHolding } from './emit.js';
import type { SteeringMessage } from './messages.js';
import type { PoolNode } from './pool-node.js';

type OrdersMessage = Extract<SteeringMessage, { is: 'orders' }>;

/** Answers whether they have been taken, now or before, and may be confirmed. */
export function takeOrders(node: PoolNode, message: OrdersMessage, nowMs: number): boolean {
  const { term, sequence, all, more, orders } = message;
  const done = node.ordersDone;
  if (term < done.term) return false;
  if (term === done.term && sequence <= done.sequence) return true;
  const coming = node.allOrders;
  if (!all) {
    // What follows an `all` that has got lost would be taken for the whole.
    if (sequence !== (term === done.term ? done.sequence + 1 : 1)) return false;
    node.allOrders = undefined;
    node.ordersDone = { term, sequence };
    toHolding(node, { is: 'orders', all: false, orders }, nowMs);
    return true;
  }
  const goesOn = coming?.term === term && coming.sequence === sequence - 1;
  const gathered = goesOn ? [...coming.orders, ...orders] : [...orders];
  node.ordersDone = { term, sequence };
  node.allOrders = more ? { term, sequence, orders: gathered } : undefined;
  if (!more) toHolding(node, { is: 'orders', all: true, orders: gathered }, nowMs);
  return true;
}

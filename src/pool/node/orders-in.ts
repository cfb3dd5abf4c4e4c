/** Orders of the master, as a member takes them: in sequence, an `all` only when it is whole. */

import type { Order } from '../holding/state.js';
import { canPoll } from '../holding/step.js';
import { goesAlone } from '../member.js';
import { toHolding } from './emit.js';
import type { SteeringMessage } from './messages.js';
import { type PoolNode, rosterOf } from './pool-node.js';

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
    toHolding(node, { is: 'orders', all: false, orders: possible(node, orders) }, nowMs);
    return true;
  }
  const goesOn = coming?.term === term && coming.sequence === sequence - 1;
  const whole = goesOn ? [...coming.orders, ...orders] : [...orders];
  node.ordersDone = { term, sequence };
  node.allOrders = more ? { term, sequence, orders: whole } : undefined;
  if (more) return true;
  const gathered = possible(node, whole);
  // Of two that go on alone either decides without the other.
  if (goesAlone(rosterOf(node)))
    toHolding(node, { is: 'orders', all: true, orders: [...gathered, ...keptFor(node, gathered)] }, nowMs);
  else toHolding(node, { is: 'orders', term, all: true, orders: gathered }, nowMs);
  return true;
}

/**
 * Without what nothing says how to poll: it is not listed here any more, and the master did not know that yet. As it is not
 * held, all is ordered again in two heartbeats, then with how.
 */
function possible({ holding, offer }: PoolNode, orders: readonly Order[]): readonly Order[] {
  const isUnsaid = (order: Order): boolean =>
    order.is === 'own' && order.definition === undefined && !canPoll(holding, order.element);
  if (!offer || !orders.some(isUnsaid)) return orders;
  const listed = new Set(offer.elements.map(({ name }) => name));
  return orders.filter((order) => listed.has(order.element) || !isUnsaid(order));
}

/**
 * What this manager lists and polls, and of which a master that has met it does not know: only its former decisions said
 * so, or those of the other. It is polled on, under the epoch that it has, until its offer is taken.
 */
function keptFor({ holding, offer }: PoolNode, orders: readonly Order[]): Order[] {
  const named = new Set(orders.map(({ element }) => element));
  return (offer?.elements ?? []).flatMap(({ name }): Order[] => {
    const held = holding.held.get(name);
    if (named.has(name) || (held?.is !== 'owning' && held?.is !== 'giving')) return [];
    const { epoch, standIn } = held;
    return [{ is: 'own', element: name, epoch, ...(standIn !== undefined && { standIn }) }];
  });
}

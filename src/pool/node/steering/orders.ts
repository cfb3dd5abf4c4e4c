/** What each member is told of what is decided: in sequence, again until it is answered, everything when in doubt. */
import { inform, settle } from '../../assignment/settling.js';
import { emptyDigest, formatDigest } from '../../holding/digest.js';
import type { Order } from '../../holding/state.js';
import { isUnsettled, sameEpoch } from '../../inventory/inventory.js';
import type { MemberId } from '../../member.js';
import { send } from '../emit.js';
import { MOST_ORDERS, type SteeringMessage } from '../messages.js';
import { takeOrders } from '../orders-in.js';
import { heartbeatOf, type PoolNode } from '../pool-node.js';
import type { Outbox, Steering } from './state.js';

type OrdersMessage = Extract<SteeringMessage, { is: 'orders' }>;

export function outboxOf(steering: Steering, id: MemberId): Outbox {
  const { outboxes } = steering;
  const known = outboxes.get(id);
  if (known) return known;
  const made: Outbox = {
    incarnation: undefined,
    sequence: steering.sequence,
    wantsAll: true,
    rest: undefined,
    news: new Set(),
    open: undefined,
    differs: 0,
  };
  outboxes.set(id, made);
  return made;
}

/** It is no member any more; if it comes back, its sequence goes on. */
export function dropOutbox(steering: Steering, id: MemberId): void {
  steering.sequence = Math.max(steering.sequence, steering.outboxes.get(id)?.sequence ?? 0);
  steering.outboxes.delete(id);
}

/** Sends what is new to everybody to whom something is new, and again what was not answered. */
export function sendOrders(node: PoolNode, nowMs: number): void {
  for (const id of node.steering?.outboxes.keys() ?? []) sendOrdersTo(node, id, nowMs);
}

export function sendOrdersTo(node: PoolNode, id: MemberId, nowMs: number): void {
  const { steering } = node;
  const outbox = steering?.outboxes.get(id);
  if (!steering || !outbox || node.applied < steering.toldFrom) return;
  if (outbox.open) {
    if (nowMs - outbox.open.sentMs < heartbeatOf(node) / 2) return;
    outbox.open.sentMs = nowMs;
    send(node, id, outbox.open.message);
    return;
  }
  // Whoever has not spoken in this term is not there, or does not know yet whom to answer.
  if (id !== node.id && !steering.speakers.has(id)) return;
  const message = nextOrders(node, id, outbox);
  if (!message) return;
  if (id === node.id) {
    takeOrders(node, message, nowMs);
    heeded(node, id, message);
    sendOrdersTo(node, id, nowMs);
    return;
  }
  outbox.open = { sequence: message.sequence, message, sentMs: nowMs };
  send(node, id, message);
}

function nextOrders(node: PoolNode, id: MemberId, outbox: Outbox): OrdersMessage | undefined {
  const { term } = node.mastership.durable;
  const isFirst = outbox.wantsAll;
  if (isFirst) {
    // What it lists is named even where it is with somebody else: it would poll it otherwise.
    outbox.rest = [...new Set([...(node.concerns.get(id) ?? []), ...(node.lists.get(id) ?? [])])];
    outbox.wantsAll = false;
    outbox.news.clear();
  }
  const { rest } = outbox;
  const names = rest ? rest.splice(0, MOST_ORDERS) : [...outbox.news].slice(0, MOST_ORDERS);
  if (names.length === 0 && !isFirst) {
    outbox.rest = undefined;
    return undefined;
  }
  const more = rest !== undefined && rest.length > 0;
  if (rest && !more) outbox.rest = undefined;
  for (const name of names) outbox.news.delete(name);
  const isAll = rest !== undefined;
  const orders = names.flatMap((name) =>
    !isFormer(node, id, name) ? orderFor(node, id, name) : isAll ? leave(name) : [],
  );
  if (orders.length === 0 && !isAll) return undefined;
  // An `all` that begins anew does not go on from parts of a former one.
  outbox.sequence += isFirst ? 2 : 1;
  return { is: 'orders', term, sequence: outbox.sequence, all: isAll, more, orders };
}

/**
 * Whether it may poll what another takes over, because it was found dead wrongly. It hears of that when the other polls:
 * to poll twice is allowed, to miss a poll is not.
 */
function isFormer({ inventory }: PoolNode, id: MemberId, element: string): boolean {
  const { owner, holder, former } = inventory.ownerships.get(element) ?? {};
  return former === id && owner !== id && holder !== id;
}

/** Named in an `all`, so that it is not taken for dropped, with an epoch that is older than any by which it may poll. */
const leave = (element: string): Order => ({ is: 'drop', element, epoch: { term: 0, number: 0, giver: '!' } });

/** Nobody has ever had it, nor is anybody to: newer than that by which it would be polled at home, older than all else. */
const leaveUnwatched = (element: string): Order => ({
  is: 'drop',
  element,
  epoch: { term: 0, number: 1, giver: '!' },
});

/** What one member has to do about one element, as it is decided and confirmed. */
export function orderFor(node: PoolNode, id: MemberId, element: string): Order {
  const { inventory } = node;
  const record = inventory.ownerships.get(element);
  const listed = inventory.elements.get(element);
  // What has not been given to anybody yet is polled where it is at home, unless its home has been paused, or leaves.
  if (!record?.epoch)
    return !listed
      ? { is: 'drop', element }
      : record?.unwatched === undefined
        ? leave(element)
        : leaveUnwatched(element);
  const { owner, holder, standIn, epoch, reason, former } = record;
  const isKnown = listed?.listedBy.includes(id) && listsAsNoted(node, id);
  const definition = listed && !isKnown ? { definition: listed.definition } : {};
  const why = reason === undefined ? {} : { reason };
  const next = standIn === undefined ? {} : { standIn };
  if (owner === id && holder !== undefined && holder !== id)
    return { is: 'await', element, epoch, from: holder, ...next, ...definition, ...why };
  if (owner === id)
    return { is: 'own', element, epoch, ...next, ...definition, ...why, ...(former !== undefined && { former }) };
  if (holder === id && owner !== undefined)
    return { is: 'give', element, epoch, to: owner, ...why, staysStandIn: standIn === id };
  if (standIn === id && owner !== undefined) return { is: 'standIn', element, epoch, owner: holder ?? owner };
  return { is: 'drop', element, epoch };
}

/**
 * Whether a member lists what the inventory says. It may have come back with another configuration, and would be told to
 * poll what nothing there says how to poll.
 */
function listsAsNoted({ id: self, offer, steering, inventory }: PoolNode, id: MemberId): boolean {
  const offered = id === self ? offer?.offered : steering?.speakers.get(id)?.offered;
  return offered === inventory.managers.get(id)?.offered;
}

/** A member confirms what it was told. */
export function ordered(node: PoolNode, from: MemberId, term: number, sequence: number, nowMs: number): void {
  const outbox = node.steering?.outboxes.get(from);
  if (!outbox?.open || term !== node.steering?.term || outbox.open.sequence !== sequence) return;
  const { message } = outbox.open;
  outbox.open = undefined;
  heeded(node, from, message);
  sendOrdersTo(node, from, nowMs);
}

/**
 * The member knows what it was told. It may hand over from now on what it was given without having to say that it polls
 * it, because nobody had it before.
 */
function heeded(node: PoolNode, id: MemberId, { all, more, orders }: OrdersMessage): void {
  const { placement, inventory, steering } = node;
  if (!placement || !steering) return;
  const owned = orders.filter(({ is, element, epoch }) => {
    const record = inventory.ownerships.get(element);
    return (
      is === 'own' &&
      record?.epoch !== undefined &&
      epoch !== undefined &&
      !isUnsettled(record) &&
      sameEpoch(record.epoch, epoch) &&
      !steering.drafts.has(element)
    );
  });
  settle(
    placement,
    owned.map(({ element }) => element),
  );
  if (all && !more) inform(placement, [id]);
  if (placement.due.size > 0) steering.planAtMs = Math.min(steering.planAtMs, node.lastMs);
}

/**
 * Whether a member holds what it should. Where it does not in two beats in a row, and nothing is under way to it, it is
 * told everything.
 */
export function compareHeld(node: PoolNode, id: MemberId, held: string, nowMs: number): boolean {
  const outbox = node.steering?.outboxes.get(id);
  if (!outbox || outbox.open || outbox.wantsAll || outbox.news.size > 0 || outbox.rest) return false;
  const isInOrder = held === formatDigest(node.expected.get(id) ?? emptyDigest());
  outbox.differs = isInOrder ? 0 : outbox.differs + 1;
  if (outbox.differs >= 2) {
    outbox.differs = 0;
    outbox.wantsAll = true;
    sendOrdersTo(node, id, nowMs);
  }
  return isInOrder;
}

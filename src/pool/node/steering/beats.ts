/** Beats as the acting master takes them: who lives, what it holds, what it offers, what has settled. */
import { mistrust } from '../../assignment/settling.js';
import { isUnsettled, sameEpoch } from '../../inventory/inventory.js';
import { goesAlone, type MemberId, memberOf, type Start } from '../../member.js';
import { send, toDetection, toMastership } from '../emit.js';
import type { SteeringMessage } from '../messages.js';
import { type PoolNode, rosterOf } from '../pool-node.js';
import { seen } from './members.js';
import { asksForOffer } from './offers.js';
import { compareHeld, outboxOf, sendOrdersTo } from './orders.js';
import { putPending } from './pending.js';
import { placementOf } from './placement.js';
import { plan } from './plan.js';
import { judge } from './standing.js';

type Beat = Extract<SteeringMessage, { is: 'beat' }>;

/** A master takes up a later term that somebody has heard of no more often than this. */
const OUTDONE_LEASES = 4;
const LEASE_HEARTBEATS = 3;

export function takeBeat(node: PoolNode, start: Start & { readonly id: MemberId }, beat: Beat, nowMs: number): void {
  const { steering } = node;
  if (!steering) return;
  const { id } = start;
  const roster = rosterOf(node);
  const member = memberOf(roster, id);
  const { term } = steering;
  // Whoever is not in the roster learns that from it, and asks to be admitted.
  if (beat.roster < roster.version || !member) send(node, id, { is: 'roster', term, roster });
  if (member) seen(steering, id, roster, start, nowMs);
  if (!member || member.identity !== start.identity) return;
  const leaseMs = LEASE_HEARTBEATS * roster.heartbeatMs;
  if (beat.term > term && nowMs - steering.sinceMs >= OUTDONE_LEASES * leaseMs && !goesAlone(roster)) {
    toMastership(node, { is: 'outdone', term: beat.term }, nowMs);
    return;
  }
  const before = steering.speakers.get(id);
  const { held, offered, wants } = beat;
  const { polls, load } = beat.heartbeat;
  steering.speakers.set(id, { start, heardMs: nowMs, wants, held, offered, polls, load, roster: beat.roster });
  const outbox = outboxOf(steering, id);
  const isAnew = outbox.incarnation !== start.incarnation;
  if (isAnew) {
    outbox.incarnation = start.incarnation;
    outbox.open = undefined;
    outbox.wantsAll = true;
    steering.left.delete(id);
    mistrust(placementOf(node, nowMs), [id]);
    offerAgainTo(node, id);
  }
  if (!before) steering.gone.delete(id);
  toDetection(node, { is: 'heard', member: id, heartbeat: beat.heartbeat }, nowMs);
  if (!before || before.wants !== wants) judge(node, [id], nowMs);
  settle(node, id, beat, nowMs);
  const inOrder = compareHeld(node, id, held, nowMs);
  send(node, id, {
    is: 'beaten',
    term,
    heartbeat: node.heartbeat,
    roster: roster.version,
    wantsOffer: asksForOffer(node, id, beat.offered, nowMs),
    inOrder,
  });
  sendOrdersTo(node, id, nowMs);
}

/** New owners poll: the moves are done. Or who was to hand over has nothing: the owner takes it without. */
export function settle(node: PoolNode, from: MemberId, { settled }: Pick<Beat, 'settled'>, nowMs: number): void {
  const { steering, inventory } = node;
  if (!steering || settled.length === 0) return;
  const fresh = settled.filter(({ element, epoch }) => {
    const record = inventory.ownerships.get(element);
    return (
      record?.epoch !== undefined &&
      isUnsettled(record) &&
      sameEpoch(record.epoch, epoch) &&
      !steering.settling.has(element) &&
      !steering.drafts.has(element)
    );
  });
  const ownerOf = (element: string) => inventory.ownerships.get(element)?.owner;
  const done = fresh.filter(({ element }) => ownerOf(element) === from);
  const lacking = fresh.flatMap(({ element }) =>
    ownerOf(element) !== from && inventory.ownerships.get(element)?.holder === from ? [element] : [],
  );
  if (done.length + lacking.length === 0) return;
  const made = plan(node, { settled: done, lacking }, nowMs);
  for (const { element } of done) putPending(steering.settling, element, { index: made?.index ?? 0 });
}

/** It has been started anew, and knows nothing of what it may have been handed over: their givers have to look again. */
function offerAgainTo({ inventory, concerns, steering }: PoolNode, id: MemberId): void {
  for (const name of concerns.get(id) ?? []) {
    const { owner, holder } = inventory.ownerships.get(name) ?? {};
    if (owner === id && holder !== undefined) steering?.outboxes.get(holder)?.news.add(name);
  }
}

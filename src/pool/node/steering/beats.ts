/** Beats as the acting master takes them: who lives, what it holds, what it offers, what has settled. */
import { mistrust } from '../../assignment/settling.js';
import { isUnsettled, sameEpoch } from '../../inventory/inventory.js';
import { type MemberId, memberOf, type Start } from '../../member.js';
import { send, toDetection } from '../emit.js';
import type { SteeringMessage } from '../messages.js';
import { type PoolNode, rosterOf } from '../pool-node.js';
import { placementOf } from './begin.js';
import { seen } from './members.js';
import { asksForOffer } from './offers.js';
import { compareHeld, outboxOf, sendOrdersTo } from './orders.js';
import { plan } from './plan.js';
import { judge } from './standing.js';

type Beat = Extract<SteeringMessage, { is: 'beat' }>;

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
  const before = steering.speakers.get(id);
  const { held, wants } = beat;
  const { polls, load } = beat.heartbeat;
  steering.speakers.set(id, { start, heardMs: nowMs, wants, held, polls, load, roster: beat.roster });
  const outbox = outboxOf(steering, id);
  const isAnew = outbox.incarnation !== start.incarnation;
  // Since the roster was changed last, or since this master has heard it last.
  const hasRestarted = isAnew && (outbox.incarnation !== undefined || member.incarnation !== start.incarnation);
  if (isAnew) {
    outbox.incarnation = start.incarnation;
    outbox.open = undefined;
    outbox.wantsAll = true;
    steering.left.delete(id);
    mistrust(placementOf(node, nowMs), [id]);
  }
  if (!before) steering.gone.delete(id);
  toDetection(node, { is: 'heard', member: id, heartbeat: beat.heartbeat }, nowMs);
  if (!before || before.wants !== wants) judge(node, [id], nowMs);
  if (hasRestarted) plan(node, { restarted: [id] }, nowMs);
  settle(node, beat, nowMs);
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

/** New owners poll: the moves are done. */
export function settle(node: PoolNode, { settled }: Pick<Beat, 'settled'>, nowMs: number): void {
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
  if (fresh.length === 0) return;
  const made = plan(node, { settled: fresh }, nowMs);
  for (const { element } of fresh) steering.settling.set(element, made?.index ?? 0);
}

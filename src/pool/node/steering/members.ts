/** Who comes and goes, as the acting master takes it and decides it. */
import { type MemberId, memberOf, type Roster, type Start, voters } from '../../member.js';
import { nextRoster, successorFor } from '../../membership/roster-policy.js';
import { noteStart } from '../../membership/sight.js';
import type { Sender } from '../../messages.js';
import { send, tell, toDetection, toMastership } from '../emit.js';
import { connectionsTo } from '../findings.js';
import type { SteeringMessage } from '../messages.js';
import { acts, type PoolNode, rosterOf } from '../pool-node.js';
import { dropOutbox, outboxOf } from './orders.js';
import { isProven } from './shrinking.js';
import { judge } from './standing.js';
import type { Steering } from './state.js';

/** Who asks for admission asks again and again; one that does not is gone. */
const JOIN_LASTS_MS = 10_000;
const MOST_JOINS = 256;

export function takeJoin(
  node: PoolNode,
  from: Sender,
  { start, manager, stands }: Extract<SteeringMessage, { is: 'join' }>,
  nowMs: number,
): void {
  const { steering } = node;
  if (manager.id !== from.id || start.identity !== from.identity) return;
  if (!steering || !acts(node, nowMs)) {
    const { pool } = rosterOf(node);
    if (node.lead && node.lead.id !== node.id)
      send(node, from.id, { is: 'inPool', pool, name: node.options.membership.name, master: node.lead.id });
    return;
  }
  if (!steering.joins.has(from.id) && steering.joins.size >= MOST_JOINS) return;
  const { id, role, priority, site, address } = manager;
  const request = { ...start, id, role, stands, priority, address, ...(site !== undefined && { site }) };
  steering.joins.set(id, { request, manager, atMs: nowMs });
  const member = memberOf(rosterOf(node), id);
  if (member) seen(steering, member.id, rosterOf(node), start, nowMs);
  // It is in already, and has not heard of it.
  if (member?.identity === start.identity)
    send(node, id, { is: 'roster', term: steering.term, roster: rosterOf(node) });
}

export function takeLeft(node: PoolNode, { id, identity, incarnation }: Sender): void {
  const member = memberOf(rosterOf(node), id);
  // It may have come back before its last words.
  const isFormerStart = incarnation < (node.steering?.outboxes.get(id)?.incarnation ?? 0);
  if (isFormerStart) return;
  if (member?.identity === identity) node.steering?.left.add(id);
  else if (!member && node.steering) send(node, id, { is: 'roster', term: node.steering.term, roster: rosterOf(node) });
}

/** Notes under which start a member was heard. */
export function seen(steering: Steering, id: MemberId, roster: Roster, heard: Start, nowMs: number): void {
  const member = memberOf(roster, id);
  if (!member) return;
  const { identity, incarnation, starts } = heard;
  steering.sights.set(id, noteStart(steering.sights.get(id) ?? {}, member, { identity, incarnation, starts }, nowMs));
}

/** Decides the next change of the roster, if one is due; makes way for a higher priority. */
export function lookAtRoster(node: PoolNode, nowMs: number): void {
  const { steering, mastership } = node;
  if (!steering || mastership.rosterIndex > mastership.confirmed) return;
  for (const [id, { atMs }] of steering.joins) if (nowMs - atMs > JOIN_LASTS_MS) steering.joins.delete(id);
  noteReach(node, steering, nowMs);
  const { identity, incarnation, starts } = mastership.durable;
  const { leads, quorum, forgetMs } = node.options.membership;
  const situation = {
    self: node.id,
    start: { identity, incarnation, starts },
    leads,
    quorum,
    forgetMs,
    joining: [...steering.joins.values()].map(({ request }) => request),
    left: steering.left,
    sights: steering.sights,
  };
  const roster = mastership.roster;
  const change = nextRoster(roster, situation, nowMs);
  if (!isProven(node, steering, change, nowMs)) return;
  if (change) {
    if (change.is === 'dropped') tell(node, { is: 'dropped', member: change.member, why: change.why });
    toMastership(node, { is: 'decide', decisions: [{ is: 'roster', roster: change.roster }] }, nowMs);
    return;
  }
  const higher = successorFor(roster, situation, nowMs);
  const isAble = higher !== undefined && steering.relieved.get(higher)?.all === undefined;
  const successor = isAble ? higher : reliefFor(node, steering);
  if (successor !== undefined) toMastership(node, { is: 'yield', successor }, nowMs);
}

/** A master that cannot work makes way, if there is one that can. */
function reliefFor(node: PoolNode, { relieved, speakers, gone }: Steering): MemberId | undefined {
  if (relieved.get(node.id)?.all === undefined) return undefined;
  const able = voters(rosterOf(node)).find(
    ({ id, stands }) =>
      stands && id !== node.id && speakers.has(id) && !gone.has(id) && relieved.get(id)?.all === undefined,
  );
  return able?.id;
}

/** Who is dead, and who has all that is confirmed. */
function noteReach(node: PoolNode, steering: Steering, nowMs: number): void {
  const { mode } = node.mastership;
  for (const { id } of node.mastership.roster.members) {
    if (id === node.id) continue;
    const before = steering.sights.get(id) ?? {};
    const deadSinceMs = steering.gone.get(id)?.sinceMs;
    const match = mode.is === 'mastering' ? mode.progress.get(id)?.match : undefined;
    const isCaughtUp = match !== undefined && match >= node.mastership.confirmed;
    const caughtUpSinceMs = isCaughtUp ? (before.caughtUpSinceMs ?? nowMs) : undefined;
    if (before.deadSinceMs === deadSinceMs && before.caughtUpSinceMs === caughtUpSinceMs) continue;
    const { deadSinceMs: _, caughtUpSinceMs: __, ...rest } = before;
    steering.sights.set(id, {
      ...rest,
      ...(deadSinceMs !== undefined && { deadSinceMs }),
      ...(caughtUpSinceMs !== undefined && { caughtUpSinceMs }),
    });
  }
}

/** The roster has changed: whoever is new is watched and told, whoever is out is not any more. */
export function rosterConfirmed(node: PoolNode, former: Roster, nowMs: number): void {
  const { steering } = node;
  if (!steering) return;
  const roster = rosterOf(node);
  for (const { id } of roster.members) {
    const known = memberOf(former, id);
    if (id === node.id || known?.identity === memberOf(roster, id)?.identity) continue;
    outboxOf(steering, id);
    steering.gone.delete(id);
    judge(node, [id], nowMs);
    toDetection(node, { is: 'joined', member: id, by: connectionsTo(node, id) }, nowMs);
    send(node, id, { is: 'roster', term: steering.term, roster });
    steering.joins.delete(id);
  }
  for (const { id } of former.members) {
    if (memberOf(roster, id)) continue;
    toDetection(node, { is: 'left', member: id }, nowMs);
    dropOutbox(steering, id);
    steering.speakers.delete(id);
    steering.sights.delete(id);
    const hasLeft = steering.left.delete(id);
    if (hasLeft || !steering.gone.has(id))
      steering.gone.set(id, { why: hasLeft ? 'has shut down' : 'is no member of the pool', sinceMs: nowMs });
    judge(node, [id], nowMs);
    send(node, id, { is: 'roster', term: steering.term, roster });
  }
}

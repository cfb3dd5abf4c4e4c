/** The one door of a member: an input at a time in, effects out. */

import { wakeAtMs as detectionWakeAtMs } from '../detection/step.js';
import { wakeAtMs as holdingWakeAtMs } from '../holding/step.js';
import { tipOf } from '../mastership/durable.js';
import { foundingWakeAtMs } from '../membership/founding.js';
import { beatIfDue, beatSoon } from './beats.js';
import { compactIfDue } from './compact.js';
import { send, toDetection, toHolding, toMastership } from './emit.js';
import { met, noteStage, toFounding } from './founding.js';
import { heed } from './heed.js';
import { take } from './inbox.js';
import { nameOf } from './name.js';
import { acts, type OwnOffer, type PoolNode } from './pool-node.js';
import { goOnIfDue, heldUp, notice, takeHome } from './standstill.js';
import type { NodeEffect, NodeInput } from './state.js';
import { beginSteering, endSteering, followsAssignment } from './steering/begin.js';
import { placementOf } from './steering/placement.js';
import { delegate } from './steering/plan.js';
import { forget, recover, suspect } from './steering/requests.js';
import { judge } from './steering/standing.js';
import { steer } from './steering/steer.js';

/**
 * Takes one input. The state belongs to this function and is changed in place.
 * @param nowMs The member's monotonic clock; never goes back.
 */
export function stepPoolNode(node: PoolNode, input: NodeInput, nowMs: number): NodeEffect[] {
  node.out = [];
  notice(node, nowMs);
  loseAuthority(node, nowMs);
  takeInput(node, input, nowMs);
  heed(node, nowMs);
  turn(node, nowMs);
  heed(node, nowMs);
  return node.out;
}

/** When the next `tick` is due; to be asked after every step. */
export function wakeAtMs(node: PoolNode): number {
  const { machines, mastership, detection, holding, founding, nextBeatMs, holdUntilMs, steering } = node;
  return Math.min(
    machines.mastership.wakeAtMs(mastership),
    detectionWakeAtMs(detection),
    holdingWakeAtMs(holding),
    foundingWakeAtMs(founding),
    nextBeatMs,
    holdUntilMs ?? Number.POSITIVE_INFINITY,
    steering ? Math.min(steering.planAtMs, steering.lookAtMs) : Number.POSITIVE_INFINITY,
  );
}

function takeInput(node: PoolNode, input: NodeInput, nowMs: number): void {
  switch (input.is) {
    case 'tick':
      tick(node, nowMs);
      return;
    case 'message':
      take(node, input.envelope, nowMs);
      return;
    case 'stored':
      toMastership(node, input, nowMs);
      return;
    case 'answer':
    case 'broken':
      toDetection(node, input, nowMs);
      return;
    case 'late':
      toDetection(node, input, nowMs);
      heldUp(node, nowMs);
      return;
    case 'askedFor': {
      const { asker, member, round, outcome, incarnation } = input;
      const known = incarnation === undefined ? {} : { incarnation };
      send(node, asker, { is: 'probed', member, round, outcome, ...known });
      return;
    }
    case 'offer':
      offers(node, input, nowMs);
      return;
    case 'met':
      met(node, input.member);
      return;
    case 'works':
      node.heartbeat = input.heartbeat;
      return;
    case 'bundle':
      toHolding(node, input, nowMs);
      return;
    case 'wants':
      node.wants = input.wants;
      if (node.steering) judge(node, [node.id], nowMs);
      beatSoon(node, nowMs);
      return;
    case 'leave':
      node.leaves = true;
      toMastership(node, { is: 'yield' }, nowMs);
      node.nextBeatMs = nowMs;
      return;
    case 'delegate':
      delegate(node, input, nowMs);
      return;
    case 'suspect':
      suspect(node, input.member, input.successor, nowMs);
      return;
    case 'forget':
      forget(node, input.manager, nowMs);
      return;
    case 'recover':
      recover(node, input.without, nowMs);
      return;
  }
}

function tick(node: PoolNode, nowMs: number): void {
  if (nowMs >= node.machines.mastership.wakeAtMs(node.mastership)) toMastership(node, { is: 'tick' }, nowMs);
  if (nowMs >= detectionWakeAtMs(node.detection)) toDetection(node, { is: 'tick' }, nowMs);
  if (nowMs >= holdingWakeAtMs(node.holding)) toHolding(node, { is: 'tick' }, nowMs);
  if (nowMs >= foundingWakeAtMs(node.founding)) toFounding(node, { is: 'tick' }, nowMs);
  goOnIfDue(node, nowMs);
}

/** Looked at before an input as well: whoever stood still may hear a message before its clock tells it. */
function loseAuthority(node: PoolNode, nowMs: number): void {
  const { steering, mastership } = node;
  if (steering && (!acts(node, nowMs) || steering.term !== mastership.durable.term)) endSteering(node, nowMs);
}

/** What follows from any input: to begin or end to act as master, and what is due. */
function turn(node: PoolNode, nowMs: number): void {
  loseAuthority(node, nowMs);
  // Whoever lost its lease for a moment may have decided something that is not confirmed yet.
  const isUpToDate = tipOf(node.mastership.durable).index <= node.applied;
  if (acts(node, nowMs) && !node.steering && isUpToDate) beginSteering(node, nowMs);
  heed(node, nowMs);
  noteStage(node, nowMs);
  beatIfDue(node, nowMs);
  heed(node, nowMs);
  if (node.steering) steer(node, nowMs);
  heed(node, nowMs);
  // Whoever may have to go on as master at once has it made ahead, while it is small: it follows from then on.
  if (!node.steering && node.inventory.elements.size > 0 && followsAssignment(node)) placementOf(node, nowMs);
  compactIfDue(node, nowMs);
}

type Offered = Extract<NodeInput, { is: 'offer' }>;

/** What this manager is and lists; what is at home here is polled until the pool says otherwise. */
function offers(node: PoolNode, { manager, elements, costs = [] }: Offered, nowMs: number): void {
  const former = node.offer;
  // After a restart the roster on disk may be all that says how the others are reached.
  if (!former) node.out.push({ is: 'knows', addresses: node.roster.members.flatMap(({ address }) => address ?? []) });
  const listed = new Set(elements.map(({ name }) => name));
  for (const { name } of former?.elements ?? [])
    if (!listed.has(name)) {
      node.atHome.delete(name);
      toHolding(node, { is: 'removed', element: name }, nowMs);
    }
  const measured = costs.length > 0 ? { costs } : {};
  const offered: OwnOffer = {
    manager,
    elements,
    ...measured,
    offered: nameOf(manager, elements, ...Object.values(measured)),
  };
  node.offer = offered;
  if (former?.offered !== offered.offered) node.nextBeatMs = Math.min(node.nextBeatMs, nowMs);
  if (manager.capacity <= 0) return;
  // Who was in a pool before may have been taken over from: it asks first (see `standstill.ts`).
  for (const { name, pool } of elements) if (!pool) node.atHome.add(name);
  if (node.asksFirstUntilMs === undefined) takeHome(node, nowMs);
}

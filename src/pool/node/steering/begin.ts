/** A master begins to act: it knows the inventory, and finds out who lives. */

import { mistrust } from '../../assignment/settling.js';
import { reliefOf } from '../../detection/step.js';
import { goesAlone, memberOf, voters } from '../../member.js';
import { follows } from '../beats.js';
import { send, tell, toDetection } from '../emit.js';
import { connectionsTo, isGoneNow } from '../findings.js';
import { heartbeatOf, type PoolNode, rosterOf } from '../pool-node.js';
import { giveAnew } from './anew.js';
import { dropOutbox, outboxOf } from './orders.js';
import { placementOf } from './placement.js';
import { plan } from './plan.js';
import { judge } from './standing.js';
import type { Steering } from './state.js';

/** A pool that knows no elements yet waits for all its members to say what they are and list, or so long. */
const GATHER_HEARTBEATS = 3;

export function beginSteering(node: PoolNode, nowMs: number): void {
  const { term } = node.mastership.durable;
  const steering: Steering = {
    term,
    sinceMs: nowMs,
    outboxes: new Map(),
    toldFrom: 0,
    sequence: node.ordersSent.term === term ? node.ordersSent.sequence : 0,
    speakers: new Map(),
    joins: new Map(),
    left: new Set(),
    sights: new Map(),
    offers: new Map(),
    gone: new Map(),
    relieved: new Map(),
    successors: new Map(),
    managers: new Map(),
    elements: new Map(),
    listing: new Map(),
    drafts: new Map(),
    decided: 0,
    settling: new Map(),
    tickets: [],
    decidedMs: new Map(),
    news: [],
    shrinks: undefined,
    planAtMs: nowMs,
    gatherUntilMs: node.inventory.elements.size === 0 ? nowMs + GATHER_HEARTBEATS * heartbeatOf(node) : nowMs,
    gathered: new Map(),
    lookAtMs: nowMs,
  };
  node.steering = steering;
  const placement = placementOf(node, nowMs);
  placement.authority = { term, giver: node.id };
  if (goesAlone(node.mastership.roster)) giveAnew(node, steering, placement, nowMs);
  mistrust(placement, placement.managers.keys());
  for (const { id, why, standing } of node.inventory.managers.values())
    if (standing === 'gone' || !memberOf(rosterOf(node), id))
      steering.gone.set(id, { why: why ?? 'is no member of the pool', sinceMs: nowMs });
  for (const { id } of rosterOf(node).members) {
    outboxOf(steering, id);
    if (id === node.id) continue;
    toDetection(node, { is: 'joined', member: id, by: connectionsTo(node, id) }, nowMs);
    const finding = isGoneNow(node, id);
    if (finding) steering.gone.set(id, { why: finding, sinceMs: nowMs });
    // Most likely of the former master, whom this member has watched.
    const relief = reliefOf(node.detection, id);
    if (relief && (relief.all || relief.parts.length > 0))
      steering.relieved.set(id, { all: relief.all ? 'could not work' : undefined, parts: new Set(relief.parts) });
    greet(node, id);
  }
  steering.gone.delete(node.id);
  follows(node, node.id, term, nowMs);
  judge(node, [node.id, ...steering.gone.keys(), ...steering.relieved.keys()], nowMs);
  plan(node, {}, nowMs);
}

/** So that whoever is no voter hears at once who leads. */
function greet(node: PoolNode, id: string): void {
  const { term } = node.mastership.durable;
  const { version } = rosterOf(node);
  send(node, id, { is: 'beaten', term, heartbeat: node.heartbeat, roster: version, wantsOffer: false, inOrder: false });
}

/** It does not act any more: what was planned and not confirmed is to be forgotten. */
export function endSteering(node: PoolNode, nowMs: number): void {
  const { steering } = node;
  if (!steering) return;
  node.steering = undefined;
  toDetection(node, { is: 'rests' }, nowMs);
  if (steering.decided > node.applied) node.placement = undefined;
  for (const id of [...steering.outboxes.keys()]) dropOutbox(steering, id);
  node.ordersSent = { term: steering.term, sequence: steering.sequence };
  for (const { ticket } of steering.tickets)
    node.out.push({
      is: 'delegated',
      ticket,
      moved: [],
      refused: [{ element: '', reason: 'this manager is no longer master' }],
    });
  for (const { id } of rosterOf(node).members)
    if (id === node.id || id !== node.lead?.id) toDetection(node, { is: 'left', member: id }, nowMs);
  if (node.lead?.id !== node.id) return;
  // Whoever is master now may not have heard of this member, and has to.
  node.lead = undefined;
  node.nextBeatMs = nowMs;
  tell(node, { is: 'master', master: undefined, term: steering.term });
}

/** Whether this member may have to go on as master at once. */
export const followsAssignment = (node: PoolNode): boolean =>
  voters(rosterOf(node)).some(({ id, stands }) => id === node.id && stands);

export const lookEveryMs = (node: PoolNode): number => heartbeatOf(node) / 2;

/**
 * A manager that stood still, or has just started, may have been taken over from: it asks before it polls, and not for
 * long. To poll twice is allowed, to miss a poll is not (SPEC 6, "Clocks").
 */
import { homeEpoch } from '../../model/manager.js';
import { emit, toHolding } from './emit.js';
import { acts, heartbeatOf, isMember, type PoolNode } from './pool-node.js';

/** Compares the clock with the last input: ticks come at least every heartbeat. */
export function notice(node: PoolNode, nowMs: number): void {
  const stoodMs = nowMs - node.lastMs;
  node.lastMs = nowMs;
  const heartbeatMs = heartbeatOf(node);
  // Between two ticks lies up to one heartbeat anyway.
  if (stoodMs > 2 * heartbeatMs && isMember(node)) hold(node, nowMs);
}

/** Polls came so late that polling waits for word; whoever can ask nobody, or decides itself, goes on at once. */
export function heldUp(node: PoolNode, nowMs: number): void {
  hold(node, nowMs);
  if (!isMember(node) || acts(node, nowMs)) goOn(node, nowMs);
}

function hold(node: PoolNode, nowMs: number): void {
  const heartbeatMs = heartbeatOf(node);
  node.holdUntilMs = nowMs + heartbeatMs;
  node.nextBeatMs = nowMs;
  node.ledMs = Math.max(node.ledMs, nowMs - heartbeatMs);
  emit(node, { is: 'hold' });
}

/** The master has said what this member holds, or that it is right about it. */
export function goOn(node: PoolNode, nowMs: number): void {
  if (node.holdUntilMs !== undefined) {
    node.holdUntilMs = undefined;
    emit(node, { is: 'goOn' });
  }
  if (node.asksFirstUntilMs !== undefined) {
    node.asksFirstUntilMs = undefined;
    takeHome(node, nowMs);
  }
}

/** Nobody has said anything in time. */
export function goOnIfDue(node: PoolNode, nowMs: number): void {
  const isDue = [node.holdUntilMs, node.asksFirstUntilMs].some((untilMs) => untilMs !== undefined && nowMs >= untilMs);
  if (isDue) goOn(node, nowMs);
}

/** What is at home here, and about which the master has said nothing else. */
export function takeHome(node: PoolNode, nowMs: number): void {
  for (const element of node.atHome) {
    if (node.holding.held.has(element)) continue;
    toHolding(node, { is: 'atHome', element, epoch: homeEpoch(node.id) }, nowMs);
  }
  node.atHome.clear();
}

/** What the acting master does whenever it is its turn. */
import { acts, type PoolNode } from '../pool-node.js';
import { lookEveryMs } from './begin.js';
import { lookAtRoster } from './members.js';
import { decideGathered } from './offers.js';
import { sendOrders } from './orders.js';
import { plan } from './plan.js';

export function steer(node: PoolNode, nowMs: number): void {
  const { steering } = node;
  if (!steering || !acts(node, nowMs)) return;
  if (nowMs >= steering.gatherUntilMs) decideGathered(node, nowMs);
  if (nowMs >= steering.planAtMs) plan(node, {}, nowMs);
  if (nowMs < steering.lookAtMs) return;
  steering.lookAtMs = nowMs + lookEveryMs(node);
  lookAtRoster(node, nowMs);
  sendOrders(node, nowMs);
}

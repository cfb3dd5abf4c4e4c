/** What a member finds out about others. The acting master draws conclusions; the others only know whom they can trust. */

import type { Connection, Effect as DetectionEffect } from '../detection/state.js';
import { isGone } from '../detection/state.js';
import { findingOf } from '../detection/step.js';
import { type MemberId, memberOf } from '../member.js';
import { tell } from './emit.js';
import { type PoolNode, rosterOf } from './pool-node.js';
import { foundByMaster } from './steering/standing.js';

type Found = Exclude<DetectionEffect, { readonly is: 'ask' | 'askThrough' }>;

export function found(node: PoolNode, effect: Found, nowMs: number): void {
  if (effect.is === 'finding' && effect.member !== node.id) {
    const { member, finding, why, afterMs } = effect;
    tell(node, { is: 'found', member, finding, why, afterMs });
  }
  foundByMaster(node, effect, nowMs);
}

export function connectionsTo(node: PoolNode, id: MemberId): Connection[] {
  const address = memberOf(rosterOf(node), id)?.address ?? node.inventory.managers.get(id)?.address;
  return address?.socket ? ['http', 'socket'] : ['http'];
}

/** In one word, when this member has found another to be gone. */
export function isGoneNow(node: PoolNode, id: MemberId): string | undefined {
  const watched = node.detection.members.get(id);
  return watched && isGone(watched) ? findingOf(node.detection, id)?.is : undefined;
}

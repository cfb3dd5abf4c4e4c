/** What people ask of the master. */

import { snapshotOf } from '../../inventory/inventory.js';
import type { MemberId } from '../../member.js';
import { memberOf } from '../../member.js';
import { recoverRoster } from '../../membership/recover.js';
import { toDetection, toMastership } from '../emit.js';
import { type PoolNode, rosterOf } from '../pool-node.js';
import { managerRecord, plan } from './plan.js';

/** Somebody says that a manager has failed: that is asked for at once, and believed only when it is found. */
export function suspect(node: PoolNode, member: MemberId, successor: MemberId | undefined, nowMs: number): void {
  if (!node.steering || member === node.id || !memberOf(rosterOf(node), member)) return;
  if (successor === undefined) node.steering.successors.delete(member);
  else node.steering.successors.set(member, successor);
  const record = managerRecord(node, member);
  if (successor !== undefined && record) plan(node, { managers: [record] }, nowMs);
  toDetection(node, { is: 'broken', member, how: 'end' }, nowMs);
}

/** Gone for good: what only it listed goes with it. */
export function forget(node: PoolNode, id: MemberId, nowMs: number): void {
  if (!node.steering || managerRecord(node, id)?.standing !== 'gone') return;
  const names = [...(node.lists.get(id) ?? [])];
  const listed = names.flatMap((name) => node.inventory.elements.get(name) ?? []);
  const rest = listed.map((one) => ({ ...one, listedBy: one.listedBy.filter((other) => other !== id) }));
  const elements = rest.filter(({ listedBy }) => listedBy.length > 0);
  const removed = rest.flatMap(({ name, listedBy }) => (listedBy.length > 0 ? [] : [name]));
  plan(node, { elements, removed, forgotten: [id] }, nowMs);
}

/** Goes on without members that are lost for good. @throws PtpError `Client.Conflict` where that cannot be. */
export function recover(node: PoolNode, without: readonly MemberId[], nowMs: number): void {
  const roster = recoverRoster(rosterOf(node), without, node.id);
  toMastership(node, { is: 'recover', roster, inventory: snapshotOf(node.inventory) }, nowMs);
}

/** When managers went away and came back, and when they may be given elements again. */
import { DAMPING, departed, returnNotBeforeMs } from '../assignment/damping.js';
import type { ManagerRecord } from '../inventory/inventory.js';
import type { MemberId } from '../member.js';
import type { PoolNode } from './pool-node.js';

/** A manager that goes away often is given its elements back later each time. Told by what is decided while it runs. */
export function noteStanding(
  node: PoolNode,
  before: ManagerRecord | undefined,
  after: ManagerRecord,
  nowMs: number,
): void {
  const { id } = after;
  if (before && before.standing !== 'gone' && after.standing === 'gone') {
    const orderly = before.standing === 'leaving';
    node.departures.set(id, departed(node.departures.get(id) ?? [], { atMs: nowMs, orderly }));
    node.backMs.delete(id);
  } else if (before?.standing === 'gone' && after.standing !== 'gone') node.backMs.set(id, nowMs);
}

export function forgetStanding({ departures, backMs }: PoolNode, id: MemberId): void {
  departures.delete(id);
  backMs.delete(id);
}

/** When a manager may be given elements again; undefined when it was never away. */
export function returnsMs(node: PoolNode, id: MemberId): number | undefined {
  const backMs = node.backMs.get(id);
  return backMs === undefined ? undefined : returnNotBeforeMs(node.departures.get(id) ?? [], backMs, DAMPING);
}

/** A roster that is confirmed: who belongs, and at which pace. */
import { type MemberId, memberOf, type Roster } from '../member.js';
import { emit, tell, toDetection, toHolding } from './emit.js';
import { connectionsTo } from './findings.js';
import { isMember, type PoolNode } from './pool-node.js';
import { rosterConfirmed } from './steering/members.js';

export function takeRoster(node: PoolNode, roster: Roster, nowMs: number): void {
  const former = node.roster;
  const isOther = former.pool !== roster.pool;
  if (!isOther && roster.version <= former.version) return;
  node.roster = roster;
  for (const { id } of roster.members) if (isOther || !memberOf(former, id)) tell(node, { is: 'joined', member: id });
  for (const { id } of former.members) {
    if (memberOf(roster, id)) continue;
    node.incarnations.delete(id);
    if (!isOther) tell(node, { is: 'dropped', member: id, why: '' });
  }
  for (const { id, identity } of roster.members) {
    const known = memberOf(former, id);
    // Dropped and admitted again, it may have been watched all the while.
    const isAnother = known ? known.identity !== identity : id !== node.id;
    if (isAnother && node.detection.members.has(id)) watchAnew(node, id, nowMs);
  }
  emit(node, { is: 'knows', addresses: roster.members.flatMap(({ address }) => address ?? []) });
  if (roster.heartbeatMs !== node.detection.heartbeatMs) {
    const { heartbeatMs } = roster;
    toDetection(node, { is: 'paced', heartbeatMs }, nowMs);
    toHolding(node, { is: 'paced', heartbeatMs }, nowMs);
  }
  rosterConfirmed(node, former, nowMs);
  if (isMember(node)) node.joining = undefined;
  else if (!isOther && !node.leaves) node.joining ??= asked(node, roster, nowMs);
}

/** It has come back with another disk, whose starts count from anew: by those of the former one it would be a late echo. */
function watchAnew(node: PoolNode, id: MemberId, nowMs: number): void {
  toDetection(node, { is: 'left', member: id }, nowMs);
  toDetection(node, { is: 'joined', member: id, by: connectionsTo(node, id) }, nowMs);
}

/** It is out, by decisions that it has kept itself: nobody else may tell it. */
function asked({ id, lead }: PoolNode, { pool, members }: Roster, nowMs: number): PoolNode['joining'] {
  const via = lead?.id ?? members.find(({ id: other, voter }) => voter && other !== id)?.id;
  return via === undefined ? undefined : { pool, via, master: lead?.id, nextMs: nowMs };
}

/**
 * A vote is taken away only once those that are left have shown that they still have theirs.
 *
 * Of three voters one may leave in order while another has just lost its disk, and the master has heard of neither when
 * the first asks it to: as soon as it has written down that two are left, each of the two is needed for ever. So it waits
 * for promises of its lease that were asked for after it wanted to, from members that are not questioned since.
 */
import { isQuestioned } from '../../detection/step.js';
import { type MemberId, majorityOf, type Roster, voters } from '../../member.js';
import type { RosterChange } from '../../membership/roster-policy.js';
import type { PoolNode } from '../pool-node.js';
import type { Steering } from './state.js';

/** @param change What the master would decide now; undefined for nothing. */
export function isProven(node: PoolNode, steering: Steering, change: RosterChange | undefined, nowMs: number): boolean {
  const { mode, roster } = node.mastership;
  if (!change || !takesVote(roster, change.roster) || mode.is !== 'mastering') {
    steering.shrinks = undefined;
    return true;
  }
  const name = `${change.is} ${change.member}`;
  if (steering.shrinks?.name !== name) steering.shrinks = { name, sinceMs: nowMs };
  const { sinceMs } = steering.shrinks;
  const proven = new Set([node.id]);
  for (const { sentMs, by } of mode.renewals.values()) if (sentMs >= sinceMs) for (const id of by) proven.add(id);
  const isThere = (id: MemberId) => proven.has(id) && !steering.left.has(id) && !isQuestioned(node.detection, id);
  const count = voters(change.roster).filter(({ id }) => isThere(id)).length;
  return count >= majorityOf(change.roster);
}

const takesVote = (former: Roster, next: Roster): boolean => voters(next).length < voters(former).length;

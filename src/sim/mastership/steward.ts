/**
 * What an acting master does about its roster: notes new starts of members, drops those whose disk is not what the
 * roster means, admits whoever is there. It knows at once what announcements would tell it.
 */
import { descends, type Member, memberOf, type Roster, voters } from '../../pool/member.js';
import type { Fault } from '../faults.js';
import { idOf } from '../ids.js';
import type { Node } from './node.js';

/** At most so many voters (SPEC 6). */
const MOST_VOTERS = 7;

/** What somebody wants of the roster, until the next master has seen to it. */
export type RosterWish = (roster: Roster) => Roster | undefined;

export function rosterWish(wanted: Fault): RosterWish | undefined {
  switch (wanted.is) {
    case 'new heartbeat': {
      const { heartbeatMs } = wanted;
      return (roster) =>
        roster.heartbeatMs === heartbeatMs ? undefined : { ...roster, version: roster.version + 1, heartbeatMs };
    }
    case 'new priority':
      return (roster) => {
        const member = memberOf(roster, idOf(wanted.node));
        return member && withMember(roster, { ...member, priority: wanted.priority });
      };
    case 'member dropped':
      return (roster) => {
        const member = memberOf(roster, idOf(wanted.node));
        return member && (!member.voter || voters(roster).length > 3) ? without(roster, member.id) : undefined;
      };
    default:
      return undefined;
  }
}

export interface Reach {
  readonly nodes: readonly Node[];
  /** Whether two members hear each other. */
  readonly isOpen: (a: Node, b: Node) => boolean;
}

/** The next roster that a master should decide, or undefined when all is as it should be. */
export function nextRoster(master: Node, { nodes, isOpen }: Reach, wishes: RosterWish[]): Roster | undefined {
  const roster = master.mastership?.roster;
  if (!roster) return undefined;
  const inReach = nodes.filter((node) => node.isUp && !node.isStopped && (node === master || isOpen(master, node)));
  for (const node of inReach) {
    const member = memberOf(roster, node.id);
    if (!member) continue;
    const { incarnation } = node.durable;
    if (!descends(node.durable, member)) return without(roster, node.id);
    if (incarnation > member.incarnation) return withMember(roster, { ...member, incarnation });
  }
  for (let wish = wishes.shift(); wish; wish = wishes.shift()) {
    const wanted = wish(roster);
    if (wanted) return wanted;
  }
  // An old disk comes back as another manager only.
  const comer = inReach.find((node) => !memberOf(roster, node.id) && !node.outdated);
  const mayVote = voters(roster).length < MOST_VOTERS;
  if (comer) return withMember(roster, admitted(comer, mayVote));
  const waiting = inReach.find((node) => mayVote && memberOf(roster, node.id)?.voter === false);
  return waiting && withMember(roster, admitted(waiting, true));
}

function admitted({ id, durable, stands }: Node, voter: boolean): Member {
  const { identity, incarnation } = durable;
  return { id, identity, incarnation, role: stands ? 'EM' : 'EIM', voter, stands, priority: 0 };
}

export const without = (roster: Roster, id: string): Roster => ({
  ...roster,
  version: roster.version + 1,
  members: roster.members.filter((member) => member.id !== id),
});

export const withMember = (roster: Roster, member: Member): Roster => ({
  ...roster,
  version: roster.version + 1,
  members: [...roster.members.filter(({ id }) => id !== member.id), member].sort((a, b) => (a.id < b.id ? -1 : 1)),
});

/** Who belongs to a pool, and who of them counts how much. */
import type { ManagerAddress, ManagerRole } from '../model/manager.js';

export type MemberId = string;

/** A manager as the roster has it. */
export interface Member {
  readonly id: MemberId;
  /** Of its data directory: another one under the same id is another manager. */
  readonly identity: string;
  /** The start that the master has noted last. A disk that does not remember it is an older copy: see {@link descends}. */
  readonly incarnation: number;
  readonly role: ManagerRole;
  /** Keeps decisions and votes. */
  readonly voter: boolean;
  /** May become master. An EIM only when it is configured to. */
  readonly stands: boolean;
  readonly priority: number;
  /** Voters are spread over sites. */
  readonly site?: string;
  /** How the others reach it. */
  readonly address?: ManagerAddress;
}

/**
 * The members of a pool as its voters have agreed on them. Changed one member at a time, so that the majorities before
 * and after a change always share a voter.
 */
export interface Roster {
  readonly pool: string;
  /** Rises with every change. */
  readonly version: number;
  /** Sorted by id. */
  readonly members: readonly Member[];
  /** As a master has told it: who has this on disk is in a pool that has agreed on something. */
  readonly settled?: boolean;
  /** Milliseconds; belongs to the pool, so that all count alike. */
  readonly heartbeatMs: number;
  /**
   * `none`: either of two managers without a witness goes on alone, see {@link majorityOf}. Default `majority`. Without
   * effect from three members on.
   */
  readonly quorum?: 'majority' | 'none';
}

export function voters(roster: Roster): readonly Member[] {
  const known = votersOf.get(roster);
  if (known) return known;
  const found = roster.members.filter(({ voter }) => voter);
  votersOf.set(roster, found);
  return found;
}

/** Asked for with every message, and the same for as long as the roster is. */
const votersOf = new WeakMap<Roster, readonly Member[]>();

/** How many voters have to agree: more than half of them, or any one of two that have given up on that. */
export const majorityOf = (roster: Roster): number =>
  goesAlone(roster) ? 1 : Math.floor(voters(roster).length / 2) + 1;

/** Whether either of two goes on without the other: then there may be two masters as long as they are apart. */
export const goesAlone = ({ quorum, members }: Pick<Roster, 'quorum' | 'members'>): boolean =>
  quorum === 'none' && members.length <= 2;

/** A start of a member, as its disk has it. */
export interface Start {
  readonly identity: string;
  /** Rises with every start, by a step that is drawn: two starts from copies of one disk are not taken for each other. */
  readonly incarnation: number;
  /** Its earlier ones, ascending: at least those since the last that is confirmed in its own base. */
  readonly starts: readonly number[];
}

/**
 * Whether a start goes on from the one that the roster means: the same disk, with all that it has said since. The
 * number alone does not tell: an older copy gets past it by starting more often.
 */
export const descends = (
  { identity, incarnation, starts }: Start,
  member: Pick<Member, 'identity' | 'incarnation'>,
): boolean =>
  identity === member.identity && (incarnation === member.incarnation || starts.includes(member.incarnation));

/** More questions than a process ever asks, and starts whose questions are told apart. */
const ROUNDS_A_START = 2 ** 24;
const STARTS_APART = 2 ** 28;

/** Questions are numbered from another number at every start: an answer that was meant for a former one is not taken. */
export const firstRoundOf = (incarnation: number): number => (incarnation % STARTS_APART) * ROUNDS_A_START;

/** Whether at most one voter is another: so much may be changed at once. */
export function isOneStep(former: Roster, next: Roster): boolean {
  const names = (roster: Roster) => new Set(voters(roster).map(({ id, identity }) => `${identity} ${id}`));
  const [before, after] = [names(former), names(next)];
  const gone = [...before].filter((name) => !after.has(name)).length;
  const come = [...after].filter((name) => !before.has(name)).length;
  return gone + come <= 1;
}

export function memberOf(roster: Roster, id: MemberId): Member | undefined {
  let known = membersOf.get(roster);
  if (!known) {
    known = new Map(roster.members.map((member) => [member.id, member]));
    membersOf.set(roster, known);
  }
  return known.get(id);
}

/** With every message as well, and there may be a thousand. */
const membersOf = new WeakMap<Roster, ReadonlyMap<MemberId, Member>>();

/**
 * How much a candidate is worth, higher first: priority, then whether it was a master that was stopped in order, then
 * uptime, IP, MAC, id (SPEC 6). A candidate fixes its rank at the start of an election and sends it; nobody recomputes it.
 */
export interface Rank {
  readonly priority: number;
  readonly wasMaster: boolean;
  readonly uptimeMs: number;
  readonly ip: string;
  readonly mac: string;
  readonly id: MemberId;
}

/** Above zero when `a` ranks higher. Never zero for different ids. */
export function compareRanks(a: Rank, b: Rank): number {
  return (
    a.priority - b.priority ||
    Number(a.wasMaster) - Number(b.wasMaster) ||
    a.uptimeMs - b.uptimeMs ||
    compareText(a.ip, b.ip) ||
    compareText(a.mac, b.mac) ||
    compareText(a.id, b.id)
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

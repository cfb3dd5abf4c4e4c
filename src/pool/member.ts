/** Who belongs to a pool, and who of them counts how much. */
import type { ManagerRole } from '../model/manager.js';

export type MemberId = string;

/** A manager as the roster has it. */
export interface Member {
  readonly id: MemberId;
  /** Of its data directory: another one under the same id is another manager. */
  readonly identity: string;
  /** When it was admitted; whoever comes with a lower one has an old disk. */
  readonly incarnation: number;
  readonly role: ManagerRole;
  /** Keeps decisions and votes. */
  readonly voter: boolean;
  /** May become master. An EIM only when it is configured to. */
  readonly stands: boolean;
  readonly priority: number;
  /** Voters are spread over sites. */
  readonly site?: string;
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
  /** Milliseconds; belongs to the pool, so that all count alike. */
  readonly heartbeatMs: number;
}

export const voters = (roster: Roster): readonly Member[] => roster.members.filter(({ voter }) => voter);

/** How many voters are more than half of them. */
export const majorityOf = (roster: Roster): number => Math.floor(voters(roster).length / 2) + 1;

export const memberOf = (roster: Roster, id: MemberId): Member | undefined =>
  roster.members.find((member) => member.id === id);

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

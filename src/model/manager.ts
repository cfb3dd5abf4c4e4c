/** Managers: who they are and where they are reached. */

export const MANAGER_ROLES = ['EM', 'EIM'] as const;
export type ManagerRole = (typeof MANAGER_ROLES)[number];

export const MANAGER_STATES = ['starting', 'running', 'paused', 'draining', 'stopped'] as const;
export type ManagerState = (typeof MANAGER_STATES)[number];

/** Whether a manager was found where it should be. `unknown`: not asked yet. */
export const REACHES = ['unknown', 'alive', 'unreachable', 'refused'] as const;
export type Reach = (typeof REACHES)[number];

/** Ownership of an element: compared by term, then number, then giver; newer beats older. */
export interface Epoch {
  readonly term: number;
  readonly number: number;
  readonly giver: string;
}

/** The epoch of an element that its own home polls because nobody has ever given it away. */
export const homeEpoch = (manager: string): Epoch => ({ term: 0, number: 0, giver: manager });

export function compareEpochs(a: Epoch, b: Epoch): number {
  return a.term - b.term || a.number - b.number || (a.giver < b.giver ? -1 : a.giver > b.giver ? 1 : 0);
}

/** `term.number.giver`, as it stands in messages. */
export const formatEpoch = (epoch: Epoch): string => `${epoch.term}.${epoch.number}.${epoch.giver}`;

export function parseEpoch(text: string): Epoch | undefined {
  const match = /^(\d{1,15})\.(\d{1,15})\.(.+)$/s.exec(text);
  return match?.[3] ? { term: Number(match[1]), number: Number(match[2]), giver: match[3] } : undefined;
}

/** Where a manager's HTTP server and, if it has one, its socket server are reached by others. */
export interface ManagerAddress {
  readonly id: string;
  readonly name?: string;
  readonly role: ManagerRole;
  /** Origin without a trailing slash, such as `http://em1.example:8080`. */
  readonly origin: string;
  /** Path below the origin without slashes at its ends, such as `ptpmgr/em`. */
  readonly context: string;
  readonly socket?: { readonly host: string; readonly port: number };
}

/** `http://em1.example:8080/ptpmgr/em`: what people open, and what `/soap` is appended to. */
export const managerUrl = (address: Pick<ManagerAddress, 'origin' | 'context'>): string =>
  `${address.origin}/${address.context}`;

/** Who somebody is, and what that lets them do. */
export const USER_ROLES = ['viewer', 'operator', 'admin'] as const;
export type UserRole = (typeof USER_ROLES)[number];

export const roleAtLeast = (role: UserRole, needed: UserRole): boolean =>
  USER_ROLES.indexOf(role) >= USER_ROLES.indexOf(needed);

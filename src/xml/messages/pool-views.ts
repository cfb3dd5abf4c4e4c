/** What people and applications are told of the pool: its members, who owns what and why, and every hand-over. */
import { boolean, decimal, id, int, list, oneOf, optional, record, string, time } from './fields.js';
import { poolRole, role } from './parts.js';

/** An epoch is `term.number.giver`. */
const epoch = id;

export const refusal = record('Refusal', { element: id, reason: string });
export const moved = record('Moved', { element: id, to: id });

/** Elements of one type that are reached by one method. */
export const need = record('Need', {
  /** Absent for elements without a type. */
  type: optional(string),
  method: id,
  count: int,
  /** Milliseconds of work per second that polling them takes. */
  cost: decimal,
});

/** A need that can be met; as it was asked. */
export const canTake = record('CanTake', { type: optional(string), method: id, count: int });

/** An element of a manager that is back. */
export const liveElement = record('LiveElement', {
  element: id,
  /** Who polls it now; absent when nobody does. */
  owner: optional(id),
  /** When it returns, as far as that is decided. */
  returns: optional(time),
});

export const confirmation = record('Confirmation', {
  element: id,
  done: boolean,
  /** Who owns it now. */
  owner: optional(id),
  /** Of that ownership. */
  epoch: optional(epoch),
  /** Why it is not done. */
  reason: optional(string),
});

export const candidates = record('Candidates', {
  element: id,
  /** The one with the most room first. */
  managers: list(record('Candidate', { id, spareCapacity: decimal })),
  /** Why there are none. */
  reason: optional(string),
});

export const poolMember = record('PoolMemberState', {
  id,
  role,
  voter: boolean,
  /** May become master. */
  stands: boolean,
  priority: decimal,
  site: optional(string),
  uri: optional(id),
  context: optional(string),
  standing: oneOf('PoolStanding', ['alive', 'keeping', 'leaving', 'gone', 'returning', 'unknown']),
  /** Why it is gone. */
  why: optional(string),
  /** Seconds until it is given its own back. */
  returnsIn: optional(decimal),
  incarnation: optional(int),
  load: optional(decimal),
  /** Poll cost per second of what it owns, and what it can carry. */
  cost: optional(decimal),
  capacity: optional(decimal),
  owns: int,
  standsInFor: int,
});

/** The pool as the manager that answers sees it. */
export const poolState = record('PoolState', {
  /** `alone`: wants no pool. `seeking`: none found yet. `joining`: not admitted yet. */
  standing: oneOf('PoolMembership', ['alone', 'seeking', 'joining', 'member']),
  role: poolRole,
  id: optional(id),
  name: optional(string),
  term: int,
  master: optional(id),
  /** Seconds. */
  heartbeat: decimal,
  rosterVersion: int,
  quorum: oneOf('QuorumRule', ['majority', 'none']),
  /** It hears no master: what it owns it goes on polling, and takes nothing over. */
  cutOff: boolean,
  members: list(poolMember),
});

export const assignment = record('Assignment', {
  element: id,
  owner: optional(id),
  standIn: optional(id),
  epoch: optional(epoch),
  /** Who polls it until the owner has taken over. */
  holder: optional(id),
  homes: list(id),
  delegatedTo: optional(id),
  /** Absent for a delegation without an end. */
  delegatedUntil: optional(time),
  /** Why it is where it is. */
  reason: optional(string),
  /** Why nobody polls it. */
  unwatched: optional(string),
});

export const handOver = record('HandOver', {
  /** When the new owner began. */
  time,
  element: id,
  from: optional(id),
  to: id,
  reason: string,
  epoch,
  /** Without the former owner's doing. */
  takeover: boolean,
  /** Of its polls that fell due meanwhile. */
  missed: int,
  doubled: int,
  seconds: decimal,
});

/** What the assignment has decided. */
import type { Epoch } from '../../model/manager.js';
import type { Delegation } from './given.js';

export interface Move {
  readonly element: string;
  /** Absent when nobody had it. */
  readonly from?: string;
  readonly to: string;
  /** For people: one clause, such as `em1 is gone (crashed); em2 stands in for it`. */
  readonly reason: string;
  /** Newer than any that was given before. */
  readonly epoch: Epoch;
  /** `from` is dead: it cannot confirm anything. */
  readonly takeover: boolean;
  /** What holds from now on; absent: it is not, or no longer, delegated. */
  readonly delegation?: Delegation;
}

export interface StandIn {
  readonly element: string;
  /** Absent when there is none able. */
  readonly standIn?: string;
}

/** Elements of which no living manager is able. */
export interface Unwatched {
  readonly element: string;
  readonly reason: string;
}

/** Moves that wait for their time. */
export interface Postponed {
  /** Whose turn has to come. */
  readonly manager: string;
  /** How many, at most. */
  readonly elements: number;
  readonly dueMs: number;
  readonly reason: string;
}

export interface Refusal {
  readonly element: string;
  readonly to?: string;
  readonly reason: string;
}

export interface Plan {
  readonly moves: readonly Move[];
  /** Those that are new. */
  readonly standIns: readonly StandIn[];
  /** Those that are unwatched since this plan. */
  readonly unwatched: readonly Unwatched[];
  /** Names of those that were unwatched and are watched again without a move, because their owner lives again. */
  readonly watchedAgain: readonly string[];
  /** Elements of a leaving manager that nobody is able to take, for now. */
  readonly stuck: readonly Refusal[];
  /** Delegations that were asked for and cannot be. They are forgotten; the elements stay. */
  readonly refused: readonly Refusal[];
  /** Delegations that hold from now on without a move in this plan; absent: it is over, and the owner keeps it. */
  readonly delegations: readonly { readonly element: string; readonly delegation?: Delegation }[];
  /** Elements that left the pool, with the one that has to stop polling them. */
  readonly dropped: readonly { readonly element: string; readonly owner?: string }[];
  readonly later: () => readonly Postponed[];
  /** When to plan again if nothing happens before; the same as now when the work was cut short. */
  readonly againMs: number | undefined;
  /** Elements that were looked at: the measure of this plan's work. */
  readonly looked: number;
}

/** What the assignment is told: elements, managers, who has what, and what has changed. Plain data, never kept in copies. */
import type { Epoch } from '../../model/manager.js';

/**
 * Away from home because somebody wanted it so. Over when it is recalled, when the one that has the element dies, when
 * `untilMs` has come, and, if it was because of load, when the home has room again.
 */
export interface Delegation {
  /** Absent in a request: a suitable manager is looked for. */
  readonly to?: string;
  readonly untilMs?: number;
  readonly because: 'person' | 'load';
}

/** Who has an element, and who stands in: what an inventory keeps of the assignment. */
export interface Ownership {
  readonly owner?: string;
  readonly standIn?: string;
  readonly epoch?: Epoch;
  readonly delegation?: Delegation;
  /** The owner has not said yet that it polls it: until then it stays where it is, or it would be nobody's. */
  readonly unsettled?: boolean;
}

export interface PoolElement {
  readonly name: string;
  /** Managers whose configuration lists it; none for a pool element. Of several the highest-ranked that lives owns it. */
  readonly homes: readonly string[];
  readonly type?: string;
  /** Access methods that an owner needs, all of them. */
  readonly methods: readonly string[];
  /** Measured poll cost per second, in the unit of the managers' capacity. */
  readonly cost: number;
  /** Only a home can serve it, such as a local file. */
  readonly stationary: boolean;
  /** Managers that are known to reach it. They come first among equals; the others are not excluded. */
  readonly reachedBy?: readonly string[];
}

/**
 * Whether a manager can be given work.
 *
 * `alive`: yes. `keeping`: keeps what it has, such as one that is paused with its elements. `leaving`: shuts down, its
 * elements are handed over. `gone`: dead, for now or for good. `returning`: lives again and is given nothing before the
 * time (see {@link returnNotBeforeMs}), unless nobody else can.
 */
export type Availability =
  | { readonly is: 'alive' }
  | { readonly is: 'keeping' }
  | { readonly is: 'leaving' }
  | {
      readonly is: 'gone';
      /** What was found, such as `crashed`. */
      readonly why?: string;
    }
  | { readonly is: 'returning'; readonly notBeforeMs: number };

export interface PoolManager {
  readonly id: string;
  readonly availability: Availability;
  /** Of two homes the higher-ranked owns; then the higher id. What does not change with a restart, such as priority. */
  readonly rank: number;
  /** Types of elements that it can take; absent for all. */
  readonly types?: readonly string[];
  /** Access methods that it polls by; absent for all. */
  readonly methods?: readonly string[];
  /** Access methods by which it reaches nothing now, though others do: also what is at home there goes elsewhere. */
  readonly relieved?: readonly string[];
  /** Poll cost per second that it can carry. One with 0 is given nothing. */
  readonly capacity: number;
  /** Managers that have agreed to take over from it; without types, or with none, for all. */
  readonly failover: readonly { readonly id: string; readonly types?: readonly string[] }[];
}

/** What has happened since the last plan. An empty one: time has passed. */
export interface Change {
  /** New ones, and those of which anything is different. */
  readonly managers?: readonly PoolManager[];
  /** New ones, and those of which anything is different. */
  readonly elements?: readonly PoolElement[];
  /** Who has what as the inventory says. Only for elements that are known, or new in the same change. */
  readonly owned?: readonly (Ownership & { readonly element: string })[];
  /** Names of elements that their owners poll now. */
  readonly settled?: readonly string[];
  /** Ids of managers that know what is theirs; see `placement.ignorant`. */
  readonly informed?: readonly string[];
  /** Elements to be delegated; recalled where no delegation is named. */
  readonly delegate?: readonly { readonly element: string; readonly delegation?: Delegation }[];
  /** Names of elements that nobody lists any more. */
  readonly removed?: readonly string[];
  /** Ids of managers gone for good that an administrator has forgotten; what only they listed goes with them. */
  readonly forgotten?: readonly string[];
}

/** How fast elements may change hands. */
export interface Pace {
  /** Elements that one manager gives or is given in a second where there is no hurry (return, relief). Default 100. */
  readonly plannedPerSecond: number;
  /** Elements that one manager is given in a second when their owner has died or leaves. Default 5,000. */
  readonly urgentPerSecond: number;
  /** Elements looked at in one call; the rest follows in the next. Default 10,000, which is well under a heartbeat. */
  readonly looks: number;
}

export const PACE: Pace = { plannedPerSecond: 100, urgentPerSecond: 5000, looks: 10_000 };

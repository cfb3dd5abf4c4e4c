/**
 * What a bundle's body carries: all that a collector needs to go on with an element without a seam.
 *
 * Here in the times of the manager that holds it; on its way every time is an age (`export.ts`, `import.ts`).
 */
import type { ElementFacts, Learnt } from '../../../access/access.js';
import type { RateState } from '../../../assess/rates.js';
import type { ReachState } from '../../../assess/status.js';
import type { ThresholdState } from '../../../assess/thresholds.js';
import type { Alarm } from '../../../model/alarm.js';
import type { ManagedElement } from '../../../model/element.js';
import type { SetMaintenance } from '../../../model/maintenance.js';
import type { MetricValue } from '../../../model/ptp-store.js';
import type { Status } from '../../../model/status.js';
import type { PollCursor } from '../../../pool/holding/state.js';

export interface AccessContent {
  /** As of when the body was made: by it and the bundle's own cursors the taker knows how long the body lay about. */
  readonly cursor: PollCursor;
  /** Polls in a row that failed: the taker backs off as far as the giver did. */
  readonly failures: number;
  /** Milliseconds of work for one poll. */
  readonly costMs: number;
  /** The access method's own: positions in logs, sizes of requests. */
  readonly memory?: unknown;
  /** What it has learnt of the other side for as long as both run: the engine of an SNMPv3 agent. */
  readonly learnt?: Learnt;
  /** Times are the monotonic clock's. */
  readonly rates?: RateState;
  /** What stands by its thresholds, and what is about to. Times are the monotonic clock's. */
  readonly thresholds?: ThresholdState;
  /** Values that this access brought last. */
  readonly latest: readonly MetricValue[];
}

export interface ShownStatus {
  readonly status: Status;
  readonly since: number;
  /** Travels with elements that nobody polls: of others the next poll says it. */
  readonly reason?: string;
}

export interface BundleContent {
  /** Without secrets: a credential stands in it by its id. */
  readonly element: ManagedElement;
  /** Status, standing of the accesses, and what events have told of already. */
  readonly reach: ReachState;
  /** The status as it is shown, thresholds counted, and since when, by the wall clock. */
  readonly shown?: ShownStatus;
  readonly facts: ElementFacts;
  /** Open ones. Absent in bodies of managers that have none yet. */
  readonly alarms?: readonly Alarm[];
  /** Ids of those that no other manager kept then, where it has come from elsewhere: no copy need have them. */
  readonly unkept?: readonly string[];
  /** Windows that people set; absent where there never was one. */
  readonly maintenance?: SetMaintenance;
  /** Values of former times that no poll has renewed. */
  readonly latest: readonly MetricValue[];
  /** In the order of the definition. */
  readonly accesses: readonly AccessContent[];
  /** Credentials, encrypted by whoever sends the bundle for those who may open it. */
  readonly sealed?: string;
}

/** The clocks of a manager at one moment, milliseconds. */
export interface Moment {
  readonly nowMs: number;
  readonly monotonicMs: number;
}

/** Of the format; a body of another version is refused. */
export const BODY_VERSION = 1;
/** Bytes of a body. */
export const MOST_BODY = 2 ** 20;
/** Characters of a method's memory as JSON: it has to fit into what the store keeps of an access. */
export const MOST_MEMORY = 200 * 1024;
/** Characters of what a method has learnt, as JSON. */
export const MOST_LEARNT = 4096;
export const MOST_SEALED = 64 * 1024;
export const MOST_VALUES = 100_000;
/** Characters of names, instances and units, and of other texts. Values past it do not travel. */
export const LONGEST_WORD = 1024;
export const LONGEST_TEXT = 64 * 1024;

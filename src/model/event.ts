/** Something that happened, once. */
import type { ElementName } from './element.js';
import type { Severity } from './status.js';

export interface NewEvent {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly severity: Severity;
  /** A short stable name: `elementDown`, `configRejected`, or what the source calls it. */
  readonly name: string;
  readonly text: string;
  readonly element?: ElementName;
  /** Who or what it comes from, when that is not the manager itself: a user, a log, an application server. */
  readonly source?: string;
}

export interface PtpEvent extends NewEvent {
  /** Ascending within one manager in the order of storing; with the manager's id it is unique. */
  readonly id: number;
  /** The manager that recorded it. */
  readonly manager: string;
}

export interface EventQuery {
  /** [from, to), milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
  /** This severity or worse. */
  readonly severity?: Severity;
  readonly element?: ElementName;
  /** Part of the text or name, upper and lower case alike. */
  readonly text?: string;
  /** Newest first: skip this many, then give this many (at most 1,000). */
  readonly offset: number;
  readonly limit: number;
}

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
  /**
   * Key of the condition, within the element or the manager, that this event raises, tells of again, or, with severity
   * `cleared`, ends. Absent: it happened once, and nothing stands.
   */
  readonly alarm?: string;
  /** With `cleared`: it is not expected back soon, so that what was flapping ends, too: nobody watches for it any more. */
  readonly isFinal?: true;
}

export interface PtpEvent extends NewEvent {
  /** Ascending within one manager in the order of storing; with the manager's id it is unique. */
  readonly id: number;
  /** The manager that recorded it. */
  readonly manager: string;
}

/** What a filter can name. */
export const EVENT_COLUMNS = ['severity', 'name', 'element', 'manager'] as const;
export type EventColumn = (typeof EVENT_COLUMNS)[number];

export interface EventQuery {
  /** [from, to), milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
  /** This severity or worse. */
  readonly severity?: Severity;
  readonly element?: ElementName;
  /** Part of the text or name, upper and lower case alike. */
  readonly text?: string;
  /** Each has to occur in text, name, element, source or manager, upper and lower case alike. */
  readonly words?: readonly string[];
  /** Whole values, upper and lower case alike. */
  readonly whole?: readonly { readonly column: EventColumn; readonly value: string }[];
  /** Default: newest first; of the same time by id. */
  readonly oldestFirst?: boolean;
  /**
   * Only what comes behind this place in the order asked for; `offset` counts from there. So each page begins where
   * the one before it ended, whatever has been stored meanwhile.
   */
  readonly after?: EventPlace;
  /** Skip this many, then give this many (at most 1,000). */
  readonly offset: number;
  readonly limit: number;
}

/** A place in the log, whether there is an event with that id or not. */
export interface EventPlace {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly id: number;
}

export interface EventPage {
  readonly rows: readonly PtpEvent[];
  /** Rows of all pages, those before `after` included. */
  readonly total: number;
  /** Counting all would have read too much: there are {@link total} and more. Never where there are 10,000 events at most. */
  readonly isTotalLeast?: true;
}

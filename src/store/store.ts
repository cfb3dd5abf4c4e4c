/**
 * What a manager keeps on disk, in the words of the domain.
 *
 * One interface, several engines, one conformance suite (`test/conformance/store.ts`). A promise that resolves says:
 * this survives `kill -9` and power loss. Callers show nothing to anybody before that.
 */
import type { Rank } from '../assess/figures.js';
import type { Alarm, AlarmQuery } from '../model/alarm.js';
import type { AccessKey, ElementName } from '../model/element.js';
import type { EventPage, EventQuery, NewEvent, PtpEvent } from '../model/event.js';
import type { HandOver, HandOverQuery } from '../model/hand-over.js';
import type { AlarmSubject, KeptAlarms, KeptChange } from '../model/kept-alarm.js';
import type { Measured } from '../model/measured.js';
import type { MetricValue } from '../model/ptp-store.js';
import type { Sample, Series, SeriesId } from '../model/sample.js';
import type { Status } from '../model/status.js';
import { BUCKETS_MS, type RollupLevel } from './levels.js';

/** What is known of an element beyond its definition; written whole at each change. */
export interface ElementState {
  readonly element: ElementName;
  readonly status: Status;
  /** When that status began, milliseconds since 1970. */
  readonly since: number;
  readonly reason?: string;
  /** The latest value of every metric, text included. */
  readonly latest: readonly MetricValue[];
  /** All of {@link latest} where it lies closely (`CompactState`): what was measured at once, and the others. */
  readonly measured?: readonly Measured[];
  readonly kept?: readonly MetricValue[];
}

/** What the next poll of an access, by whomever, must know. */
export interface AccessMemory {
  readonly key: AccessKey;
  /** JSON (position in a log, standing of the accesses, facts), the collector's own; at most 256 KiB. */
  readonly memory: string;
}

/** The outcome of one poll of one access; stored whole or not at all. */
export interface PollRecord {
  /** Nobody has polled: what other managers found has changed the status. It is not counted as a poll. */
  readonly isVerdict?: true;
  readonly element: ElementName;
  readonly method: string;
  readonly time: number;
  readonly ok: boolean;
  /** Of the successful try, milliseconds. */
  readonly responseMs?: number;
  readonly error?: string;
  readonly samples: readonly Sample[];
  /** In the place of {@link samples}, which are not looked at then: they may be made only when somebody looks. */
  readonly measured?: Measured;
  readonly events: readonly NewEvent[];
  /** Alarms that this poll has raised, changed or cleared, as they are after it. */
  readonly alarms?: readonly Alarm[];
  readonly state?: ElementState;
  readonly memory?: AccessMemory;
}

export interface SampleQuery {
  readonly element: ElementName;
  readonly metric: string;
  /** All instances when absent. */
  readonly instance?: string;
  /** [from, to), milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /**
   * Points are joined to steps of this length, aligned to 1970: mean, minimum, maximum, count. They come from the level
   * that suffices for the step (`levels.ts`), and where that is gone from the next coarser one, whose points may then
   * lie farther apart than the step. Without a step points are the samples as they were measured, as long as those are
   * kept: series of whole numbers and decimals of up to six places are exact for ever, others to one part in a million.
   * Of what is rolled up counts are exact, minimum and maximum, too, of whole numbers and decimals, and all else is told
   * to one part in 50,000 of the largest value that went into it.
   */
  readonly stepMs?: number;
  /** Points over all series; the query is refused with `Client.TooLarge` past it. Default and at most 100,000. */
  readonly limit?: number;
}

/** Time in one status. */
export interface StatusSpan {
  readonly element: ElementName;
  readonly status: Status;
  readonly from: number;
  readonly to: number;
}

export interface PollCount {
  readonly element: ElementName;
  readonly polls: number;
  readonly failed: number;
}

export interface SeriesFigures extends SeriesId {
  readonly unit: string;
  readonly count: number;
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
  /** Nearest rank; see {@link SeriesFigures.resolutionMs}. */
  readonly percentile95: number;
  /**
   * Of long times and of samples that are gone: what was rolled up to so many milliseconds at most went into it. The
   * percentile is then of those means, each weighted by its count. Absent where all samples were looked at.
   */
  readonly resolutionMs?: number;
  /** Where they were asked for; see {@link FiguresWanted.ranks}. */
  readonly ranks?: readonly Rank[];
}

export interface FiguresWanted {
  /** Of these metrics alone; default of all. */
  readonly metrics?: readonly string[];
  /**
   * What percentiles are made of, ascending, to join it with that of others: each value by itself where there are no
   * more than so many, else so many equal parts of them with their means. At least 1.
   */
  readonly ranks?: number;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Rows of all pages. */
  readonly total: number;
}

const DAY_MS = BUCKETS_MS[3];
/** 60 days, two years, ten years. */
export const ROLLUPS_KEPT_MS: Readonly<Record<RollupLevel, number>> = {
  1: 60 * DAY_MS,
  2: 2 * 365 * DAY_MS,
  3: 10 * 365 * DAY_MS,
};

/** How long things are kept, and how much of the disk they may take. */
export interface Retention {
  readonly rawMs: number;
  /** Of what is rolled up, by its level: each at least as long as the one before. Default {@link ROLLUPS_KEPT_MS}. */
  readonly rollupsMs?: Readonly<Record<RollupLevel, number>>;
  /** Of events, of alarms that are over, and of hand-overs. */
  readonly eventsMs: number;
  /**
   * Of the database; its log may take a few MiB more. The oldest samples go first, then what is rolled up to five
   * minutes, hours and days, again the oldest first; events and history do not.
   */
  readonly budgetBytes?: number;
}

export interface RetentionResult {
  /** As they were measured: each is in what is rolled up before it is dropped. */
  readonly samplesDropped: number;
  readonly eventsDropped: number;
}

/** A notification that is still to be sent. */
export interface WaitingNotice {
  /** Ascending in the order of sending, from 1; given by whoever puts it, and never used twice. */
  readonly id: number;
  /** Id of its `DESTINATION`. */
  readonly destination: string;
  /** JSON, the notifier's own; at most 64 KiB. */
  readonly body: string;
}

/** What is removed goes first; one that is put with an id that is there replaces that. */
export interface NoticeChange {
  readonly put: readonly WaitingNotice[];
  readonly removed: readonly number[];
}

export interface Store {
  /** Stores polls in order, all or none; answers with the events as stored. */
  recordPolls(polls: readonly PollRecord[]): Promise<readonly PtpEvent[]>;
  /** @param alarms That these events have raised, changed or cleared, as they are after them: all is stored, or nothing. */
  recordEvents(events: readonly NewEvent[], alarms?: readonly Alarm[]): Promise<readonly PtpEvent[]>;

  /** Takes the place of what was stored of these ids, unless that is newer ({@link Alarm.revision}). */
  recordAlarms(alarms: readonly Alarm[]): Promise<void>;
  /** All that are open, in the order in which they were raised. */
  loadAlarms(): Promise<readonly Alarm[]>;
  /** Open ones and those that are over; the one that changed last first. */
  queryAlarms(query: AlarmQuery): Promise<Page<Alarm>>;

  /** Notes that nothing was known of these elements from then until their next poll: nobody watched them. */
  recordUnwatched(elements: readonly { readonly element: ElementName; readonly since: number }[]): Promise<void>;

  loadStates(): Promise<readonly ElementState[]>;
  loadMemories(): Promise<readonly AccessMemory[]>;
  /**
   * Forgets state, memories and open alarms of an element: another manager goes on with them. Its samples, events and
   * alarms that are over stay until retention takes them.
   */
  forgetElement(element: ElementName): Promise<void>;

  querySamples(query: SampleQuery): Promise<readonly Series[]>;
  /** The series that an element has within [from, to). */
  listSeries(element: ElementName, from: number, to: number): Promise<readonly (SeriesId & { unit: string })[]>;
  queryEvents(query: EventQuery): Promise<EventPage>;

  /**
   * Spans of status within [from, to), cut to it, ascending; of all elements when none is named. A status lasts until
   * another is recorded, also while nobody polled: who knows of such a time records `unknown` for it.
   */
  statusSpans(from: number, to: number, element?: ElementName): Promise<readonly StatusSpan[]>;
  /** Counted by the five minutes that a poll began in, aligned to 1970; those that `from` or `to` cut count whole. */
  pollCounts(from: number, to: number, element?: ElementName): Promise<readonly PollCount[]>;
  /** Minimum, mean, maximum and percentile of every numeric series within [from, to). */
  figures(from: number, to: number, element?: ElementName, wanted?: FiguresWanted): Promise<readonly SeriesFigures[]>;
  /** Events of each severity of an element within [from, to). */
  eventCounts(
    from: number,
    to: number,
    element?: ElementName,
  ): Promise<readonly { element: ElementName; severity: string; count: number }[]>;

  /** Notes hand-overs in the ledger; one of the same element and epoch replaces what was noted before. */
  recordHandOvers(rows: readonly HandOver[]): Promise<void>;
  queryHandOvers(query: HandOverQuery): Promise<Page<HandOver>>;

  /** Notes what is kept of the alarms of other managers; all or none. @throws PtpError `Client.TooLarge` */
  changeKept(change: KeptChange): Promise<void>;
  /** What this manager keeps of these, or of all; by subject, and id. */
  loadKept(subjects?: readonly AlarmSubject[]): Promise<KeptAlarms>;

  /** All or none. */
  changeNotices(change: NoticeChange): Promise<void>;
  /** Those of this manager whose id is above `after`, ascending, as many as `limit` (at most 10,000). */
  loadNotices(after: number, limit: number): Promise<readonly WaitingNotice[]>;

  /** A small durable note of the manager's own. Identity and incarnation are none: `data-dir.ts` keeps them. */
  getNote(name: string): Promise<string | undefined>;
  putNote(name: string, value: string): Promise<void>;

  /**
   * Puts samples into the form that they are kept in, and rolls up what is due at `now`, in pieces between which all
   * else is written. To be called every few minutes; answers to questions are the same before and after.
   * @param all Also what would wait for more to be put together with.
   */
  sealSamples(now: number, all?: 'all'): Promise<void>;
  /** What is due to be rolled up is so before it is dropped. */
  applyRetention(now: number, retention: Retention): Promise<RetentionResult>;
  sizeBytes(): Promise<number>;
  close(): Promise<void>;
}

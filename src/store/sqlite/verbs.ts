/** What the main thread asks of the two workers, in verbs of the domain, in a shape that is cheap to pass over. */
import type { ErrorCode } from '../../base/errors.js';
import type { Alarm, AlarmQuery } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { HandOver, HandOverQuery } from '../../model/hand-over.js';
import type { AlarmSubject, KeptAlarms, KeptChange } from '../../model/kept-alarm.js';
import type { SeriesId } from '../../model/sample.js';
import type { Status } from '../../model/status.js';
import type { SealOrder, WalkProgress } from '../blocks/put-away.js';
import type { Level } from '../levels.js';
import type {
  AccessMemory,
  FiguresWanted,
  NoticeChange,
  Page,
  PollCount,
  SampleQuery,
  SeriesFigures,
  StatusSpan,
  WaitingNotice,
} from '../store.js';
import type { EventPack } from './event-pack.js';
import type { CountSlice, EventQuestion, EventSlice } from './events-reader.js';

/** What is measured together, told once to the writer; after that its handle stands for it. */
export interface ShapeDefinition {
  readonly handle: number;
  /** Metric, instance and unit of each value. */
  readonly names: readonly (readonly [metric: string, instance: string, unit: string])[];
  /** The same for the same names, and only for them. */
  readonly digest: string;
}

/** The vectors of one shape that one element has; told once, too. */
export interface TrackDefinition {
  readonly handle: number;
  readonly element: ElementName;
  /** Handle of the shape. */
  readonly shape: number;
}

/** One call of `recordPolls`; samples as columns, because there are many. */
export interface WirePolls {
  readonly outcomes: readonly { readonly element: ElementName; readonly time: number; readonly ok: boolean }[];
  readonly shapes: readonly ShapeDefinition[];
  readonly tracks: readonly TrackDefinition[];
  readonly vectors: readonly { readonly element: ElementName; readonly time: number; readonly track: number }[];
  /** Where the values of each vector end among all. */
  readonly ends: Int32Array<ArrayBuffer>;
  /** Not a number where there is none. */
  readonly values: Float64Array<ArrayBuffer>;
  /** All events, in order. `UnpackedEvents` has them one by one. */
  readonly packs: readonly EventPack[];
  readonly alarms: readonly Alarm[];
  readonly states: readonly WireState[];
  readonly memories: readonly (AccessMemory & { readonly element: ElementName })[];
}

export interface WireState {
  readonly element: ElementName;
  readonly status: Status;
  readonly since: number;
  readonly reason?: string;
  /** As `latest.ts` writes it: what is not in the newest vectors of the tracks. */
  readonly latest: string;
  /** Handles of the tracks whose newest vectors are part of the latest values. */
  readonly tracks: readonly number[];
}

/** States as they are read: shapes are told once for all of them. */
export interface WireStates {
  readonly shapes: readonly ShapeDefinition['names'][];
  readonly states: readonly (Omit<WireState, 'tracks'> & {
    readonly measured: readonly { readonly shape: number; readonly time: number; readonly values: Float64Array }[];
  })[];
}

export interface WireSeries extends SeriesId {
  readonly unit: string;
  /** Point after point: time and value, or with a step time, mean, minimum, maximum and count. */
  readonly data: Float64Array;
  readonly resolutionMs?: number;
}

export interface Window {
  readonly from: number;
  readonly to: number;
  readonly element?: ElementName;
}

export interface OneWindow extends Window {
  readonly element: ElementName;
}

interface Verb<Argument, Result> {
  readonly argument: Argument;
  readonly result: Result;
}

/** Each in a transaction, together with whatever else is waiting. Events are answered by their ids. */
export interface WriteVerbs {
  recordPolls: Verb<WirePolls, readonly number[]>;
  recordEvents: Verb<{ readonly packs: readonly EventPack[]; readonly alarms: readonly Alarm[] }, readonly number[]>;
  recordAlarms: Verb<readonly Alarm[], null>;
  recordUnwatched: Verb<readonly { readonly element: ElementName; readonly since: number }[], null>;
  forgetElement: Verb<ElementName, null>;
  recordHandOvers: Verb<readonly HandOver[], null>;
  changeNotices: Verb<NoticeChange, null>;
  changeKept: Verb<KeptChange, null>;
  putNote: Verb<{ readonly name: string; readonly value: string }, null>;
  /** Whether a transaction whose answer was lost has been committed. */
  wasCommitted: Verb<number, boolean>;
  /** Puts some samples into blocks and rolls them up; from the track on that the last step came to. */
  sealSamples: Verb<SealOrder, WalkProgress>;
  /** Drops blocks of each level that are older than its time. */
  dropSamples: Verb<
    { readonly before: Readonly<Record<Level, number>>; readonly fromTrack: number },
    WalkProgress & { readonly dropped: number }
  >;
  /** Answers with how many were dropped; as many as `limit` says that there may be more. */
  dropEvents: Verb<{ readonly before: number; readonly limit: number }, number>;
  dropHandOvers: Verb<{ readonly before: number; readonly limit: number }, number>;
  dropAlarms: Verb<{ readonly before: number; readonly limit: number }, number>;
  dropHistory: Verb<{ readonly before: number; readonly limit: number }, number>;
  /** Gives pages that are no longer used back to the file system; answers with those still to be given back. */
  shrink: Verb<{ readonly pages: number }, number>;
}

export interface ReadVerbs {
  loadStates: Verb<null, WireStates>;
  loadMemories: Verb<null, readonly AccessMemory[]>;
  getNote: Verb<string, string | null>;
  loadKept: Verb<readonly AlarmSubject[] | null, KeptAlarms>;
  loadNotices: Verb<{ readonly after: number; readonly limit: number }, readonly WaitingNotice[]>;
  querySamples: Verb<SampleQuery, readonly WireSeries[]>;
  listSeries: Verb<OneWindow, readonly (SeriesId & { readonly unit: string })[]>;
  queryEvents: Verb<EventQuestion, EventSlice>;
  queryHandOvers: Verb<HandOverQuery, Page<HandOver>>;
  loadAlarms: Verb<null, readonly Alarm[]>;
  queryAlarms: Verb<AlarmQuery, Page<Alarm>>;
  statusSpans: Verb<Window, readonly StatusSpan[]>;
  pollCounts: Verb<Window, readonly PollCount[]>;
  figures: Verb<OneWindow & { readonly wanted?: FiguresWanted }, readonly SeriesFigures[]>;
  /** From an id on; 0 are all. */
  eventCounts: Verb<{ readonly window: Window; readonly begin: number }, CountSlice>;
  /** Names of all elements that have ever had a series, ascending. */
  elements: Verb<null, readonly ElementName[]>;
  /** Bytes in use and free within the database, and when what is oldest of each level begins. */
  usage: Verb<
    null,
    { readonly usedBytes: number; readonly freeBytes?: number; readonly oldest: Readonly<Record<Level, number | null>> }
  >;
}

/** Either set of verbs. */
export type Shaped<V> = { readonly [Name in keyof V]: Verb<unknown, unknown> };

export type Argument<V extends Shaped<V>, Name extends keyof V> = V[Name]['argument'];
export type Result<V extends Shaped<V>, Name extends keyof V> = V[Name]['result'];

export interface Job<V extends Shaped<V>, Name extends keyof V = keyof V> {
  readonly verb: Name;
  readonly argument: Argument<V, Name>;
}

export type Handlers<V extends Shaped<V>> = {
  readonly [Name in keyof V]: (argument: V[Name]['argument']) => V[Name]['result'];
};

export const perform = <V extends Shaped<V>, Name extends keyof V>(
  handlers: Handlers<V>,
  job: Job<V, Name>,
): Result<V, Name> => handlers[job.verb](job.argument);

/** An error on its way between threads. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  /** For the log. */
  readonly cause: string;
  /** Of a transaction whose answer was lost: its number, and the ids of the call's events if it has been committed. */
  readonly doubt?: { readonly batch: number; readonly ids: readonly number[] };
}

export type Outcome = { readonly value: unknown } | { readonly error: WireError };

export interface Request<V extends Shaped<V>> {
  readonly id: number;
  readonly jobs: readonly Job<V>[] | 'close';
}

/** Something for the log, unasked. */
export interface Remark {
  readonly remark: string;
}

export interface Reply {
  readonly id: number;
  /** One for each job. */
  readonly outcomes: readonly Outcome[];
}

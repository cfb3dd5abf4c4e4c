/** Measured values. */
import type { ElementName } from './element.js';
import type { Epoch } from './manager.js';

/** Counters of 64 bits stay whole as bigint; text is kept as the latest value only, never as a series. */
export type SampleValue = number | bigint | string;

/** One measured value. */
export interface Sample {
  readonly element: ElementName;
  readonly metric: string;
  /** Which of several of the same kind: an interface's name, a disk; empty when there is just one. */
  readonly instance: string;
  readonly value: SampleValue;
  /** UCUM where there is one (`By`, `bit/s`, `%`, `Cel`, `ms`, `1`). */
  readonly unit: string;
  /** When it was measured, milliseconds since 1970 by the owner's wall clock. */
  readonly time: number;
  /** Id of the manager that measured it. */
  readonly owner: string;
  readonly epoch: Epoch;
}

/** A series of numbers: one metric of one instance of one element. */
export interface SeriesId {
  readonly element: ElementName;
  readonly metric: string;
  readonly instance: string;
}

/** A point of a series; of a rolled-up one the mean with its bounds. */
export interface Point {
  readonly time: number;
  readonly value: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly count?: number;
}

export interface Series extends SeriesId {
  readonly unit: string;
  /** Ascending by time. */
  readonly points: readonly Point[];
  /** What was rolled up to so many milliseconds at most went into points; absent where they come from samples alone. */
  readonly resolutionMs?: number;
}

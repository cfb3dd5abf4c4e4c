/** Samples as they are written, before they are put away in blocks. */
import type { Rows } from '../blocks/reading.js';

/** Where a series stands among what is measured together with it; one can have stood at several places. */
export interface SeriesPlace {
  /** What is measured together of one element. */
  readonly track: number;
  readonly place: number;
}

/** The values of a track at one time, by place; not a number where there is none. */
export interface Vector {
  readonly time: number;
  readonly values: Float64Array;
}

export interface VectorWindow {
  /** [from, to), milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** The only one that is wanted; all when absent. */
  readonly place?: number;
}

export interface VectorRows extends Rows {
  column(place: number): Float64Array;
  /** Samples in all of them. */
  readonly count: number;
}

export interface SampleStore {
  /** Within the caller's transaction. Of what a track has twice at the same millisecond the later value counts. */
  append(track: number, vector: Vector): void;
  /** Values of a track at that time are none any more. */
  blank(track: number, time: number, places: readonly number[]): void;
  isAt(track: number, time: number): boolean;
  newest(track: number): Vector | undefined;
  /** At most `limit` of them, the oldest. */
  rows(track: number, window: VectorWindow, limit?: number): VectorRows;
  /** The time of the first at or after `from`. */
  next(track: number, from: number): number | undefined;
  /** The time of one by its place from the oldest on. */
  timeAt(track: number, place: number): number | undefined;
  /** Drops what is older than `before`. */
  dropBefore(track: number, before: number): void;
  /** Grows whenever something is changed that had been written before. */
  readonly rewritten: number;
}

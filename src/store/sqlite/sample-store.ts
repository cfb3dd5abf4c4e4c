/** How samples lie on disk: the seam behind which another layout can take over. */
import type { Point } from '../../model/sample.js';

export interface SeriesWindow {
  readonly series: number;
  /** [from, to), milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

export interface WindowFigures {
  readonly count: number;
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
  readonly percentile95: number;
}

/** How far a piece of dropping has come. */
export interface DropProgress {
  readonly dropped: number;
  /** The series to go on with, undefined when all are done. */
  readonly nextSeries?: number;
}

export interface SampleStore {
  /** Within the caller's transaction. A second value of a series at the same millisecond replaces the first. */
  append(series: number, time: number, value: number): void;
  /** Ascending by time, at most `limit`; joined to steps when `stepMs` is given. */
  query(window: SeriesWindow, stepMs: number | undefined, limit: number): readonly Point[];
  /** Undefined when there is nothing in the window. */
  figures(window: SeriesWindow): WindowFigures | undefined;
  /** Whether there is anything in the window. */
  has(window: SeriesWindow): boolean;
  /** When the oldest sample of all was measured. */
  oldest(): number | undefined;
  /**
   * Drops what is older than `before`, from `fromSeries` on, about `limit` rows and never much more,
   * so that the caller can make room for other work between the pieces.
   */
  dropBefore(before: number, fromSeries: number, limit: number): DropProgress;
}

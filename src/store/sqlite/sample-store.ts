/** How samples lie on disk: the seam behind which another layout can take over. */
import type { Point } from '../../model/sample.js';

/** Where a series stands among what is measured together with it; one can have stood at several places. */
export interface SeriesPlace {
  /** What is measured together of one element. */
  readonly track: number;
  readonly place: number;
}

export interface SeriesWindow {
  readonly places: readonly SeriesPlace[];
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
  /** Samples. */
  readonly dropped: number;
  /** The track to go on with, undefined when all are done. */
  readonly nextTrack?: number;
}

/** The values of a track at one time, by place; not a number where there is none. */
export interface Vector {
  readonly time: number;
  readonly values: Float64Array;
}

export interface SampleStore {
  /** Within the caller's transaction. Of what a track has twice at the same millisecond the later value counts. */
  append(track: number, vector: Vector): void;
  /** Values of a track at that time are none any more. */
  blank(track: number, time: number, places: readonly number[]): void;
  isAt(track: number, time: number): boolean;
  newest(track: number): Vector | undefined;
  /** Ascending by time, at most `limit`; joined to steps when `stepMs` is given. */
  query(window: SeriesWindow, stepMs: number | undefined, limit: number): readonly Point[];
  /** Undefined when there is nothing in the window. */
  figures(window: SeriesWindow): WindowFigures | undefined;
  /** Whether there is anything within [from, to), by place. */
  has(track: number, width: number, from: number, to: number): readonly boolean[];
  /** When the oldest sample of all was measured. */
  oldest(): number | undefined;
  /**
   * Drops what is older than `before`, from `fromTrack` on, about `limit` vectors and never much more,
   * so that the caller can make room for other work between the pieces.
   * @param onEmptied Is called before the last that a track has is dropped.
   */
  dropBefore(before: number, fromTrack: number, limit: number, onEmptied: (track: number) => void): DropProgress;
}

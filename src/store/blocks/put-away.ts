/** When samples are put away and rolled up further, and how much at once: the same for all engines. */
import { BUCKETS_MS, type Level, type RollupLevel } from '../levels.js';
import { Gathering, Sums } from './gathering.js';
import { RollupBlock, type RollupRows } from './rollup-block.js';

/** A block has about so many samples, but neither few rows nor very many. */
export const SAMPLES_IN_BLOCK = 32_768;
export const LEAST_ROWS = 96;
export const MOST_ROWS = 720;
/** So old samples are put away even where they are few. */
export const OLD_MS = BUCKETS_MS[3];
/** So long after the end of a period what belongs to it is mostly there. */
const LATE_MS = 2 * BUCKETS_MS[2];
const DAY_MS = BUCKETS_MS[3];
/** No block of samples is longer. */
export const MOST_SPAN_MS = DAY_MS;
/** What is rolled up is put together, and into the next level, by such times. */
const PERIODS_MS: Readonly<Record<RollupLevel, number>> = { 1: DAY_MS, 2: 32 * DAY_MS, 3: 32 * DAY_MS };
/** How far before a time a block may begin that reaches it: a part may reach beyond its period. */
export const SPANS_MS: Readonly<Record<Level, number>> = {
  0: MOST_SPAN_MS,
  1: PERIODS_MS[1] + MOST_SPAN_MS,
  2: PERIODS_MS[2] + PERIODS_MS[1] + MOST_SPAN_MS,
  3: 2 * PERIODS_MS[3] + MOST_SPAN_MS,
};

export interface SealOrder {
  readonly now: number;
  /** The first track that is looked at. */
  readonly fromTrack: number;
  /** What is due, all that can be, or what is about to be dropped: of each level all that is older than its time. */
  readonly what: 'due' | 'all' | { readonly before: Readonly<Record<Level, number>> };
}

/** How far a walk over all tracks has come; without a track it is over. */
export interface WalkProgress {
  readonly nextTrack?: number;
}

/** Buckets that begin before it can be rolled up further. */
export function boundOf(level: 1 | 2, now: number, what: SealOrder['what']): number {
  if (what === 'all') return Number.POSITIVE_INFINITY;
  if (typeof what === 'object') return what.before[level];
  return Math.floor((now - LATE_MS) / PERIODS_MS[level]) * PERIODS_MS[level];
}

export const periodEnd = (level: 1 | 2, time: number): number =>
  (Math.floor(time / PERIODS_MS[level]) + 1) * PERIODS_MS[level];

/** Buckets of several blocks in buckets of one length. */
export function gathered(blocks: readonly RollupBlock[], bucketMs: number): RollupRows {
  const gathering = new Gathering(
    blocks.map(({ times }) => times),
    bucketMs,
  );
  const places = blocks.map(({ times }) => gathering.placesOf(times));
  return {
    work: blocks.reduce((sum, { times }) => sum + 4 * times.length, 0),
    times: gathering.times,
    width: blocks.reduce((widest, { width }) => Math.max(widest, width), 0),
    column: (place) => {
      const sums = new Sums(gathering.times.length);
      blocks.forEach((block, at) => {
        const buckets = block.column(place);
        const own = places[at];
        if (buckets && own) sums.addBuckets(own, buckets);
      });
      return sums.isEmpty ? undefined : sums;
    },
  };
}

/** Samples of a track, by the times at which they were taken. */
export interface TimedColumns {
  readonly times: Float64Array;
  column(place: number): Float64Array;
}

/**
 * Samples in five minutes.
 * @param before Times that have been put away before: they are in what is rolled up already.
 */
export function fiveMinutes(samples: TimedColumns, width: number, before: ReadonlySet<number>): RollupRows {
  const { times } = samples;
  const isNew = times.map((time) => (before.has(time) ? 0 : 1));
  const counted = before.size > 0 ? times.filter((_, at) => isNew[at] === 1) : times;
  const gathering = new Gathering([counted], BUCKETS_MS[1]);
  const places = gathering.placesOf(counted);
  return {
    work: times.length,
    times: gathering.times,
    width,
    column: (place) => {
      const sums = new Sums(gathering.times.length);
      const values = samples.column(place);
      sums.addSamples(places, before.size > 0 ? values.filter((_, at) => isNew[at] === 1) : values);
      return sums.isEmpty ? undefined : sums;
    },
  };
}

/** Begin of the first bucket and of the last; undefined where there is none. */
export function spanOfRollup(data: Uint8Array): { readonly from: number; readonly until: number } | undefined {
  const { times } = new RollupBlock(data);
  const [from, until] = [times[0], times.at(-1)];
  return from === undefined || until === undefined ? undefined : { from, until };
}

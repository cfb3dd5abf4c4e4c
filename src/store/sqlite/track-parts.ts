/** What a track has in a segment, read piece by piece, so that a long time does not have to fit into memory. */
import type { TrackPart } from '../blocks/reading.js';
import { BUCKETS_MS, type Level, ROLLUP_LEVELS, type Segment } from '../levels.js';
import type { BlockTables } from './block-table.js';
import type { SampleStore } from './sample-store.js';

const DAY_MS = BUCKETS_MS[3];
/** What is read at once. */
const PIECES_MS: Readonly<Record<Level, number>> = {
  0: DAY_MS,
  1: 8 * DAY_MS,
  2: 96 * DAY_MS,
  3: Number.POSITIVE_INFINITY,
};

export interface SampleSource {
  readonly vectors: SampleStore;
  readonly blocks: BlockTables;
}

/** @param place The only one that will be asked for; all when absent. */
export function* trackParts(
  { vectors, blocks }: SampleSource,
  track: number,
  { level, from, to }: Segment,
  place?: number,
): Generator<TrackPart, void, void> {
  // What is rolled up further is not looked at; what is not yet rolled up so far is.
  const rolledUp = ROLLUP_LEVELS.filter((one) => one <= level);
  const next = (time: number): number => {
    const starts = [vectors.next(track, time), ...rolledUp.map((one) => blocks.next(one, track, time))];
    if (level === 0) starts.push(blocks.next(0, track, time));
    return Math.max(Math.min(...starts.map((start) => start ?? Number.POSITIVE_INFINITY)), time);
  };
  for (let time = next(from); time < to; time = next(time)) {
    const end = Math.min(time + PIECES_MS[level], to);
    const rows = vectors.rows(track, { from: time, to: end, ...(place !== undefined && { place }) });
    yield {
      level,
      from: time,
      to: end,
      samples: level === 0 ? [...blocks.samples(track, time, end), rows] : [rows],
      rollups: rolledUp.flatMap((one) =>
        one === level ? blocks.rollups(one, track, time, end) : blocks.unfolded(one, track, time, end),
      ),
    };
    time = end;
  }
}

/**
 * Puts samples away: vectors of a track into a block and into five minutes, five minutes of a day into hours, hours of 32
 * days into days. It is done in small steps, some of each transaction of the writer, so that nobody waits for long.
 *
 * What a step has read may be changed before its end: it is then left as it was, and the next walk comes by again.
 */

import { derivationsOf } from '../blocks/derivations.js';
import {
  boundOf,
  fiveMinutes,
  gathered,
  LEAST_ROWS,
  MOST_ROWS,
  MOST_SPAN_MS,
  OLD_MS,
  periodEnd,
  SAMPLES_IN_BLOCK,
  type SealOrder,
  spanOfRollup,
  type WalkProgress,
} from '../blocks/put-away.js';
import { RollupBlock, rollupBlock } from '../blocks/rollup-block.js';
import { sampleBlock } from '../blocks/sample-block.js';
import { BUCKETS_MS, type RollupLevel } from '../levels.js';
import type { Part } from './block-table.js';
import type { Shapes } from './shapes.js';
import type { SampleSource } from './track-parts.js';

/** Numbers that are dealt with in one step: some 10 ms. */
const STEP_NUMBERS = 30_000;
/** What looking at a track costs, as numbers. */
const TRACK_NUMBERS = 100;

type Work = Generator<number, void, void>;

export interface SealerParts {
  readonly source: SampleSource;
  readonly shapes: Shapes;
  /** Ids of tracks from one on, ascending, at most so many. */
  tracksFrom(track: number, limit: number): readonly number[];
  /** Is called before the last vector of a track is dropped. */
  onEmptied(track: number): void;
}

export class Sealer {
  readonly #parts: SealerParts;
  #track: number | undefined;
  #work: Work | undefined;

  constructor(parts: SealerParts) {
    this.#parts = parts;
  }

  /** After a rollback what was begun is not there. */
  forget(): void {
    this.#work = undefined;
  }

  step(order: SealOrder): WalkProgress {
    const ids = this.#parts.tracksFrom(order.fromTrack, STEP_NUMBERS / TRACK_NUMBERS);
    let done = 0;
    for (const id of ids) {
      if (done >= STEP_NUMBERS) return { nextTrack: id };
      if (this.#track !== id || !this.#work) this.#work = this.#workOn(id, order);
      this.#track = id;
      for (;;) {
        const { value, done: isOver } = this.#work.next();
        if (isOver) break;
        done += value;
        if (done >= STEP_NUMBERS) return { nextTrack: id };
      }
      this.#work = undefined;
      done += TRACK_NUMBERS;
    }
    const last = ids.at(-1);
    return last === undefined || ids.length < STEP_NUMBERS / TRACK_NUMBERS ? {} : { nextTrack: last + 1 };
  }

  *#workOn(track: number, { now, what }: SealOrder): Work {
    const { shapes } = this.#parts;
    const names = shapes.namesOf(shapes.ofTrack(track) ?? 0);
    const rows = Math.min(Math.max(Math.ceil(SAMPLES_IN_BLOCK / Math.max(names.length, 1)), LEAST_ROWS), MOST_ROWS);
    for (;;) {
      const end = this.#endOf(track, rows, now, what);
      if (end === undefined) break;
      if (!(yield* this.#seal(track, rows, end, names))) return;
    }
    for (const level of [1, 2] as const) {
      const bound = boundOf(level, now, what);
      for (;;) {
        const first = this.#parts.source.blocks.firstUnfolded(level, track);
        if (first === undefined || first >= bound) break;
        if (!(yield* this.#fold(track, level, Math.min(periodEnd(level, first), bound)))) return;
      }
    }
  }

  /** Vectors of a track before that time are to be put away; undefined when there are none. */
  #endOf(track: number, rows: number, now: number, what: SealOrder['what']): number | undefined {
    const { vectors } = this.#parts.source;
    const first = vectors.next(track, 0);
    if (first === undefined) return undefined;
    if (typeof what === 'object') return first < what.before[0] ? what.before[0] : undefined;
    const isDue = what === 'all' || first < now - OLD_MS || vectors.timeAt(track, rows) !== undefined;
    if (!isDue) return undefined;
    // The newest stays: it is what the latest values are read from.
    const newest = vectors.newest(track)?.time ?? first;
    return newest > first ? newest : undefined;
  }

  /** @returns Whether it came to its end. */
  *#seal(track: number, rows: number, to: number, names: readonly (readonly string[])[]): Generator<number, boolean> {
    const { source, onEmptied } = this.#parts;
    const { vectors, blocks } = source;
    const asRead = vectors.rewritten;
    const first = vectors.next(track, 0) ?? to;
    const found = vectors.rows(track, { from: first, to: Math.min(to, first + MOST_SPAN_MS) }, rows);
    const { times } = found;
    const until = times.at(-1) ?? first;
    const width = names.length;
    const derivations = derivationsOf(names.map(([metric = '', instance = '']) => ({ metric, instance })));
    yield times.length;
    const data = yield* sampleBlock({ times, width, column: (place) => found.column(place) }, derivations);
    const rolledUp = yield* rollupBlock(fiveMinutes(found, width, this.#timesPutAway(track, first, until)));
    const isChanged =
      vectors.rewritten !== asRead ||
      vectors.next(track, 0) !== first ||
      vectors.timeAt(track, times.length - 1) !== until;
    if (isChanged) return false;
    if (vectors.next(track, until + 1) === undefined) onEmptied(track);
    blocks.putSamples({ track, from: first, until, data }, found.count);
    this.#putRollup(1, track, rolledUp, false);
    vectors.dropBefore(track, until + 1);
    return true;
  }

  #timesPutAway(track: number, from: number, until: number): ReadonlySet<number> {
    return new Set(this.#parts.source.blocks.samples(track, from, until + 1).flatMap((one) => [...one.times]));
  }

  /** @returns Whether it came to its end. */
  *#fold(track: number, level: 1 | 2, to: number): Generator<number, boolean> {
    const { blocks } = this.#parts.source;
    const parts = blocks.unfoldedParts(level, track, to);
    const read = parts.map(({ data }) => new RollupBlock(data));
    yield parts.length;
    const [only, ...others] = parts;
    const together = others.length === 0 && only ? only.data : yield* rollupBlock(gathered(read, BUCKETS_MS[level]));
    const next = level === 1 ? 2 : 3;
    const coarser = yield* rollupBlock(gathered(read, BUCKETS_MS[next]));
    if (!isSame(parts, blocks.unfoldedParts(level, track, to))) return false;
    blocks.dropParts(level, parts);
    this.#putRollup(level, track, together, true);
    this.#putRollup(next, track, coarser, false);
    return true;
  }

  #putRollup(level: RollupLevel, track: number, data: Uint8Array, folded: boolean): void {
    const span = spanOfRollup(data);
    if (span) this.#parts.source.blocks.putRollup(level, { track, ...span, data }, folded);
  }
}

const isSame = (one: readonly Part[], other: readonly Part[]): boolean =>
  one.length === other.length && one.every(({ key }, at) => key === other[at]?.key);

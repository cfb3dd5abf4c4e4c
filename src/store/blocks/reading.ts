/** What a track has within a time, brought together from blocks and from what is not yet in blocks; for every engine. */
import type { Point } from '../../model/sample.js';
import { BUCKETS_MS, type Level, type Segment } from '../levels.js';
import type { Buckets } from './rollup-block.js';

/** Samples by time: a block, or what is still as it was written. */
export interface Rows<Column = Float64Array> {
  /** Ascending. */
  readonly times: Float64Array;
  /** Undefined where nothing was measured. */
  column(place: number): Column | undefined;
}

/** What a track has in one segment. */
export interface TrackPart extends Segment {
  /** Of samples themselves all; otherwise those that are not yet in what is rolled up. Later ones hold the later word. */
  readonly samples: readonly Rows[];
  /** Of that level, and of finer ones what is not yet in it. */
  readonly rollups: readonly Rows<Buckets>[];
}

/** Takes what a series has, ascending within each piece of it. */
export interface Sink {
  sample(time: number, value: number): void;
  bucket(time: number, count: number, minimum: number, mean: number, maximum: number): void;
}

/** @returns The level of what was found: zero when there were samples alone, undefined when there was nothing. */
export function feed({ level, from, to, samples, rollups }: TrackPart, place: number, sink: Sink): Level | undefined {
  let found: Level | undefined;
  for (const rows of rollups) {
    const buckets = rows.column(place);
    if (!buckets) continue;
    const { count, minimum, mean, maximum } = buckets;
    rows.times.forEach((time, at) => {
      const many = count[at] ?? 0;
      if (!(many > 0) || time < from || time >= to) return;
      sink.bucket(time, many, minimum[at] ?? 0, mean[at] ?? 0, maximum[at] ?? 0);
      found = level;
    });
  }
  for (const { times, values } of runsOf(samples, place))
    times.forEach((time, at) => {
      const value = values[at] ?? Number.NaN;
      if (Number.isNaN(value) || time < from || time >= to) return;
      sink.sample(time, value);
      found ??= 0;
    });
  return found;
}

interface Run {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** One after the other; where they overlap as one, in which each time is once. */
function runsOf(samples: readonly Rows[], place: number): readonly Run[] {
  const runs = samples.flatMap((rows): Run[] => {
    const values = rows.column(place);
    return values && values.length > 0 ? [{ times: rows.times, values }] : [];
  });
  const isApart = runs.every(({ times }, at) => {
    const before = runs[at - 1]?.times.at(-1) ?? Number.NEGATIVE_INFINITY;
    return (times[0] ?? 0) > before;
  });
  if (isApart) return runs;
  const byTime = new Map<number, number>();
  for (const { times, values } of runs)
    times.forEach((time, at) => {
      const value = values[at] ?? Number.NaN;
      if (!Number.isNaN(value)) byTime.set(time, value);
    });
  const times = Float64Array.from(byTime.keys()).sort();
  return [{ times, values: times.map((time) => byTime.get(time) ?? Number.NaN) }];
}

/** Points as they were measured. */
export class PlainPoints implements Sink {
  readonly #points: Point[] = [];

  sample(time: number, value: number): void {
    this.#points.push({ time, value });
  }

  bucket(time: number, count: number, minimum: number, mean: number, maximum: number): void {
    this.#points.push({ time, value: mean, minimum, maximum, count });
  }

  /** Ascending. */
  get points(): readonly Point[] {
    return this.#points.sort((a, b) => a.time - b.time);
  }

  get size(): number {
    return this.#points.length;
  }
}

interface Step {
  readonly time: number;
  sum: number;
  minimum: number;
  maximum: number;
  count: number;
}

/** Points joined to steps. */
export class SteppedPoints implements Sink {
  readonly #stepMs: number;
  readonly #steps = new Map<number, Step>();
  #last: Step | undefined;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  sample(time: number, value: number): void {
    this.bucket(time, 1, value, value, value);
  }

  bucket(time: number, count: number, minimum: number, mean: number, maximum: number): void {
    const start = Math.floor(time / this.#stepMs) * this.#stepMs;
    const step = this.#last?.time === start ? this.#last : this.#steps.get(start);
    this.#last = step ?? { time: start, sum: 0, minimum, maximum, count: 0 };
    if (!step) this.#steps.set(start, this.#last);
    this.#last.sum += mean * count;
    this.#last.minimum = Math.min(this.#last.minimum, minimum);
    this.#last.maximum = Math.max(this.#last.maximum, maximum);
    this.#last.count += count;
  }

  /** Ascending. */
  get points(): readonly Point[] {
    return [...this.#steps.values()]
      .sort((a, b) => a.time - b.time)
      .map(({ sum, count, ...step }) => ({ ...step, value: sum / count, count }));
  }

  get size(): number {
    return this.#steps.size;
  }
}

/** What a query tells of how coarse it is. */
export const resolutionOf = (level: Level | undefined): { readonly resolutionMs?: number } =>
  level === undefined || level === 0 ? {} : { resolutionMs: BUCKETS_MS[level] };

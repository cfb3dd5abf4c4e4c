/** Samples and smaller buckets put into larger ones, series by series. */
import type { Buckets } from './rollup-block.js';

/** Which bucket each of some times is in. */
export class Gathering {
  /** Beginnings of the buckets, ascending. */
  readonly times: Float64Array;
  readonly #at = new Map<number, number>();
  readonly #bucketMs: number;

  constructor(sources: Iterable<Float64Array>, bucketMs: number) {
    const starts = new Set<number>();
    for (const times of sources) for (const time of times) starts.add(Math.floor(time / bucketMs) * bucketMs);
    this.times = Float64Array.from(starts).sort();
    this.#bucketMs = bucketMs;
    for (const [at, time] of this.times.entries()) this.#at.set(time, at);
  }

  /** For each time the place of its bucket. */
  placesOf(times: Float64Array): Int32Array {
    return Int32Array.from(times, (time) => this.#at.get(Math.floor(time / this.#bucketMs) * this.#bucketMs) ?? -1);
  }
}

/** What one series has in each bucket. */
export class Sums implements Buckets {
  readonly count: Float64Array;
  readonly minimum: Float64Array;
  readonly mean: Float64Array;
  readonly maximum: Float64Array;
  readonly #sum: Float64Array;
  #isEmpty = true;

  constructor(size: number) {
    this.count = new Float64Array(size);
    this.minimum = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    this.maximum = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
    this.mean = new Float64Array(size);
    this.#sum = new Float64Array(size);
  }

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  addSamples(places: Int32Array, values: Float64Array): void {
    values.forEach((value, at) => {
      if (!Number.isNaN(value)) this.#add(places[at] ?? 0, 1, value, value, value);
    });
  }

  addBuckets(places: Int32Array, { count, minimum, mean, maximum }: Buckets): void {
    count.forEach((many, at) => {
      if (many > 0) this.#add(places[at] ?? 0, many, minimum[at] ?? 0, mean[at] ?? 0, maximum[at] ?? 0);
    });
  }

  #add(place: number, count: number, minimum: number, mean: number, maximum: number): void {
    this.#isEmpty = false;
    const counted = (this.count[place] ?? 0) + count;
    const sum = (this.#sum[place] ?? 0) + mean * count;
    this.count[place] = counted;
    this.#sum[place] = sum;
    this.mean[place] = sum / counted;
    this.minimum[place] = Math.min(this.minimum[place] ?? minimum, minimum);
    this.maximum[place] = Math.max(this.maximum[place] ?? maximum, maximum);
  }
}

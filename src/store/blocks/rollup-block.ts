/** Samples of a track rolled up to buckets of one length: how many there were in each, the least, the mean, the most. */
import type { BitReader, BitWriter } from './bits.js';
import { getColumn, putColumn } from './columns.js';
import { Container, containerOf, entryOf } from './container.js';

/** Of what is no decimal one part in 65,000 is told. */
const BOUNDS = { fraction: 15 } as const;
const MEANS = { fraction: 15, cutsAll: true } as const;
const COUNTS = { fraction: 20 } as const;

/** Of one series, by bucket; where the count is none the others say nothing. */
export interface Buckets {
  readonly count: Float64Array;
  readonly minimum: Float64Array;
  readonly mean: Float64Array;
  readonly maximum: Float64Array;
}

/** In an entry's first byte: counts are not those that most have; minimum and maximum are the same in each bucket. */
const OWN_COUNTS = 1;
const FLAT = 2;

export interface RollupRows {
  /** Numbers that are read for a column; default as many as are written. */
  readonly work?: number;
  /** Beginnings of the buckets, ascending. */
  readonly times: Float64Array;
  readonly width: number;
  /** Undefined where nothing was measured. */
  column(place: number): Buckets | undefined;
}

/** @returns The bytes; yields the numbers that it has dealt with, so that others can be let through. */
export function* rollupBlock({ work = 0, times, width, column }: RollupRows): Generator<number, Uint8Array, void> {
  // First what most have in common.
  const entries: Uint8Array[] = [new Uint8Array()];
  let usual: Float64Array | undefined;
  for (let place = 0; place < width; place += 1) {
    const buckets = column(place);
    if (!buckets) entries.push(new Uint8Array());
    else {
      if (!usual) {
        usual = buckets.count;
        entries[0] = entryOf((writer) => void putColumn(writer, buckets.count, COUNTS));
      }
      const counts = usual;
      entries.push(entryOf((writer) => putBuckets(writer, buckets, counts)));
    }
    yield work + 4 * times.length;
  }
  return containerOf(times, entries);
}

function putBuckets(writer: BitWriter, { count, minimum, mean, maximum }: Buckets, usual: Float64Array): void {
  const hasOwn = count.some((one, at) => one !== usual[at]);
  const here = (values: Float64Array) => values.filter((_, at) => (count[at] ?? 0) > 0);
  const [low, high] = [here(minimum), here(maximum)];
  const isFlat = low.every((value, at) => value === high[at]);
  writer.put((hasOwn ? OWN_COUNTS : 0) + (isFlat ? FLAT : 0), 8);
  if (hasOwn) putColumn(writer, count, COUNTS, usual);
  const lowRead = putColumn(writer, low, BOUNDS);
  if (isFlat) return;
  const highRead = putColumn(writer, high, BOUNDS, lowRead);
  putColumn(writer, here(mean), MEANS, middle(lowRead, highRead));
}

const middle = (low: Float64Array, high: Float64Array): Float64Array =>
  low.map((value, at) => value + ((high[at] ?? value) - value) / 2);

export class RollupBlock {
  readonly #container: Container;
  #usual: Float64Array | undefined;

  constructor(bytes: Uint8Array) {
    this.#container = new Container(bytes);
  }

  get times(): Float64Array {
    return this.#container.times;
  }

  get width(): number {
    return this.#container.width - 1;
  }

  /** Undefined where nothing was measured. */
  column(place: number): Buckets | undefined {
    const reader = this.#container.entry(1 + place);
    return reader && this.#read(reader);
  }

  #read(reader: BitReader): Buckets {
    const rows = this.times.length;
    const head = reader.get(8);
    const usual = this.#counts(rows);
    const count = head & OWN_COUNTS ? getColumn(reader, rows, () => usual) : usual;
    const present = count.reduce((sum, one) => sum + (one > 0 ? 1 : 0), 0);
    const minimum = getColumn(reader, present);
    if (head & FLAT) {
      const all = spread(count, minimum);
      return { count, minimum: all, mean: all, maximum: all };
    }
    const maximum = getColumn(reader, present, () => minimum);
    const mean = getColumn(reader, present, () => middle(minimum, maximum));
    // Cut to its bits a mean may lie a little outside.
    const within = mean.map((value, at) => Math.min(Math.max(value, minimum[at] ?? value), maximum[at] ?? value));
    return {
      count,
      minimum: spread(count, minimum),
      mean: spread(count, within),
      maximum: spread(count, maximum),
    };
  }

  #counts(rows: number): Float64Array {
    if (!this.#usual) {
      const reader = this.#container.entry(0);
      this.#usual = reader ? getColumn(reader, rows) : new Float64Array(rows);
    }
    return this.#usual;
  }
}

function spread(count: Float64Array, present: Float64Array): Float64Array {
  if (present.length === count.length) return present;
  let next = 0;
  return count.map((one) => {
    if (!(one > 0)) return Number.NaN;
    next += 1;
    return present[next - 1] ?? Number.NaN;
  });
}

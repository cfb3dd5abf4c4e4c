/**
 * Values that were measured at once, kept closely: what they are is told by a shape that all have in common who measure
 * the same, and of each there is no more than its number.
 */
import { createHash } from 'node:crypto';
import type { MetricValue } from './ptp-store.js';
import type { SampleValue } from './sample.js';

export interface Named {
  readonly metric: string;
  readonly instance: string;
  readonly unit: string;
}

const keyOf = (metric: string, instance: string): string => `${metric}\n${instance}`;

/** What is measured, in its order. There is one object for equal ones. */
export class Shape {
  readonly names: readonly Named[];
  /** The same for equal shapes, and only for them. */
  readonly digest: string;
  #places: ReadonlyMap<string, number> | undefined;
  #isRepeated: boolean | undefined;

  constructor(names: readonly Named[], digest: string) {
    this.names = names;
    this.digest = digest;
  }

  /** Where a value stands; of several of one name the last. */
  placeOf(metric: string, instance: string): number | undefined {
    this.#places ??= new Map(this.names.map((one, place) => [keyOf(one.metric, one.instance), place]));
    return this.#places.get(keyOf(metric, instance));
  }

  /** Whether something stands in it twice. */
  get isRepeated(): boolean {
    this.#isRepeated ??= this.names.some(({ metric, instance }, place) => this.placeOf(metric, instance) !== place);
    return this.#isRepeated;
  }

  has(names: readonly Named[]): boolean {
    if (names.length !== this.names.length) return false;
    return names.every(({ metric, instance, unit }, place) => {
      const own = this.names[place];
      return own !== undefined && own.metric === metric && own.instance === instance && own.unit === unit;
    });
  }
}

const shapes = new Map<string, WeakRef<Shape>>();
const unused = new FinalizationRegistry<string>((digest) => {
  if (!shapes.get(digest)?.deref()) shapes.delete(digest);
});

/** @param likely Is looked at first: who measures again mostly measures the same. */
export function shapeOf(names: readonly Named[], likely?: Shape): Shape {
  if (likely?.has(names)) return likely;
  const written = JSON.stringify(names.map(({ metric, instance, unit }) => [metric, instance, unit]));
  const digest = createHash('sha256').update(written).digest('base64');
  const known = shapes.get(digest)?.deref();
  if (known) return known;
  const own = names.map(({ metric, instance, unit }): Named => ({ metric, instance, unit }));
  const shape = new Shape(own, digest);
  shapes.set(digest, new WeakRef(shape));
  unused.register(shape, digest);
  return shape;
}

/** Iterates over its values as {@link MetricValue}s, which are made on the way. */
export class Measured implements Iterable<MetricValue> {
  readonly shape: Shape;
  /** Milliseconds since 1970. */
  readonly time: number;
  /**
   * By place; not a number where the value is among {@link others}. Of doubles alone, an array is as close as a
   * Float64Array, which has three objects and memory outside of the heap besides.
   */
  readonly numbers: readonly number[];
  /** By place: text, integers that a double does not hold, and what is no finite number. */
  readonly others: ReadonlyMap<number, SampleValue>;

  constructor(shape: Shape, time: number, valueAt: (place: number) => SampleValue) {
    this.shape = shape;
    this.time = time;
    const numbers = nothingMeasured(shape.names.length);
    let others: Map<number, SampleValue> | undefined;
    for (let place = 0; place < numbers.length; place += 1) {
      const value = valueAt(place);
      const number = exactNumber(value);
      numbers[place] = number;
      if (Number.isNaN(number)) {
        others ??= new Map();
        others.set(place, value);
      }
    }
    this.numbers = numbers;
    this.others = others ?? NONE;
  }

  get size(): number {
    return this.numbers.length;
  }

  valueAt(place: number): SampleValue {
    const number = this.numbers[place] ?? Number.NaN;
    return Number.isNaN(number) ? (this.others.get(place) ?? number) : number;
  }

  /** Undefined where nothing of that name was measured. */
  get(metric: string, instance: string): SampleValue | undefined {
    const place = this.shape.placeOf(metric, instance);
    return place === undefined ? undefined : this.valueAt(place);
  }

  *[Symbol.iterator](): Generator<MetricValue, void, undefined> {
    for (let place = 0; place < this.numbers.length; place += 1) {
      const named = this.shape.names[place];
      if (named) {
        const { metric: name, instance, unit } = named;
        yield { name, instance, value: this.valueAt(place), unit, time: this.time };
      }
    }
  }
}

const NONE: ReadonlyMap<number, SampleValue> = new Map();

/** As many numbers as there are places, none of them measured. */
export const nothingMeasured = (places: number): number[] => new Array<number>(places).fill(Number.NaN);

const MOST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Not a number where a double does not say the same. */
function exactNumber(value: SampleValue): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN;
  return typeof value === 'bigint' && value <= MOST_SAFE && value >= -MOST_SAFE ? Number(value) : Number.NaN;
}

/** The latest values of one access, or of an element from before its polls: kept as closely as they were measured. */
import { Measured, type Named, type Shape, shapeOf } from '../../model/measured.js';
import type { MetricValue } from '../../model/ptp-store.js';
import type { Sample, SampleValue } from '../../model/sample.js';
import type { ElementState } from '../../store/store.js';

const keyOf = (metric: string, instance: string): string => `${metric}\n${instance}`;

export class LatestValues implements Iterable<MetricValue> {
  /** Values of other times, by metric and instance. Most elements have none. */
  #kept: Map<string, MetricValue> | undefined;
  #measured: readonly Measured[];
  #likely: Shape | undefined;

  constructor(kept: readonly MetricValue[] = [], measured: readonly Measured[] = []) {
    this.#keep(kept);
    this.#measured = measured;
  }

  static of(state: ElementState | undefined): LatestValues {
    return state?.measured ? new LatestValues(state.kept, state.measured) : new LatestValues(state?.latest);
  }

  get kept(): readonly MetricValue[] {
    return this.#kept ? [...this.#kept.values()] : NONE;
  }

  get measured(): readonly Measured[] {
    return this.#measured;
  }

  get newestMs(): number {
    let newest = 0;
    for (const { time } of this.kept) newest = Math.max(newest, time);
    for (const { time } of this.#measured) newest = Math.max(newest, time);
    return newest;
  }

  /** What a poll has brought, as it is kept; of several of one name the last. */
  measure(readings: readonly (Named & { readonly value: SampleValue })[], time: number): Measured {
    const shape = shapeOf(readings, this.#likely);
    if (shape.isRepeated)
      return this.measure(
        readings.filter(({ metric, instance }, place) => shape.placeOf(metric, instance) === place),
        time,
      );
    this.#likely = shape;
    return new Measured(shape, time, (place) => readings[place]?.value ?? Number.NaN);
  }

  /** In the place of all before. */
  replace(measured: Measured): void {
    this.#kept = undefined;
    this.#measured = [measured];
  }

  /** In the place of those that it has a new value of. */
  add(measured: Measured): void {
    this.#keep(measured);
  }

  /** Without what has been measured anew. */
  dropAll(measured: Measured): void {
    if (!this.#kept && this.#measured.length === 0) return;
    const left = [...this].filter(({ name, instance }) => measured.shape.placeOf(name, instance) === undefined);
    this.#kept = undefined;
    this.#measured = [];
    this.#keep(left);
  }

  get(metric: string, instance: string): { readonly value: SampleValue } | undefined {
    for (const one of this.#measured) {
      const value = one.get(metric, instance);
      if (value !== undefined) return { value };
    }
    return this.#kept?.get(keyOf(metric, instance));
  }

  *[Symbol.iterator](): Generator<MetricValue, void, undefined> {
    yield* this.kept;
    for (const one of this.#measured) yield* one;
  }

  #keep(values: Iterable<MetricValue>): void {
    for (const value of values) this.#kept = (this.#kept ?? new Map()).set(keyOf(value.name, value.instance), value);
  }
}

const NONE: readonly MetricValue[] = [];

export const together = (all: readonly LatestValues[]): Pick<LatestValues, 'kept' | 'measured'> => ({
  kept: joined(all.map(({ kept }) => kept)),
  measured: joined(all.map(({ measured }) => measured)),
});

/** Mostly one of them has any: then it is that one. */
function joined<One>(lists: readonly (readonly One[])[]): readonly One[] {
  const [first = [], ...others] = lists.filter(({ length }) => length > 0);
  return others.length === 0 ? first : first.concat(...others);
}

/** As samples, where one wants to see them: text is none. */
export const samplesOf = (measured: Measured, whose: Pick<Sample, 'element' | 'owner' | 'epoch'>): readonly Sample[] =>
  [...measured].flatMap(({ name: metric, ...value }): Sample[] =>
    typeof value.value === 'string' ? [] : [{ ...whose, metric, ...value }],
  );

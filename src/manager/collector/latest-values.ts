/** The latest values of one access, or of an element from before its polls: kept as closely as they were measured. */
import { Measured, type Named, type Shape, shapeOf } from '../../model/measured.js';
import type { MetricValue } from '../../model/ptp-store.js';
import type { Sample, SampleValue } from '../../model/sample.js';
import type { ElementState } from '../../store/store.js';

const keyOf = (metric: string, instance: string): string => `${metric}\n${instance}`;

export class LatestValues implements Iterable<MetricValue> {
  /** Values of other times, by metric and instance. */
  readonly #kept: Map<string, MetricValue>;
  #measured: readonly Measured[];
  #likely: Shape | undefined;

  constructor(kept: readonly MetricValue[] = [], measured: readonly Measured[] = []) {
    this.#kept = new Map(kept.map((value) => [keyOf(value.name, value.instance), value]));
    this.#measured = measured;
  }

  static of(state: ElementState | undefined): LatestValues {
    return state?.measured ? new LatestValues(state.kept, state.measured) : new LatestValues(state?.latest);
  }

  get kept(): readonly MetricValue[] {
    return [...this.#kept.values()];
  }

  get measured(): readonly Measured[] {
    return this.#measured;
  }

  get newestMs(): number {
    let newest = 0;
    for (const { time } of this.#kept.values()) newest = Math.max(newest, time);
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
    this.#kept.clear();
    this.#measured = [measured];
  }

  /** In the place of those that it has a new value of. */
  add(measured: Measured): void {
    for (const value of measured) this.#kept.set(keyOf(value.name, value.instance), value);
  }

  /** Without what has been measured anew. */
  dropAll(measured: Measured): void {
    if (this.#kept.size === 0 && this.#measured.length === 0) return;
    const { shape } = measured;
    for (const [key, { name, instance }] of this.#kept)
      if (shape.placeOf(name, instance) !== undefined) this.#kept.delete(key);
    for (const value of this.#measured.flatMap((one) => [...one]))
      if (shape.placeOf(value.name, value.instance) === undefined)
        this.#kept.set(keyOf(value.name, value.instance), value);
    this.#measured = [];
  }

  get(metric: string, instance: string): { readonly value: SampleValue } | undefined {
    for (const one of this.#measured) {
      const value = one.get(metric, instance);
      if (value !== undefined) return { value };
    }
    return this.#kept.get(keyOf(metric, instance));
  }

  *[Symbol.iterator](): Generator<MetricValue, void, undefined> {
    yield* this.#kept.values();
    for (const one of this.#measured) yield* one;
  }
}

/** As samples, where one wants to see them: text is none. */
export const samplesOf = (measured: Measured, whose: Pick<Sample, 'element' | 'owner' | 'epoch'>): readonly Sample[] =>
  [...measured].flatMap(({ name: metric, ...value }): Sample[] =>
    typeof value.value === 'string' ? [] : [{ ...whose, metric, ...value }],
  );

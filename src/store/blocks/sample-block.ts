/** Samples of a track that were put away together. */
import type { BitReader } from './bits.js';
import { getColumn, putColumn } from './columns.js';
import { Container, containerOf, entryOf } from './container.js';
import { type Derivations, factorOf, gains } from './derivations.js';

const FINENESS = { fraction: 20 } as const;
/** A factor that is this by a whole number is written as that. */
const OF_FACTORS = 800;

export interface SampleRows {
  /** Whole milliseconds since 1970, ascending. */
  readonly times: Float64Array;
  readonly width: number;
  /** By time; not a number where there is none. */
  column(place: number): Float64Array;
}

/** @returns The bytes; yields the numbers that it has dealt with, so that others can be let through. */
export function* sampleBlock(
  { times, width, column }: SampleRows,
  derivations: Derivations,
): Generator<number, Uint8Array, void> {
  const entries = new Array<Uint8Array>(width);
  const counters = new Map<number, Float64Array>();
  for (const counter of derivations) if (counter !== undefined) counters.set(counter, new Float64Array());
  const isCounter = (place: number) => counters.has(place);
  const hasNone = (values: Float64Array) => values.every(Number.isNaN);
  const places = [...entries.keys()];
  for (const place of [...places.filter(isCounter), ...places.filter((one) => !isCounter(one))]) {
    const values = column(place);
    const counter = derivations[place];
    const base = isCounter(place) || counter === undefined ? undefined : counters.get(counter);
    if (hasNone(values)) entries[place] = new Uint8Array();
    else if (base && counter !== undefined) entries[place] = derived(times, values, counter, base);
    else
      entries[place] = entryOf((writer) => {
        writer.put(0, 8);
        const read = putColumn(writer, values, FINENESS);
        if (isCounter(place)) counters.set(place, read);
      });
    yield times.length;
  }
  return containerOf(times, entries);
}

function derived(times: Float64Array, values: Float64Array, counter: number, base: Float64Array): Uint8Array {
  const gained = gains(times, base);
  const factor = base.length > 0 ? factorOf(values, gained) : 0;
  if (factor === 0)
    return entryOf((writer) => {
      writer.put(0, 8);
      putColumn(writer, values, FINENESS);
    });
  const divisor = Math.round(OF_FACTORS / factor);
  const isWhole = divisor > 0 && divisor < 2 ** 50 && OF_FACTORS / divisor === factor;
  return entryOf((writer) => {
    writer.putNumber(1 + 2 * counter + (isWhole ? 1 : 0));
    if (isWhole) writer.putNumber(divisor);
    else writer.putDouble(factor);
    putColumn(
      writer,
      values,
      FINENESS,
      gained.map((gain) => gain * factor),
    );
  });
}

export class SampleBlock {
  readonly #container: Container;

  constructor(bytes: Uint8Array) {
    this.#container = new Container(bytes);
  }

  get times(): Float64Array {
    return this.#container.times;
  }

  /** Undefined where nothing was measured. */
  column(place: number): Float64Array | undefined {
    const reader = this.#container.entry(place);
    return reader && this.#read(reader);
  }

  #read(reader: BitReader): Float64Array {
    const { times } = this;
    const head = reader.getNumber();
    if (head === 0) return getColumn(reader, times.length);
    const isWhole = (head - 1) % 2 === 1;
    const counter = (head - 1 - (isWhole ? 1 : 0)) / 2;
    const factor = isWhole ? OF_FACTORS / reader.getNumber() : reader.getDouble();
    return getColumn(reader, times.length, () => {
      const base = this.#container.entry(counter);
      // A counter follows from nothing.
      if (base?.getNumber() !== 0) return undefined;
      return gains(times, getColumn(base, times.length)).map((gain) => gain * factor);
    });
  }
}

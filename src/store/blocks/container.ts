/** Several columns about the same times, each of which can be read without the others. */
import { BitReader, BitWriter, damaged } from './bits.js';
import { getIntegers, planIntegers, putIntegers } from './integers.js';

const FORMAT = 1;
/** Rows of one container at most, and its entries. */
const MOST_ROWS = 100_000;
const MOST_ENTRIES = 1_000_000;

/** One writer at a time, as containers are made one at a time in a thread. */
const writer = new BitWriter();

/** @param times Ascending whole numbers. */
export function containerOf(times: Float64Array, entries: readonly Uint8Array[]): Uint8Array {
  const plan = planIntegers(times);
  if (!plan) throw new RangeError('times lie in a few thousand years');
  writer.put(FORMAT, 8);
  writer.putNumber(times.length);
  putIntegers(writer, times.length, plan);
  writer.putNumber(entries.length);
  for (const { length } of entries) writer.putNumber(length);
  for (const entry of entries) writer.putBytes(entry);
  return writer.take();
}

/** What a container's entry is written with. */
export function entryOf(write: (writer: BitWriter) => void): Uint8Array {
  // What somebody began to write who failed is of no use.
  writer.reset();
  write(writer);
  return writer.take();
}

export class Container {
  readonly times: Float64Array;
  /** Where entries begin, and where the last one ends. */
  readonly #begins: Uint32Array;
  readonly #bytes: Uint8Array;

  /** @throws PtpError `Store.Failed` when it is damaged. */
  constructor(bytes: Uint8Array) {
    const reader = new BitReader(bytes);
    if (reader.get(8) !== FORMAT) throw damaged();
    const rows = reader.getNumber();
    if (rows > MOST_ROWS) throw damaged();
    this.times = getIntegers(reader, rows);
    const count = reader.getNumber();
    if (count > MOST_ENTRIES) throw damaged();
    this.#begins = new Uint32Array(count + 1);
    let begin = 0;
    for (let at = 0; at < count; at += 1) {
      this.#begins[at] = begin;
      begin += reader.getNumber();
    }
    this.#begins[count] = begin;
    reader.align();
    this.#bytes = bytes.subarray(reader.position);
    if (begin > this.#bytes.length) throw damaged();
  }

  get width(): number {
    return this.#begins.length - 1;
  }

  /** Undefined where there is no such entry, or nothing in it. */
  entry(place: number): BitReader | undefined {
    const [begin = 0, end = 0] = this.#begins.subarray(place, place + 2);
    return end > begin ? new BitReader(this.#bytes.subarray(begin, end)) : undefined;
  }
}

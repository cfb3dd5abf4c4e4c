/**
 * A row of whole numbers in as few bits as its kind allows: what is left of each when the usual is taken away (a fixed
 * number, the one before, the step before, or what somebody else has foretold) in Rice's code.
 */
import { type BitReader, type BitWriter, damaged, ESCAPED_BITS } from './bits.js';

/** What is taken away: a number; the one before and a step; the one before and its step; what was foretold. */
const FIXED = 0;
const STEPS = 1;
const CHANGES = 2;
const FORETOLD = 3;

/** In the place of k: nothing is left anywhere. */
const NOTHING_LEFT = 63;
/** What is left of a number may be so large. */
const MOST_LEFT = 2 ** 51;

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/** How numbers are written in the fewest bits. */
export interface IntegerPlan {
  readonly way: number;
  readonly first: number;
  readonly base: number;
  readonly k: number;
  readonly bits: number;
}

/** What is left by the attempt under way, and by the best one so far: one row is planned and written at a time. */
let tried = new Float64Array(1024);
let best = new Float64Array(1024);

/**
 * To be written before the next is planned.
 * @param foretold As many as values.
 * @returns Undefined where numbers are too far apart.
 */
export function planIntegers(values: Float64Array, foretold?: Float64Array): IntegerPlan | undefined {
  const count = values.length;
  if (tried.length < count) {
    tried = new Float64Array(2 * count);
    best = new Float64Array(2 * count);
  }
  let chosen: IntegerPlan | undefined;
  for (const way of foretold ? [FORETOLD, FIXED, STEPS, CHANGES] : [FIXED, STEPS, CHANGES]) {
    const attempt = attempted(way, values, foretold ?? values);
    if (!attempt || (chosen && attempt.bits >= chosen.bits)) continue;
    chosen = attempt;
    [tried, best] = [best, tried];
    if (attempt.k === NOTHING_LEFT) break;
  }
  return chosen;
}

export function putIntegers(writer: BitWriter, count: number, { way, first, base, k }: IntegerPlan): void {
  writer.align();
  writer.put(way * 64 + k, 8);
  if (way === STEPS || way === CHANGES) writer.putDouble(first);
  if (way !== FORETOLD) writer.putNumber(zigzag(base));
  if (k !== NOTHING_LEFT) for (let at = 0; at < count; at += 1) writer.putRice(best[at] ?? 0, k);
}

function attempted(way: number, values: Float64Array, foretold: Float64Array): IntegerPlan | undefined {
  const count = values.length;
  const first = values[0] ?? 0;
  const base = baseOf(way, values);
  if (!(Math.abs(base) < MOST_LEFT)) return undefined;
  const left = tried;
  let before = first;
  let step = base;
  let isNothing = true;
  for (let at = 0; at < count; at += 1) {
    const value = values[at] ?? 0;
    let usual = base;
    if (way === FORETOLD) usual = foretold[at] ?? 0;
    else if (way !== FIXED) usual = at === 0 ? first : before + step;
    const rest = value - usual;
    // What cannot be added up again to the same is too far apart.
    if (!(Math.abs(rest) < MOST_LEFT) || usual + rest !== value) return undefined;
    left[at] = zigzag(rest);
    if (rest !== 0) isNothing = false;
    if (way === CHANGES && at > 0) step = value - before;
    before = value;
  }
  if (isNothing) return { way, first, base, k: NOTHING_LEFT, bits: 0 };
  return { way, first, base, ...cheapest(left, count) };
}

/** The number, or the step, that most are near to. */
function baseOf(way: number, values: Float64Array): number {
  const count = values.length;
  const [first = 0, second = first] = values;
  if (way === FORETOLD || count === 0) return 0;
  if (way === CHANGES) return second - first;
  const last = values[count - 1] ?? first;
  if (way === FIXED) return values[count >> 1] ?? first;
  return count < 2 ? 0 : Math.round((last - first) / (count - 1));
}

const lengths = new Uint32Array(64);

const lengthOf = (value: number): number =>
  value < 2 ** 31 ? 32 - Math.clz32(value) : 64 - Math.clz32(value / 2 ** 32);

/** The k that takes the fewest bits, by how long the numbers are. */
function cheapest(left: Float64Array, count: number): { readonly k: number; readonly bits: number } {
  let longest = 0;
  lengths.fill(0);
  for (let at = 0; at < count; at += 1) {
    const length = lengthOf(left[at] ?? 0);
    lengths[length] = (lengths[length] ?? 0) + 1;
    if (length > longest) longest = length;
  }
  let middle = 0;
  for (let seen = lengths[0] ?? 0; 2 * seen < count; seen += lengths[middle] ?? 0) middle += 1;
  let [best, bestBits] = [0, Number.POSITIVE_INFINITY];
  for (let k = Math.max(middle - 2, 0); k <= Math.min(middle + 1, 52); k += 1) {
    let bits = (k + 1) * count;
    for (let length = k + 1; length <= longest; length += 1) {
      const many = lengths[length] ?? 0;
      if (many === 0) continue;
      // Numbers of one length are three quarters of the largest of them, on the whole.
      const units = 0.75 * 2 ** (length - k);
      bits += many * (units >= 20 ? ESCAPED_BITS - k - 1 : units);
    }
    if (bits < bestBits) [best, bestBits] = [k, bits];
  }
  return { k: best, bits: bestBits };
}

/** @param foretold What was given when they were written, if anything was; made only where it is needed. */
export function getIntegers(reader: BitReader, count: number, foretold?: () => Float64Array | undefined): Float64Array {
  reader.align();
  const head = reader.get(8);
  const way = head >> 6;
  const k = head & 63;
  const first = way === STEPS || way === CHANGES ? reader.getDouble() : 0;
  const base = way === FORETOLD ? 0 : unzigzag(reader.getNumber());
  const told = way === FORETOLD ? foretold?.() : undefined;
  if (way === FORETOLD && !told) throw damaged();
  const values = new Float64Array(count);
  let before = first;
  let step = base;
  for (let at = 0; at < count; at += 1) {
    let usual = base;
    if (way === FORETOLD) usual = told?.[at] ?? 0;
    else if (way !== FIXED) usual = at === 0 ? first : before + step;
    const value = k === NOTHING_LEFT ? usual : usual + unzigzag(reader.getRice(k));
    values[at] = value;
    if (way === CHANGES && at > 0) step = value - before;
    before = value;
  }
  return values;
}

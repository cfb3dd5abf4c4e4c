/**
 * Values of one series as bytes. Whole numbers and decimals of up to six places stay as they are; of other numbers, which
 * come from divisions, the sign, the exponent and the upper bits of the fraction are kept.
 */
import { type BitReader, type BitWriter, damaged } from './bits.js';
import { getIntegers, planIntegers, putIntegers } from './integers.js';

/** How they lie: none; one value throughout; whole numbers and decimals; upper bits of doubles; doubles; one whole number. */
const NONE = 0;
const SAME = 1;
const DECIMAL = 2;
const UPPER = 3;
const DOUBLES = 4;
const SAME_WHOLE = 5;
/** Added to the kind: there are gaps, which a bit for each place tells. */
const WITH_GAPS = 16;

const MOST_PLACES = 6;
const MOST_EXACT = 2 ** 52;
/** Of the upper half of a double, bits of the fraction. */
const UPPER_FRACTION = 20;

export interface Fineness {
  /** Bits of the fraction that are kept of numbers that are no decimals: 20 are one part in two millions. At most 20. */
  readonly fraction: number;
  /** Decimals, too, are cut to these bits. */
  readonly cutsAll?: boolean;
}

/** Upper halves of the largest finite doubles. */
const LARGEST = 0x7fefffff;
const LARGEST_BELOW_ZERO = 0x7fefffff - 2 ** 31;

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/**
 * @param values Not a number where there is none.
 * @param foretold What they are likely to be, as many.
 * @returns The values as they will be read.
 */
export function putColumn(
  writer: BitWriter,
  values: Float64Array,
  { fraction, cutsAll = false }: Fineness,
  foretold?: Float64Array,
): Float64Array {
  const present = withoutGaps(values);
  const first = present[0];
  writer.align();
  if (first === undefined) {
    writer.put(NONE, 8);
    return values;
  }
  const gaps = present.length < values.length ? WITH_GAPS : 0;
  const begin = (kind: number): void => {
    writer.put(kind + gaps, 8);
    if (gaps) putGaps(writer, values);
  };
  if (present.every((value) => Object.is(value, first))) {
    const isWhole = Number.isInteger(first) && first >= 0 && first < MOST_EXACT && !Object.is(first, -0);
    begin(isWhole ? SAME_WHOLE : SAME);
    if (isWhole) writer.putNumber(first);
    else writer.putDouble(first);
    return values;
  }
  const likely = foretold && alongside(values, foretold);
  const places = cutsAll ? undefined : placesOf(present);
  if (places === undefined) {
    const shift = UPPER_FRACTION - fraction;
    const upper = upperOf(present, shift);
    const plan = planIntegers(upper, likely && upperOf(likely, shift));
    if (!plan) throw new RangeError('upper halves of doubles are never too far apart');
    begin(UPPER);
    writer.put(shift, 8);
    putIntegers(writer, upper.length, plan);
    return spread(values, fromUpper(upper, shift));
  }
  const unit = 10 ** places;
  // Adding zero makes a plain zero of a negative one.
  const scaled = present.map((value) => (places === 0 ? value : Math.round(value * unit)) + 0);
  const plan = planIntegers(
    scaled,
    likely?.map((value) => wholeOf(value * unit)),
  );
  if (plan) {
    begin(DECIMAL);
    writer.put(places, 8);
    putIntegers(writer, scaled.length, plan);
  } else {
    begin(DOUBLES);
    for (const value of present) writer.putDouble(value);
  }
  return values;
}

/** @param foretold What was given when they were written, if anything was. */
export function getColumn(reader: BitReader, count: number, foretold?: () => Float64Array | undefined): Float64Array {
  reader.align();
  const head = reader.get(8);
  const kind = head & (WITH_GAPS - 1);
  const all = new Float64Array(count).fill(Number.NaN);
  if (kind === NONE) return all;
  const isThere = head >= WITH_GAPS ? getGaps(reader, count) : undefined;
  if (isThere)
    all.forEach((_, at) => {
      all[at] = isThere[at] === 1 ? 0 : Number.NaN;
    });
  else all.fill(0);
  const present = isThere ? isThere.reduce((sum, one) => sum + one, 0) : count;
  if (kind === SAME_WHOLE) return spread(all, new Float64Array(present).fill(reader.getNumber()));
  if (kind === SAME) return spread(all, new Float64Array(present).fill(reader.getDouble()));
  if (kind === DOUBLES)
    return spread(
      all,
      new Float64Array(present).map(() => reader.getDouble()),
    );
  if (kind !== DECIMAL && kind !== UPPER) throw damaged();
  const scale = reader.get(8);
  const likely = () => {
    const told = foretold?.();
    return told && alongside(all, told);
  };
  if (kind === UPPER) {
    const upper = getIntegers(reader, present, () => {
      const told = likely();
      return told && upperOf(told, scale);
    });
    return spread(all, fromUpper(upper, scale));
  }
  const unit = 10 ** scale;
  const whole = getIntegers(reader, present, () => likely()?.map((value) => wholeOf(value * unit)));
  return spread(all, scale === 0 ? whole : whole.map((value) => value / unit));
}

const wholeOf = (value: number): number => (Math.abs(value) < MOST_EXACT ? Math.round(value) + 0 : 0);

function withoutGaps(values: Float64Array): Float64Array {
  return values.some(Number.isNaN) ? values.filter((value) => !Number.isNaN(value)) : values;
}

/** Of others those where there are values. */
function alongside(values: Float64Array, others: Float64Array): Float64Array {
  return values.some(Number.isNaN) ? others.filter((_, at) => !Number.isNaN(values[at])) : others;
}

/** Puts what is present where there are values. */
function spread(values: Float64Array, present: Float64Array): Float64Array {
  if (present.length === values.length) return present;
  let next = 0;
  return values.map((value) => {
    if (Number.isNaN(value)) return value;
    next += 1;
    return present[next - 1] ?? Number.NaN;
  });
}

function putGaps(writer: BitWriter, values: Float64Array): void {
  for (const value of values) writer.put(Number.isNaN(value) ? 0 : 1, 1);
  writer.align();
}

function getGaps(reader: BitReader, count: number): Uint8Array {
  const isThere = new Uint8Array(count);
  for (let at = 0; at < count; at += 1) isThere[at] = reader.get(1);
  reader.align();
  return isThere;
}

/**
 * How many places make all of them whole numbers: undefined where six are not enough, infinite where whole numbers
 * among them are too large for as many places.
 */
function placesOf(values: Float64Array): number | undefined {
  let places = 0;
  let unit = 1;
  for (const value of values) {
    // A whole number is one however large it is.
    while (!Number.isInteger(value) && Math.round(value * unit) / unit !== value) {
      places += 1;
      unit = 10 ** places;
      if (places > MOST_PLACES) return undefined;
    }
  }
  if (places === 0) return 0;
  const isExact = (value: number) => Math.abs(value * unit) < MOST_EXACT && Math.round(value * unit) / unit === value;
  return values.every(isExact) ? places : Number.POSITIVE_INFINITY;
}

/** Upper halves of doubles, rounded, without their last bits. */
function upperOf(values: Float64Array, shift: number): Float64Array {
  const half = shift === 0 ? 0 : 2 ** (shift - 1);
  const unit = 2 ** shift;
  return values.map((value) => {
    double[0] = value;
    const [low = 0, high = 0] = words;
    const upper = Math.floor((high + (shift === 0 ? low >>> 31 : half)) / unit);
    // The largest doubles are not rounded to what is none.
    return Math.min(upper, Math.floor((high < 0 ? LARGEST_BELOW_ZERO : LARGEST) / unit));
  });
}

function fromUpper(upper: Float64Array, shift: number): Float64Array {
  const unit = 2 ** shift;
  return upper.map((value) => {
    words[0] = 0;
    words[1] = value * unit;
    return double[0] ?? 0;
  });
}

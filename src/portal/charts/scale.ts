/** Axes: round numbers for values, round times for time. Pure. */

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/**
 * Round values that cover [low, high], about `count` of them: steps of 1, 2 or 5 times a power of ten.
 *
 * @param multiple What a step is a multiple of powers of: 1024 for bytes, so that ticks are round in KiB; default 10.
 */
export function niceTicks(low: number, high: number, count: number, multiple: 10 | 1024 = 10): readonly number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
  // A span that is lost in the rounding of its ends cannot be divided.
  const least = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  const top = high - low > least ? high : low + (low === 0 ? 1 : Math.abs(low));
  const prefix = multiple === 1024 && top >= 1024 ? 1024 ** Math.floor(Math.log(top) / Math.log(1024)) : 1;
  const step = niceStep((top - low) / prefix / Math.max(count, 1)) * prefix;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(top / step - 1e-9);
  const ticks: number[] = [];
  // Multiples of the step, not sums of it: sums gather rounding errors that show in labels.
  for (let at = first; at <= last && ticks.length < 100; at++) ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}

/**
 * Ticks of the axis that values of this unit stand on. What is never negative stands on zero, unless it moves in a
 * small part of its height; per cents above the half go up to the full hundred.
 */
export function valueTicks(values: readonly number[], unit: string): readonly number[] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (unit === '%' && low >= 0 && high <= 100) return niceTicks(0, high > 50 ? 100 : high, 4);
  const fromZero = low >= 0 && (high - low > high / 4 || high === low);
  return niceTicks(fromZero ? 0 : low, high, 4, unit === 'By' ? 1024 : 10);
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const fraction = rough / power;
  return (fraction <= 1.000001 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10) * power;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  28 * DAY,
];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Round UTC times within [from, to], at most `count`; midnight shows its date, the rest hour and minute. */
export function timeTicks(from: number, to: number, count: number): readonly Tick[] {
  if (!(to > from)) return [];
  const step = TIME_STEPS.find((one) => (to - from) / one <= count) ?? (to - from) / count;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to && ticks.length < 100; at += step)
    ticks.push({ value: at, label: timeLabel(at) });
  return ticks;
}

function timeLabel(time: number): string {
  const iso = new Date(time).toISOString();
  return time % DAY === 0 ? `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1]}` : iso.slice(11, 16);
}

/** Maps [low, high] to [start, end]; a domain of one value maps to the middle. */
export function linear(low: number, high: number, start: number, end: number): (value: number) => number {
  if (high === low) return () => (start + end) / 2;
  return (value) => start + ((value - low) / (high - low)) * (end - start);
}

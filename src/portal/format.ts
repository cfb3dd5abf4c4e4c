/** Numbers, durations and times as people read them. Pure; the raw values always stand beside them in the XML. */
import type { SampleValue } from '../model/sample.js';

/** Keeps a number and its unit on one line. */
const NBSP = '\u00a0';
const DECIMAL_PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_PREFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Units that are written otherwise than in UCUM, and whether they take prefixes. */
const UNITS: Readonly<
  Record<
    string,
    {
      readonly shown: string;
      readonly prefixes?: readonly string[];
      readonly base?: number;
      /** Thousandths have a prefix, too. */
      readonly small?: boolean;
    }
  >
> = {
  By: { shown: 'B', prefixes: BINARY_PREFIXES, base: 1024 },
  KiBy: { shown: 'KiB' },
  'By/s': { shown: 'B/s', prefixes: DECIMAL_PREFIXES, base: 1000 },
  'bit/s': { shown: 'bit/s', prefixes: DECIMAL_PREFIXES, base: 1000 },
  bit: { shown: 'bit', prefixes: DECIMAL_PREFIXES, base: 1000 },
  Hz: { shown: 'Hz', prefixes: DECIMAL_PREFIXES, base: 1000 },
  W: { shown: 'W', prefixes: DECIMAL_PREFIXES, base: 1000, small: true },
  Cel: { shown: '°C' },
  V: { shown: 'V' },
  A: { shown: 'A', small: true },
  '1': { shown: '' },
  '1/s': { shown: '/s' },
  '': { shown: '' },
};

/**
 * Numbers that stand for words: `STATE_UNIT` and `SWITCH_UNIT` of the model, which browsers, that read this file, too,
 * do not have.
 */
export const WORDS: Readonly<Record<string, readonly string[]>> = {
  '{state}': ['off', 'normal', 'warning', 'critical'],
  '{on}': ['off', 'on'],
};

/** Whether a value of the unit is told by a word. */
export const isWordUnit = (unit: string): boolean => Object.hasOwn(WORDS, unit);

/** `12.3 Mbit/s`, `1.5 GiB`, `42.1 %`, `normal`; text as it is. */
export function formatValue(value: SampleValue, unit: string): string {
  if (typeof value === 'string') return value;
  const words = Object.hasOwn(WORDS, unit) ? WORDS[unit] : undefined;
  if (words) return words[Number(value)] ?? formatNumber(Number(value));
  if (typeof value === 'bigint' && !(Object.hasOwn(UNITS, unit) && UNITS[unit]?.prefixes))
    return withUnit(grouped(value.toString()), unitShown(unit));
  const number = Number(value);
  if (unit === 's' && Math.abs(number) >= 120) return formatDuration(number * 1_000);
  const { prefixes, base = 1000, small } = Object.hasOwn(UNITS, unit) ? (UNITS[unit] ?? {}) : {};
  if (small && number !== 0 && Math.abs(number) < 0.1)
    return withUnit(formatNumber(number * 1000), `m${unitShown(unit)}`);
  if (!prefixes) return withUnit(formatNumber(number), unitShown(unit));
  let scaled = number;
  let prefix = 0;
  while (Math.abs(scaled) >= base && prefix < prefixes.length - 1) {
    scaled /= base;
    prefix++;
  }
  return withUnit(formatNumber(scaled), `${prefixes[prefix]}${unitShown(unit)}`);
}

/** Units come from devices: what is longer than any real one is cut. */
const LONGEST_UNIT = 16;

export function unitShown(unit: string): string {
  if (isWordUnit(unit)) return '';
  const shown = Object.hasOwn(UNITS, unit) ? (UNITS[unit]?.shown ?? unit) : unit;
  return shown.length > LONGEST_UNIT ? `${shown.slice(0, LONGEST_UNIT - 1)}\u2026` : shown;
}

const withUnit = (number: string, unit: string): string => (unit ? `${number}${NBSP}${unit}` : number);

/** Three significant digits below a thousand, whole and grouped above. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value) || Math.abs(value) >= 1_000) return grouped(Math.round(value).toFixed(0));
  const digits =
    Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : Math.abs(value) >= 0.1 ? 3 : 4;
  return String(Number(value.toFixed(digits)));
}

/** Thin groups of three from five digits on: `12 345`. */
function grouped(digits: string): string {
  if (digits.replace('-', '').length < 5) return digits;
  return digits.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Milliseconds of work per second as the share of a core that it is: `0.042 %`. */
export const formatCost = (cost: number): string => `${Number((cost / 10).toPrecision(2))}${NBSP}%`;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The two largest parts: `45 s`, `3 h 12 min`, `12 d 4 h`. */
export function formatDuration(ms: number): string {
  const rest = Math.max(0, ms);
  if (rest < MINUTE) return `${Math.floor(rest / SECOND)}${NBSP}s`;
  if (rest < HOUR) return `${Math.floor(rest / MINUTE)}${NBSP}min`;
  const [large, small, names] = rest < DAY ? [HOUR, MINUTE, ['h', 'min']] : [DAY, HOUR, ['d', 'h']];
  const whole = Math.floor(rest / large);
  const part = Math.floor((rest % large) / small);
  return part > 0 && whole < 100
    ? `${whole}${NBSP}${names[0]} ${part}${NBSP}${names[1]}`
    : `${whole}${NBSP}${names[0]}`;
}

/** ISO 8601, UTC, with milliseconds: as times stand in messages. */
export const isoTime = (time: number): string => new Date(time).toISOString();

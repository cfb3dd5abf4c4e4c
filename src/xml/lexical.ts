/** Values as XML Schema writes them, both ways; blanks around numbers, booleans and times do not count. */
import type { SampleValue } from '../model/sample.js';

const collapse = (text: string): string => text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');

/** The blanks of XML at both ends; others, such as U+00A0, are a person's own. */
export const trimXml = collapse;

/** `xs:double`: also `INF`, `-INF` and `NaN`. */
export function formatNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'INF' : '-INF';
}

/** `xs:double`; undefined when it is none. */
export function parseNumber(text: string): number | undefined {
  const word = collapse(text);
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(word)) return Number(word);
  if (word === 'INF') return Number.POSITIVE_INFINITY;
  if (word === '-INF') return Number.NEGATIVE_INFINITY;
  return word === 'NaN' ? Number.NaN : undefined;
}

/** A whole number that a double holds exactly; undefined when it is none. */
export function parseInteger(text: string): number | undefined {
  const word = collapse(text);
  if (!/^[+-]?\d{1,400}$/.test(word)) return undefined;
  const value = Number(word);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Any whole number of up to 400 digits; undefined when it is none. */
function parseBigInteger(text: string): bigint | undefined {
  const word = collapse(text);
  return /^[+-]?\d{1,400}$/.test(word) ? BigInt(word.replace(/^\+/, '')) : undefined;
}

export function parseBoolean(text: string): boolean | undefined {
  const word = collapse(text);
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : undefined;
}

const FIRST_TIME = Date.parse('0001-01-01T00:00:00Z');
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

const DAY_MS = 86_400_000;

/** ISO 8601 in UTC with milliseconds; undefined outside the years 1 to 9999. */
export function formatTime(time: number): string | undefined {
  if (!(time >= FIRST_TIME && time <= LAST_TIME)) return undefined;
  if (time < 0 || !Number.isInteger(time)) return new Date(time).toISOString();
  const day = Math.floor(time / DAY_MS);
  // Times of one message are mostly of one day.
  if (day !== lastDay.day) lastDay = { day, text: new Date(day * DAY_MS).toISOString().slice(0, 11) };
  const ms = time - day * DAY_MS;
  const second = Math.floor(ms / 1000);
  const minute = Math.floor(second / 60);
  const clock = `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}:${twoDigits(second % 60)}`;
  return `${lastDay.text}${clock}.${String(ms % 1000).padStart(3, '0')}Z`;
}

let lastDay = { day: 0, text: '1970-01-01T' };
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const twoDigits = (number: number): string => TWO_DIGITS[number] ?? String(number);

/** The very form of {@link formatTime} and no other; undefined for anything else that `xs:dateTime` takes. */
export function parseWrittenTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/.test(text)) return undefined;
  const day = text.slice(0, 11);
  if (day !== dayRead.text) {
    const start = Date.parse(`${day}00:00:00.000Z`);
    // The 30th of February is read as a day in March.
    dayRead = { text: day, start: formatTime(start)?.startsWith(day) ? start : undefined };
  }
  const { start } = dayRead;
  if (start === undefined) return undefined;
  const seconds = Number(text.slice(11, 13)) * 3600 + Number(text.slice(14, 16)) * 60 + Number(text.slice(17, 19));
  return start + seconds * 1000 + Number(text.slice(20, 23));
}

let dayRead: { readonly text: string; readonly start: number | undefined } = { text: '1970-01-01T', start: 0 };

/** `xs:dateTime`, without a zone in UTC; undefined when it is none. */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/.exec(collapse(text));
  const time = match ? Date.parse(`${match[1]}${match[2] ?? 'Z'}`) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

const VALUE_TYPES = ['number', 'integer', 'text'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** `number` is a JavaScript number, `integer` a bigint, `text` a string: so each comes back as what it was. */
export const valueType = (value: SampleValue): ValueType =>
  typeof value === 'number' ? 'number' : typeof value === 'bigint' ? 'integer' : 'text';

export const formatValue = (value: SampleValue): string =>
  typeof value === 'number' ? formatNumber(value) : String(value);

/** Undefined when the text is not of that type. Without a type: a number when it looks like one, whole beyond 2^53. */
export function parseValue(text: string, type: string | undefined): SampleValue | undefined {
  if (type === 'number') return parseNumber(text);
  if (type === 'integer') return parseBigInteger(text);
  if (type === 'text') return text;
  if (type !== undefined) return undefined;
  const whole = parseBigInteger(text);
  if (whole !== undefined) return parseInteger(text) ?? whole;
  const number = parseNumber(text);
  return number !== undefined && Number.isFinite(number) ? number : text;
}

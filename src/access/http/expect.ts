/** `expect`: which answers of an HTTP server are good. */
import { PtpError } from '../../base/errors.js';

/** Inclusive bounds. */
type StatusRange = readonly [from: number, to: number];

const DEFAULT: readonly StatusRange[] = [[200, 399]];

/**
 * `200`, `200-299`, `2xx`, several of them divided by blanks or commas; default `200-399`.
 *
 * @throws PtpError `Access.Settings`
 */
export function parseExpect(text: string | undefined): readonly StatusRange[] {
  if (text === undefined || text.trim() === '') return DEFAULT;
  return text
    .trim()
    .split(/[\s,]+/)
    .map(rangeOf);
}

function rangeOf(word: string): StatusRange {
  const [, hundreds] = /^([1-5])xx$/i.exec(word) ?? [];
  if (hundreds) return [Number(hundreds) * 100, Number(hundreds) * 100 + 99];
  const [, from, to] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(word) ?? [];
  if (from && Number(from) <= Number(to ?? from)) return [Number(from), Number(to ?? from)];
  throw new PtpError(
    'Access.Settings',
    `expect="${word}" should be a status such as 200, a range such as 200-299, or 2xx`,
  );
}

export const isExpected = (ranges: readonly StatusRange[], status: number): boolean =>
  ranges.some(([from, to]) => from <= status && status <= to);

export const formatExpect = (ranges: readonly StatusRange[]): string =>
  ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');

/** Columns of the server's answers as what they are. */
import { invariant, PtpError } from '../../base/errors.js';
import { type ElementName, parseElementName } from '../../model/element.js';
import { STATUSES, type Status } from '../../model/status.js';

export type Column = string | number | boolean | Buffer | null | readonly number[];
export type Row = readonly Column[];

/** Reads a column that must be a number. */
export function asNumber(column: Column | undefined): number {
  invariant(typeof column === 'number', 'the column holds a number');
  return column;
}

/** Reads a column that must be text. */
export function asText(column: Column | undefined): string {
  invariant(typeof column === 'string', 'the column holds text');
  return column;
}

/** Whole milliseconds, or what else an integer of the server must be. @throws PtpError `Client.Validation` */
export function whole(value: number, what: string): number {
  if (Number.isSafeInteger(Math.trunc(value))) return Math.trunc(value);
  throw new PtpError('Client.Validation', `${value} is no ${what}; it should be a whole number`);
}

/** Stored names were element names when they were written. */
export function elementOf(column: Column | undefined): ElementName {
  const text = asText(column);
  invariant(isElementName(text), `${text} is an element's name`);
  return text;
}

const isElementName = (text: string): text is ElementName => parseElementName(text) !== undefined;

export function statusOf(column: Column | undefined): Status {
  const status = STATUSES.find((one) => one === column);
  invariant(status, 'a stored status is one of the known ones');
  return status;
}

/** A bound of a window as the integer columns have it: whatever is from there on, is from the next whole one on. */
export const moment = (time: number): number =>
  Math.min(Math.max(Math.ceil(time), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);

/** Columns of the server's answers as what they are. */
import { PtpError } from '../../base/errors.js';

export { asNumber, asText, elementOf, statusOf } from '../columns.js';

export type Column = string | number | boolean | Buffer | null | readonly number[];
export type Row = readonly Column[];

/** Whole milliseconds, or what else an integer of the server must be. @throws PtpError `Client.Validation` */
export function whole(value: number, what: string): number {
  if (Number.isSafeInteger(Math.trunc(value))) return Math.trunc(value);
  throw new PtpError('Client.Validation', `${value} is no ${what}; it should be a whole number`);
}

/** A bound of a window as the integer columns have it: whatever is from there on, is from the next whole one on. */
export const moment = (time: number): number =>
  Math.min(Math.max(Math.ceil(time), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);

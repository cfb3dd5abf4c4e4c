/**
 * A place in a sorted list, as the text that a caller gets as `next` and gives back as `after`.
 *
 * It says where a page ended by what the last row was sorted by, not by how many rows stood before it: so it means the
 * same to every manager, and stays right while rows come and go.
 */
import { PtpError } from '../base/errors.js';

export type SortValue = string | number | undefined;

export interface ListPlace {
  readonly value: SortValue;
  /** Tells rows of the same value apart. */
  readonly tie: string;
}

/** More than any id and label together; what is longer is none of ours. */
const LONGEST = 16_384;

export const encodePlace = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws PtpError `Client.Validation` for what no list has given. */
export function decodePlace(after: string): unknown {
  try {
    if (after.length <= LONGEST && /^[\w-]+$/.test(after))
      return JSON.parse(Buffer.from(after, 'base64url').toString());
  } catch {
    // Told below, as for anything else that no list has given.
  }
  throw wrongPlace('it is no place of a list; it is the next of the page before, as that gave it');
}

export const wrongPlace = (why: string): PtpError =>
  new PtpError('Client.Validation', `after cannot be used: ${why}`, { place: { path: 'after' } });

/** @param sort That the list is sorted by; a place means nothing in another order. */
export const writePlace = ({ value, tie }: ListPlace, sort = ''): string =>
  encodePlace(value === undefined ? [sort, tie] : [sort, tie, value]);

/** @throws PtpError `Client.Validation` */
export function readPlace(after: string, sort = ''): ListPlace {
  const place = decodePlace(after);
  const [of, tie, value]: unknown[] = Array.isArray(place) ? place : [];
  const isValue = value === undefined || typeof value === 'string' || typeof value === 'number';
  if (typeof of !== 'string' || typeof tie !== 'string' || !isValue) throw wrongPlace('it is a place of another list');
  if (of !== sort)
    throw wrongPlace(
      `it belongs to a list sorted by ${of || 'default'}, not by ${sort || 'default'}; ask with that sort`,
    );
  return { value, tie };
}

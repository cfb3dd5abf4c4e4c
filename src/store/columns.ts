/** Columns of rows as what they are, whichever engine they come from. */
import { invariant } from '../base/errors.js';
import { type ElementName, parseElementName } from '../model/element.js';
import { STATUSES, type Status } from '../model/status.js';

/** All that an engine may give. */
export type AnyColumn = string | number | boolean | Uint8Array | null | readonly number[];

/** Reads a column that must be a number. */
export function asNumber(column: AnyColumn | undefined): number {
  invariant(typeof column === 'number', 'the column holds a number');
  return column;
}

/** Reads a column that must be text. */
export function asText(column: AnyColumn | undefined): string {
  invariant(typeof column === 'string', 'the column holds text');
  return column;
}

/** Stored names were element names when they were written. */
export function elementOf(column: AnyColumn | undefined): ElementName {
  const text = asText(column);
  invariant(isElementName(text), `${text} is an element's name`);
  return text;
}

const isElementName = (text: string): text is ElementName => parseElementName(text) !== undefined;

export function statusOf(column: AnyColumn | undefined): Status {
  const status = STATUSES.find((one) => one === column);
  invariant(status, 'a stored status is one of the known ones');
  return status;
}

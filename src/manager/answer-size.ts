/**
 * Whether elements with their values fit into one answer, told before anything is written: a page of a thousand large
 * routers would be a gigabyte of XML, and whoever asked could not read it (`xml/guard.ts` takes 16 MiB).
 */
import { PtpError } from '../base/errors.js';
import type { ElementEntry, MetricValue } from '../model/ptp-store.js';

/** Bytes of XML, as estimated here. What the estimate leaves out is a fraction of it. */
export const LARGEST_ANSWER = 12 * 2 ** 20;

/** Of an element without its values, and of the tags and attributes of one value. */
const ELEMENT_BYTES = 1000;
const VALUE_BYTES = 90;

/** @throws PtpError `Client.TooLarge` saying how to ask for less. */
export function requireOneAnswer(entries: readonly ElementEntry[]): void {
  let bytes = 0;
  for (const { metrics } of entries) {
    bytes += ELEMENT_BYTES;
    for (const metric of metrics) {
      bytes += VALUE_BYTES + valueBytes(metric);
      if (bytes > LARGEST_ANSWER) throw tooLarge(entries.length);
    }
  }
}

const valueBytes = ({ name, instance, unit, value }: MetricValue): number =>
  textBytes(name) + textBytes(instance) + textBytes(unit) + (typeof value === 'string' ? textBytes(value) : 12);

/** Markup is written as an entity of up to six bytes, other letters than those of ASCII take up to four. */
const textBytes = (text: string): number => (/^[\w .:/+-]*$/.test(text) ? text.length : 6 * text.length);

const tooLarge = (elements: number): PtpError =>
  new PtpError(
    'Client.TooLarge',
    `${elements === 1 ? 'the element has' : `the ${elements} elements of this page have`} more values than one answer of ${LARGEST_ANSWER / 2 ** 20} MiB can hold; ask with ${elements === 1 ? '' : 'a smaller pageSize, or with '}detail "summary"`,
    { place: { path: elements === 1 ? 'detail' : 'pageSize' } },
  );

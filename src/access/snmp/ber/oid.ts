/**
 * Object identifiers as contents of BER (ITU-T X.690 section 8.19). OIDs are kept and compared in this form; text is
 * made of them for people and for tables only. Arcs have 32 bits, an OID 128 arcs (RFC 2578 section 3.5).
 */
import { PtpError } from '../../../base/errors.js';
import { MalformedMessage } from './malformed.js';

const MOST_ARC = 0xffff_ffff;
const MOST_ARCS = 128;
const DOT = 0x2e;
const ZERO = 0x30;

/** Used within one call only. */
const content = new Uint8Array(MOST_ARCS * 5);

/**
 * @param dotted Such as `1.3.6.1.2.1.1.3.0`; a leading dot is taken.
 * @throws PtpError `Access.Settings`
 */
export function encodeOid(dotted: string): Uint8Array {
  const length = contentOf(dotted.trim());
  if (length > 0) return content.slice(0, length);
  const shown = JSON.stringify(dotted.slice(0, 80));
  throw new PtpError('Access.Settings', `${shown} should be a dotted object identifier such as 1.3.6.1.2.1.1.3.0`);
}

/**
 * Fills {@link content} with what `normalOid` takes. Character by character, as every question begins with this.
 *
 * @returns How much is filled; 0 when it is no OID.
 */
function contentOf(oid: string): number {
  let length = 0;
  let arcs = 0;
  let root = 0;
  let arc = 0;
  let digits = 0;
  for (let at = oid.charCodeAt(0) === DOT ? 1 : 0; at <= oid.length; at++) {
    const code = at < oid.length ? oid.charCodeAt(at) : DOT;
    const digit = code - ZERO;
    if (digit >= 0 && digit <= 9) {
      arc = arc * 10 + digit;
      digits += 1;
      continue;
    }
    if (code !== DOT || digits === 0 || digits > 10 || arc > MOST_ARC || arcs === MOST_ARCS) return 0;
    if (arcs === 0) {
      if (digits > 1 || arc > 2) return 0;
      root = arc;
    } else if (arcs === 1) {
      if (arc > (root < 2 ? 39 : MOST_ARC - 80)) return 0;
      length = putContent(length, 40 * root + arc);
    } else {
      length = putContent(length, arc);
    }
    arcs += 1;
    arc = digits = 0;
  }
  return arcs < 2 ? 0 : length;
}

/** @returns The end of the content then. */
function putContent(at: number, arc: number): number {
  let end = at;
  if (arc >= 0x80)
    for (let shift = 28; shift > 0; shift -= 7) if (arc >= 2 ** shift) content[end++] = (arc >>> shift) | 0x80;
  content[end] = arc & 0x7f;
  return end + 1;
}

/**
 * Dotted text of a whole OID. One without content, which some agents send as a value for "none", is 0.0 (RFC 2578
 * section 7.1.3 uses that name for it).
 *
 * @throws MalformedMessage when an arc is cut off, longer than needed or above 2^32-1, or there are too many.
 */
export function oidText(bytes: Uint8Array, from = 0, to = bytes.length): string {
  if (from === to) return '0.0';
  const firstTo = arcEnd(bytes, from, to);
  const first = arcAt(bytes, from, firstTo);
  const root = first < 40 ? 0 : first < 80 ? 1 : 2;
  return dotted(putArc(putArc(0, root), first - 40 * root), bytes, firstTo, to, MOST_ARCS - 2);
}

/**
 * Dotted text of arcs in the middle or at the end of an OID, such as the index of a row: what follows the column. Empty
 * when there are none.
 *
 * @throws MalformedMessage as {@link oidText} does.
 */
export function arcsText(bytes: Uint8Array, from: number, to: number): string {
  return dotted(0, bytes, from, to, MOST_ARCS);
}

/**
 * Where text is put together. One string made of it is twice as fast as many that are joined, for those have to be
 * copied after all when the text is compared or looked up.
 */
const text = Buffer.alloc(MOST_ARCS * '.4294967295'.length);
/** The text up to `at`, and the arcs with dots before them. */
function dotted(at: number, bytes: Uint8Array, from: number, to: number, most: number): string {
  let textAt = at;
  let left = most;
  for (let arcFrom = from; arcFrom < to; ) {
    if (--left < 0) throw new MalformedMessage(`an object identifier of more than ${MOST_ARCS} arcs`, arcFrom);
    const byte = bytes[arcFrom] ?? 0;
    const arcTo = byte < 0x80 ? arcFrom + 1 : arcEnd(bytes, arcFrom, to);
    textAt = putArc(textAt, byte < 0x80 ? byte : arcAt(bytes, arcFrom, arcTo));
    arcFrom = arcTo;
  }
  return textAt === 0 ? '' : text.toString('latin1', 1, textAt);
}

/** @returns The end of the text then. */
function putArc(at: number, arc: number): number {
  text[at] = DOT;
  if (arc < 10) {
    text[at + 1] = ZERO + arc;
    return at + 2;
  }
  let end = at + 3;
  for (let limit = 100; arc >= limit; limit *= 10) end += 1;
  // As a whole number of 32 bits it is divided faster.
  let rest = arc >>> 0;
  for (let digitAt = end - 1; digitAt > at; digitAt--) {
    const tenth = (rest / 10) >>> 0;
    text[digitAt] = ZERO + rest - 10 * tenth;
    rest = tenth;
  }
  return end;
}

/**
 * Negative when `a` stands before `b` in the order of a walk: by arcs, a shorter OID before those below it. Two
 * encodings of the same arcs do not exist; where the order hangs on one that is no encoding, this throws.
 *
 * @throws MalformedMessage
 */
export function compareOidBytes(
  a: Uint8Array,
  aFrom: number,
  aTo: number,
  b: Uint8Array,
  bFrom: number,
  bTo: number,
): number {
  const common = Math.min(aTo - aFrom, bTo - bFrom);
  let same = 0;
  while (same < common && a[aFrom + same] === b[bFrom + same]) same++;
  if (same === common) return aTo - aFrom - (bTo - bFrom);
  const aByte = a[aFrom + same] ?? 0;
  const bByte = b[bFrom + same] ?? 0;
  // Mostly two whole arcs of one byte.
  if (aByte < 0x80 && bByte < 0x80 && (same === 0 || (a[aFrom + same - 1] ?? 0) < 0x80)) return aByte - bByte;
  // The first byte that differs may stand within an arc, whose beginning is then the same.
  while (same > 0 && (a[aFrom + same - 1] ?? 0) >= 0x80) same--;
  const aArc = arcAt(a, aFrom + same, arcEnd(a, aFrom + same, aTo));
  const bArc = arcAt(b, bFrom + same, arcEnd(b, bFrom + same, bTo));
  return aArc - bArc;
}

/** Whether the OID is `prefix` or below it. */
export function startsWithOid(bytes: Uint8Array, from: number, to: number, prefix: Uint8Array): boolean {
  const { length } = prefix;
  if (to - from < length) return false;
  // From the end: what is asked of an agent differs there first.
  for (let at = length - 1; at >= 0; at--) if (bytes[from + at] !== prefix[at]) return false;
  return true;
}

/** @throws MalformedMessage when the arc does not end before `to`, or takes more than five bytes. */
function arcEnd(bytes: Uint8Array, from: number, to: number): number {
  const most = Math.min(to, from + 5);
  for (let at = from; at < most; at++) if ((bytes[at] ?? 0) < 0x80) return at + 1;
  throw new MalformedMessage(most === to ? 'an arc that is cut off' : 'an arc above 2^32-1', from);
}

function arcAt(bytes: Uint8Array, from: number, to: number): number {
  if (bytes[from] === 0x80) throw new MalformedMessage('an arc longer than it needs to be', from);
  let arc = 0;
  for (let at = from; at < to; at++) arc = arc * 128 + ((bytes[at] ?? 0) & 0x7f);
  if (arc > MOST_ARC) throw new MalformedMessage('an arc above 2^32-1', from);
  return arc;
}

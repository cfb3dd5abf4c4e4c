/**
 * Contents of INTEGERs. The shortest form is asked for by ITU-T X.690 section 8.3.2; agents are not always that
 * strict, so any length is read as long as the value fits.
 */
import { MalformedMessage } from './malformed.js';

/** The longest content that is looked at; a Counter64 may have a zero before its eight bytes. */
const MOST_BYTES = 8;
const MOST_BYTES_64 = 9;

/**
 * Integer32: two's complement.
 *
 * @throws MalformedMessage when it is empty, longer than 8 bytes, or beyond -2^31..2^31-1.
 */
export function readInt32(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length < 1 || length > MOST_BYTES) throw badLength(length, MOST_BYTES, from);
  const first = Math.max(from, to - 4);
  let value = ((bytes[first] ?? 0) << 24) >> 24;
  for (let at = first + 1; at < to; at++) value = (value << 8) | (bytes[at] ?? 0);
  const extension = value < 0 ? 0xff : 0;
  for (let at = from; at < first; at++) {
    if (bytes[at] !== extension) throw new MalformedMessage('an integer that does not fit 32 bits', from);
  }
  return value;
}

/**
 * An INTEGER that is a value. SNMP's have 32 bits, but an agent that sends a larger one says clearly which number it
 * means, so it is taken as long as a number holds it exactly. Without content it is 0.
 *
 * @throws MalformedMessage when it is longer than 8 bytes, or beyond -(2^53-1)..2^53-1.
 */
export function readInteger(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length <= 4) return length === 0 ? 0 : readInt32(bytes, from, to);
  if (length > MOST_BYTES) throw badLength(length, MOST_BYTES, from);
  let value = ((bytes[from] ?? 0) << 24) >> 24;
  for (let at = from + 1; at < to; at++) value = value * 256 + (bytes[at] ?? 0);
  if (!Number.isSafeInteger(value)) throw new MalformedMessage('an integer that does not fit 53 bits', from);
  return value;
}

/**
 * Counter32, Gauge32, Unsigned32, TimeTicks. A value without the zero byte that tells it from a negative one is taken
 * as what it is meant to be, for none of these types can be negative; one without content is 0.
 *
 * @throws MalformedMessage when it is longer than 8 bytes, or above 2^32-1.
 */
export function readUint32(bytes: Uint8Array, from: number, to: number): number {
  const first = wordFrom(bytes, from, to, 4, MOST_BYTES);
  return word(bytes, first, to);
}

/**
 * The upper 32 bits of a Counter64; like {@link readUint32} without regard to a sign.
 *
 * @throws MalformedMessage when it is longer than 9 bytes, or above 2^64-1.
 */
export function readUint64High(bytes: Uint8Array, from: number, to: number): number {
  const first = wordFrom(bytes, from, to, 8, MOST_BYTES_64);
  return word(bytes, first, Math.max(first, to - 4));
}

/**
 * The lower 32 bits of a Counter64.
 *
 * @throws MalformedMessage as {@link readUint64High} does.
 */
export function readUint64Low(bytes: Uint8Array, from: number, to: number): number {
  const first = wordFrom(bytes, from, to, 8, MOST_BYTES_64);
  return word(bytes, Math.max(first, to - 4), to);
}

/** Where the last `size` bytes begin. @throws MalformedMessage when anything but zeros stands before them. */
function wordFrom(bytes: Uint8Array, from: number, to: number, size: number, most: number): number {
  const length = to - from;
  if (length <= size) return from;
  if (length > most) throw badLength(length, most, from);
  for (let at = from; at < to - size; at++) {
    if (bytes[at] !== 0) throw new MalformedMessage(`an unsigned number that does not fit ${8 * size} bits`, from);
  }
  return to - size;
}

/** At most four bytes as an unsigned number. */
function word(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = (value << 8) | (bytes[at] ?? 0);
  return value >>> 0;
}

const badLength = (length: number, most: number, at: number): MalformedMessage =>
  new MalformedMessage(`an integer of ${length} bytes; at most ${most} are taken`, at);

/**
 * Goes over BER (ITU-T X.690) in a buffer, element by element, without making anything.
 *
 * A reader that has thrown is to be `reset`. Nothing beyond `end` is ever looked at.
 */
import { readInt32 } from './integer.js';
import { MalformedMessage } from './malformed.js';
import { LONG_TAG, TAG } from './tags.js';

/** Bytes of a length in its long form; four are far more than a datagram needs. */
const MOST_LENGTH_BYTES = 4;
/** Never filled, so one does for all. */
export const EMPTY: Buffer = Buffer.alloc(0);
/** So many are copied one by one in less time than in one call. */
const FEW_BYTES = 40;

export class BerReader {
  buffer: Buffer = EMPTY;
  /** Of the next element, or of the content after {@link enter}. May be set, within `end`. */
  at = 0;
  /** Of what may be read. May be set to the end of a content while that is read. */
  end = 0;

  /** @throws RangeError when the range is not within the buffer: a defect of the caller. */
  reset(buffer: Buffer, from = 0, to = buffer.length): this {
    if (!(from >= 0 && from <= to && to <= buffer.length)) throw new RangeError(`no bytes ${from} to ${to} there`);
    this.buffer = buffer;
    this.at = from;
    this.end = to;
    return this;
  }

  /** Tag of the next element; -1 at the end. */
  peek(): number {
    return this.at < this.end ? (this.buffer[this.at] ?? -1) : -1;
  }

  /**
   * Passes tag and length of the next element, so that `at` is the beginning of its content.
   *
   * @returns The end of its content, never beyond `end`.
   * @throws MalformedMessage when it has another tag, or an indefinite, overlong or too large length.
   */
  enter(tag: number): number {
    if (this.peek() !== tag) throw wrongTag(this.peek(), tag, this.at);
    return this.#length(this.at + 1);
  }

  /**
   * As {@link enter}, for a tag that is not known before.
   *
   * @throws MalformedMessage also at the end, and for tags of more than one byte.
   */
  enterAny(): number {
    const tag = this.peek();
    if (tag < 0) throw new MalformedMessage('the end, where an element has to be', this.at);
    if ((tag & LONG_TAG) === LONG_TAG) throw new MalformedMessage('a tag of several bytes; SNMP has none', this.at);
    return this.#length(this.at + 1);
  }

  /** Passes the next element, whatever it is. */
  skip(): void {
    this.at = this.enterAny();
  }

  /**
   * Passes an INTEGER.
   *
   * @returns Integer32
   * @throws MalformedMessage also when it does not fit.
   */
  int(): number {
    const to = this.enter(TAG.INTEGER);
    const value = readInt32(this.buffer, this.at, to);
    this.at = to;
    return value;
  }

  /** Passes an OCTET STRING. @returns A copy of its content. */
  octets(): Buffer {
    const to = this.enter(TAG.OCTET_STRING);
    const copy = copyOf(this.buffer, this.at, to);
    this.at = to;
    return copy;
  }

  /**
   * Makes sure that a content has been read as a whole.
   *
   * @param what Such as `PDU`.
   */
  finish(what: string): void {
    if (this.at !== this.end)
      throw new MalformedMessage(`${this.end - this.at} bytes too many in the ${what}`, this.at);
  }

  #length(lengthAt: number): number {
    const { buffer, end } = this;
    if (lengthAt >= end) throw new MalformedMessage('the end, where a length has to be', lengthAt);
    let at = lengthAt + 1;
    let length = buffer[lengthAt] ?? 0;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0) throw new MalformedMessage('an indefinite length; SNMP has none', lengthAt);
      if (count > MOST_LENGTH_BYTES)
        throw new MalformedMessage(`a length of ${count} bytes; at most ${MOST_LENGTH_BYTES} are taken`, lengthAt);
      if (count > end - at) throw new MalformedMessage('the end within a length', lengthAt);
      length = 0;
      for (const lengthTo = at + count; at < lengthTo; at++) length = length * 256 + (buffer[at] ?? 0);
    }
    if (length > end - at)
      throw new MalformedMessage(`a content of ${length} bytes where ${end - at} are left`, lengthAt);
    this.at = at;
    return at + length;
  }
}

/** Of a few bytes mostly. */
export function copyOf(buffer: Buffer, from: number, to: number): Buffer {
  if (from === to) return EMPTY;
  if (to - from > FEW_BYTES) return Buffer.from(buffer.subarray(from, to));
  const copy = Buffer.allocUnsafe(to - from);
  for (let at = from; at < to; at++) copy[at - from] = buffer[at] ?? 0;
  return copy;
}

function wrongTag(found: number, wanted: number, at: number): MalformedMessage {
  const what = found < 0 ? 'the end' : `tag ${hex(found)}`;
  return new MalformedMessage(`${what}, where tag ${hex(wanted)} has to be`, at);
}

const hex = (tag: number): string => `0x${tag.toString(16).padStart(2, '0')}`;

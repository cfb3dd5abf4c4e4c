/**
 * Writes BER (ITU-T X.690) from its end to its beginning: whoever writes a content first knows its length. So calls
 * stand in the reverse order of the elements.
 */
import { invariant } from '../../../base/errors.js';
import { TAG } from './tags.js';

const FIRST_SIZE = 512;
/** More than any datagram holds. */
const MOST_BYTES = 1 << 17;
/** So many are copied one by one in less time than in one call. */
const FEW_BYTES = 40;

export class BerWriter {
  #buffer = Buffer.alloc(FIRST_SIZE);
  /** Of the first byte that is written. */
  #from = FIRST_SIZE;

  reset(): this {
    this.#from = this.#buffer.length;
    return this;
  }

  /** Bytes written so far: a mark for {@link wrap}. */
  get length(): number {
    return this.#buffer.length - this.#from;
  }

  /** Puts tag and length before everything that was written after the mark. */
  wrap(tag: number, mark: number): void {
    this.#head(tag, this.length - mark);
  }

  /** As it is, without tag or length. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#grow(length);
    this.#from -= length;
    if (length > FEW_BYTES) this.#buffer.set(bytes, this.#from);
    else for (let at = 0; at < length; at++) this.#buffer[this.#from + at] = bytes[at] ?? 0;
  }

  /** So many zeros. */
  zeros(count: number): void {
    this.#grow(count);
    for (let at = 0; at < count; at++) this.#buffer[--this.#from] = 0;
  }

  /** An element of that tag. */
  element(tag: number, content: Uint8Array): void {
    this.raw(content);
    this.#head(tag, content.length);
  }

  octets(content: Uint8Array): void {
    this.element(TAG.OCTET_STRING, content);
  }

  /** An element without content. */
  empty(tag: number): void {
    this.#head(tag, 0);
  }

  /** An INTEGER of as few bytes as it needs: -2^31..2^31-1. */
  int(value: number): void {
    invariant((value | 0) === value, `${value} is an Integer32`);
    let length = 1;
    while (length < 4 && value >> (8 * length - 1) !== value >> 31) length++;
    this.#integer(value, length);
  }

  /** An INTEGER of four bytes. It is the shortest form, as has to be, from 0x00800000 on. */
  int4(value: number): void {
    invariant((value | 0) === value, `${value} is an Integer32`);
    this.#integer(value, 4);
  }

  /** A copy of what was written. */
  bytes(): Buffer {
    return Buffer.from(this.#buffer.subarray(this.#from));
  }

  #integer(value: number, length: number): void {
    this.#grow(length);
    for (let byte = 0; byte < length; byte++) this.#buffer[--this.#from] = (value >> (8 * byte)) & 0xff;
    this.#head(TAG.INTEGER, length);
  }

  #head(tag: number, length: number): void {
    this.#grow(6);
    if (length < 0x80) {
      this.#buffer[--this.#from] = length;
    } else {
      const lengthTo = this.#from;
      for (let rest = length; rest > 0; rest >>>= 8) this.#buffer[--this.#from] = rest & 0xff;
      const count = lengthTo - this.#from;
      this.#buffer[--this.#from] = 0x80 | count;
    }
    this.#buffer[--this.#from] = tag;
  }

  #grow(bytes: number): void {
    if (bytes <= this.#from) return;
    const needed = this.length + bytes;
    invariant(needed <= MOST_BYTES, 'a message is no larger than a datagram');
    const larger = Buffer.alloc(Math.max(needed, 2 * this.#buffer.length));
    const from = larger.length - this.length;
    larger.set(this.#buffer.subarray(this.#from), from);
    this.#buffer = larger;
    this.#from = from;
  }
}

/** Bits one after the other, the highest of a byte first; and whole numbers among them. */
import { PtpError } from '../../base/errors.js';

/** A number is written at once up to so many bits. */
const MOST_BITS = 24;
/** So many ones before a number say that it stands whole behind them. */
const ESCAPE = 20;
/** Bits of a number that stands whole. */
const WHOLE_BITS = 53;
const FIRST_BYTES = 4096;

const double = new DataView(new ArrayBuffer(8));

export class BitWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  #held = 0;
  #heldBits = 0;

  /** @param count 0 to 24. */
  put(value: number, count: number): void {
    this.#held = (this.#held << count) | value;
    this.#heldBits += count;
    if (this.#length + 4 > this.#bytes.length) this.#grow();
    while (this.#heldBits >= 8) {
      this.#heldBits -= 8;
      this.#bytes[this.#length] = this.#held >>> this.#heldBits;
      this.#length += 1;
    }
    this.#held &= (1 << this.#heldBits) - 1;
  }

  /** @param count 0 to 53. */
  putWide(value: number, count: number): void {
    if (count <= MOST_BITS) {
      this.put(value, count);
      return;
    }
    const low = count - MOST_BITS;
    const high = Math.floor(value / 2 ** low);
    this.put(high, MOST_BITS);
    this.putWide(value - high * 2 ** low, low);
  }

  /**
   * A number of Rice's code: in units of 2^k as so many ones and a zero, then the rest.
   * @param value A whole number of 0 to 2^53.
   */
  putRice(value: number, k: number): void {
    const unit = 2 ** k;
    const quotient = value < unit ? 0 : Math.floor(value / unit);
    if (quotient >= ESCAPE) {
      this.put(2 ** ESCAPE - 1, ESCAPE);
      this.putWide(value, WHOLE_BITS);
      return;
    }
    this.put((2 ** quotient - 1) * 2, quotient + 1);
    this.putWide(quotient === 0 ? value : value - quotient * unit, k);
  }

  /** Seven bits a byte; the next number begins with a byte. */
  putNumber(value: number): void {
    this.align();
    let left = value;
    while (left >= 128) {
      this.put((left % 128) + 128, 8);
      left = Math.floor(left / 128);
    }
    this.put(left, 8);
  }

  putDouble(value: number): void {
    this.align();
    double.setFloat64(0, value);
    for (let at = 0; at < 8; at += 1) this.put(double.getUint8(at), 8);
  }

  putBytes(bytes: Uint8Array): void {
    this.align();
    while (this.#length + bytes.length > this.#bytes.length) this.#grow();
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Goes on with a whole byte. */
  align(): void {
    if (this.#heldBits > 0) this.put(0, 8 - this.#heldBits);
  }

  /** Begins anew. */
  reset(): void {
    this.#length = 0;
    this.#held = 0;
    this.#heldBits = 0;
  }

  /** All that was written; begins anew. */
  take(): Uint8Array {
    this.align();
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** What Rice's code takes of a number that stands whole. */
export const ESCAPED_BITS = ESCAPE + WHOLE_BITS;

/** Reads zeros past the end, so that a cut block ends a loop that counts; who finds nonsense calls it damaged. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #held = 0;
  #heldBits = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Of the next whole byte, when aligned. */
  get position(): number {
    return this.#at;
  }

  /** @param count 0 to 24. */
  get(count: number): number {
    while (this.#heldBits < count) {
      this.#held = (this.#held << 8) | (this.#bytes[this.#at] ?? 0);
      this.#at += 1;
      this.#heldBits += 8;
    }
    this.#heldBits -= count;
    const value = this.#held >>> this.#heldBits;
    this.#held &= (1 << this.#heldBits) - 1;
    return value;
  }

  /** @param count 0 to 53. */
  getWide(count: number): number {
    if (count <= MOST_BITS) return this.get(count);
    const high = this.get(MOST_BITS);
    return high * 2 ** (count - MOST_BITS) + this.getWide(count - MOST_BITS);
  }

  getRice(k: number): number {
    while (this.#heldBits <= MOST_BITS) {
      this.#held = (this.#held << 8) | (this.#bytes[this.#at] ?? 0);
      this.#at += 1;
      this.#heldBits += 8;
    }
    // More ones than count for anything are held at once.
    const quotient = Math.min(Math.clz32(~(this.#held << (32 - this.#heldBits))), ESCAPE);
    this.#heldBits -= quotient === ESCAPE ? ESCAPE : quotient + 1;
    this.#held &= 2 ** this.#heldBits - 1;
    if (quotient === ESCAPE) return this.getWide(WHOLE_BITS);
    return k === 0 ? quotient : quotient * 2 ** k + this.getWide(k);
  }

  getNumber(): number {
    this.align();
    let value = 0;
    for (let unit = 1; unit <= 2 ** 49; unit *= 128) {
      const byte = this.get(8);
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
    throw damaged();
  }

  getDouble(): number {
    this.align();
    for (let at = 0; at < 8; at += 1) double.setUint8(at, this.get(8));
    return double.getFloat64(0);
  }

  /** Goes on with a whole byte, and gives back those that were read ahead. */
  align(): void {
    this.#at -= this.#heldBits >> 3;
    this.#heldBits = 0;
    this.#held = 0;
  }
}

export const damaged = (): PtpError =>
  new PtpError(
    'Store.Failed',
    'samples in the store are damaged; restore it from a backup, or move it away to begin with an empty one',
  );

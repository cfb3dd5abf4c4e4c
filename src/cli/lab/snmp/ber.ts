/**
 * The part of BER (X.690) that an SNMP v2c message needs (RFC 3416). Reading is bounded by the buffer: anything that
 * does not fit raises {@link BerError}.
 */
import type { ObjectTypeName } from './device.js';

export class BerError extends Error {
  override readonly name = 'BerError';
}

export const TAG = {
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  endOfMibView: 0x82,
  noSuchInstance: 0x81,
} as const;

const OBJECT_TAGS: Readonly<Record<ObjectTypeName, number>> = {
  Integer: 0x02,
  OctetString: 0x04,
  OID: 0x06,
  Counter32: 0x41,
  Gauge: 0x42,
  TimeTicks: 0x43,
  Counter64: 0x46,
};

export class BerReader {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get more(): boolean {
    return this.#at < this.#end;
  }

  /** Tag of the next value. */
  peek(): number {
    if (!this.more) throw new BerError('a value is missing');
    return this.#bytes.readUInt8(this.#at);
  }

  /** Contents of the next value, which must have this tag. */
  enter(tag: number): BerReader {
    const [start, end] = this.#span(tag);
    return new BerReader(this.#bytes, start, end);
  }

  skip(): void {
    this.#span(this.peek());
  }

  integer(): number {
    const [start, end] = this.#span(TAG.integer);
    if (end === start || end - start > 4) throw new BerError('an integer of 1 to 4 bytes is wanted');
    return this.#bytes.readIntBE(start, end - start);
  }

  octets(): Buffer {
    const [start, end] = this.#span(TAG.octetString);
    return this.#bytes.subarray(start, end);
  }

  oid(): number[] {
    const [start, end] = this.#span(TAG.oid);
    if (end === start || end - start > 256) throw new BerError('an object identifier of 1 to 256 bytes is wanted');
    const numbers: number[] = [];
    let value = 0;
    for (let at = start; at < end; at++) {
      const byte = this.#bytes.readUInt8(at);
      value = value * 128 + (byte & 0x7f);
      if (value >= 2 ** 32) throw new BerError('a part of an object identifier is too large');
      if (byte & 0x80) continue;
      if (numbers.length === 0)
        numbers.push(Math.min(Math.floor(value / 40), 2), value - 40 * Math.min(Math.floor(value / 40), 2));
      else numbers.push(value);
      value = 0;
    }
    return numbers;
  }

  #span(tag: number): [number, number] {
    if (this.peek() !== tag) throw new BerError(`tag ${tag} is wanted`);
    let at = this.#at + 1;
    if (at >= this.#end) throw new BerError('a length is missing');
    let length = this.#bytes.readUInt8(at++);
    if (length & 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 3 || at + count > this.#end) throw new BerError('a length of 1 to 3 bytes is wanted');
      length = this.#bytes.readUIntBE(at, count);
      at += count;
    }
    if (at + length > this.#end) throw new BerError('a value goes beyond its end');
    this.#at = at + length;
    return [at, at + length];
  }
}

export function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, one) => sum + one.length, 0);
  const header =
    length < 128
      ? [tag, length]
      : length < 256
        ? [tag, 0x81, length]
        : [tag, 0x82, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from(header), ...contents]);
}

/** Of any size up to 2^53; unsigned types have the same form. */
export function encodeInteger(value: number, tag: number = TAG.integer): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.unshift(((rest % 256) + 256) % 256);
    rest = Math.floor(rest / 256);
  } while (!(rest === 0 && (bytes[0] ?? 0) < 128) && !(rest === -1 && (bytes[0] ?? 0) >= 128));
  return encode(tag, Buffer.from(bytes));
}

export function encodeOid(oid: readonly number[]): Buffer {
  const bytes: number[] = [];
  for (const part of [(oid[0] ?? 0) * 40 + (oid[1] ?? 0), ...oid.slice(2)]) {
    const septets = [part % 128];
    for (let rest = Math.floor(part / 128); rest > 0; rest = Math.floor(rest / 128))
      septets.unshift((rest % 128) + 128);
    bytes.push(...septets);
  }
  return encode(TAG.oid, Buffer.from(bytes));
}

export function encodeObject(type: ObjectTypeName, value: number | string): Buffer {
  if (type === 'OID') return encodeOid(String(value).split('.').map(Number));
  if (type === 'OctetString') return encode(TAG.octetString, Buffer.from(String(value), 'latin1'));
  return encodeInteger(Number(value), OBJECT_TAGS[type]);
}

/** Variable bindings of a received message (RFC 3416 section 3): names and values, read where they stand. */
import { readInteger, readUint32, readUint64High, readUint64Low } from '../ber/integer.js';
import { MalformedMessage } from '../ber/malformed.js';
import { oidText, startsWithOid } from '../ber/oid.js';
import { BerReader, copyOf, EMPTY } from '../ber/reader.js';
import { CONSTRUCTED, LONG_TAG, TAG } from '../ber/tags.js';

/** Types of values (RFC 2578 section 7.1, RFC 3416 section 3). */
export const TYPES = {
  INTEGER: TAG.INTEGER,
  OCTET_STRING: TAG.OCTET_STRING,
  NULL: TAG.NULL,
  OID: TAG.OID,
  IP_ADDRESS: 0x40,
  COUNTER32: 0x41,
  /** Also Unsigned32. */
  GAUGE32: 0x42,
  TIMETICKS: 0x43,
  OPAQUE: 0x44,
  COUNTER64: 0x46,
  /** Of RFC 1442, and gone since; old agents still send it. */
  UINTEGER32: 0x47,
  NO_SUCH_OBJECT: 0x80,
  NO_SUCH_INSTANCE: 0x81,
  END_OF_MIB_VIEW: 0x82,
} as const;

export type Value = number | bigint | Buffer | string | null;

/** A value without its name; {@link Bindings.value} says which type has which value. */
export interface Cell {
  /** A number of {@link TYPES}. */
  readonly type: number;
  readonly value: Value;
}

/** One name and value of an answer. */
export interface VarBind extends Cell {
  readonly oid: string;
}

/** Bytes of a binding: tag and length of itself, of a name and of a value. */
const SMALLEST = 6;
/** From 2^21 on the upper half of a Counter64 makes a number that is not exact any more. */
const EXACT_HIGH = 0x20_0000;

/**
 * A cursor over the bindings, made to be used again. Before the first `next()`, and after one that was false or threw,
 * there is no current binding, and nothing may be asked of it.
 *
 * A value is looked at only when it is asked for, so one that is malformed does no harm to the others.
 */
export class Bindings {
  /** Into which the offsets lead. */
  buffer: Buffer = EMPTY;
  /** Content of the name: at least one byte, and the last arc is whole. */
  oidFrom = 0;
  oidTo = 0;
  /** A number of {@link TYPES}, or a tag that SNMP does not know. */
  type = 0;
  /** Content of the value. */
  valueFrom = 0;
  valueTo = 0;
  readonly #reader = new BerReader();
  #from = 0;
  #to = 0;

  /** @param from Content of the list of bindings. */
  reset(buffer: Buffer, from: number, to: number): void {
    this.buffer = buffer;
    this.#from = from;
    this.#to = to;
    this.rewind();
  }

  /** Back to before the first binding. */
  rewind(): void {
    this.#reader.reset(this.buffer, this.#from, this.#to);
    this.type = 0;
    this.oidFrom = this.oidTo = this.valueFrom = this.valueTo = this.#from;
  }

  /**
   * To the next binding; false at the end.
   *
   * @throws MalformedMessage
   */
  next(): boolean {
    const reader = this.#reader;
    const { at } = reader;
    if (at === this.#to) return false;
    return this.#isShort(at) || this.#any(at);
  }

  /** Nearly all bindings have lengths of one byte throughout, and are passed at a glance. */
  #isShort(at: number): boolean {
    const { buffer } = this;
    if (at + SMALLEST > this.#to) return false;
    const end = at + 2 + (buffer[at + 1] ?? 0);
    const oidFrom = at + 4;
    const oidTo = oidFrom + (buffer[at + 3] ?? 0);
    const valueFrom = oidTo + 2;
    if (end > this.#to || valueFrom > end) return false;
    const type = buffer[oidTo] ?? 0;
    const isShort =
      end - at < 0x82 &&
      valueFrom + (buffer[oidTo + 1] ?? 0) === end &&
      buffer[at] === TAG.SEQUENCE &&
      buffer[at + 2] === TAG.OID &&
      oidTo > oidFrom &&
      (buffer[oidTo - 1] ?? 0) < 0x80 &&
      (type & CONSTRUCTED) === 0 &&
      (type & LONG_TAG) !== LONG_TAG;
    if (!isShort) return false;
    this.oidFrom = oidFrom;
    this.oidTo = oidTo;
    this.type = type;
    this.valueFrom = valueFrom;
    this.#reader.at = this.valueTo = end;
    return true;
  }

  /** @throws MalformedMessage */
  #any(bindingAt: number): boolean {
    const reader = this.#reader;
    reader.end = this.#to;
    reader.end = reader.enter(TAG.SEQUENCE);
    this.oidTo = reader.enter(TAG.OID);
    this.oidFrom = reader.at;
    if (this.oidTo === this.oidFrom) throw new MalformedMessage('a binding whose name is empty', bindingAt);
    if ((this.buffer[this.oidTo - 1] ?? 0) >= 0x80)
      throw new MalformedMessage('an arc that is cut off', this.oidTo - 1);
    reader.at = this.oidTo;
    this.type = reader.peek();
    this.valueTo = reader.enterAny();
    if ((this.type & CONSTRUCTED) !== 0) throw new MalformedMessage('a value made of several', this.oidTo);
    this.valueFrom = reader.at;
    reader.at = this.valueTo;
    reader.finish('binding');
    return true;
  }

  oidIs(oid: Uint8Array): boolean {
    return this.oidTo - this.oidFrom === oid.length && startsWithOid(this.buffer, this.oidFrom, this.oidTo, oid);
  }

  /** Dotted. @throws MalformedMessage */
  oidText(): string {
    return oidText(this.buffer, this.oidFrom, this.oidTo);
  }

  /**
   * Integer32 (also of more bits, as some agents send it), Counter32, Gauge32, TimeTicks; NaN for all other types.
   *
   * @throws MalformedMessage when the content is none of that type.
   */
  number(): number {
    switch (this.type) {
      case TYPES.INTEGER:
        return readInteger(this.buffer, this.valueFrom, this.valueTo);
      case TYPES.COUNTER32:
      case TYPES.GAUGE32:
      case TYPES.TIMETICKS:
      case TYPES.UINTEGER32:
        return readUint32(this.buffer, this.valueFrom, this.valueTo);
      default:
        return Number.NaN;
    }
  }

  isCounter64(): boolean {
    return this.type === TYPES.COUNTER64;
  }

  /** The upper 32 bits, unsigned, of a Counter64; nothing sensible for other types. @throws MalformedMessage */
  counter64High(): number {
    return readUint64High(this.buffer, this.valueFrom, this.valueTo);
  }

  /** The lower 32 bits, unsigned, of a Counter64; nothing sensible for other types. @throws MalformedMessage */
  counter64Low(): number {
    return readUint64Low(this.buffer, this.valueFrom, this.valueTo);
  }

  /** Of a Counter64, exactly. @throws MalformedMessage */
  counter64(): bigint {
    const high = this.counter64High();
    const low = this.counter64Low();
    return high < EXACT_HIGH ? BigInt(high * 0x1_0000_0000 + low) : (BigInt(high) << 32n) | BigInt(low);
  }

  /** A copy of the value's content, whatever its type. */
  bytes(): Buffer {
    return copyOf(this.buffer, this.valueFrom, this.valueTo);
  }

  /** noSuchObject, noSuchInstance, endOfMibView: the agent has nothing of that name. */
  isMissing(): boolean {
    return this.type >= TYPES.NO_SUCH_OBJECT && this.type <= TYPES.END_OF_MIB_VIEW;
  }

  /**
   * Numbers as {@link number}, a Counter64 as a bigint, OIDs and addresses of four bytes as dotted text, null for NULL
   * and for what is missing; all else as a copy of its bytes.
   *
   * @throws MalformedMessage when the content is none of the type.
   */
  value(): Value {
    switch (this.type) {
      case TYPES.INTEGER:
      case TYPES.COUNTER32:
      case TYPES.GAUGE32:
      case TYPES.TIMETICKS:
      case TYPES.UINTEGER32:
        return this.number();
      case TYPES.COUNTER64:
        return this.counter64();
      case TYPES.OID:
        return oidText(this.buffer, this.valueFrom, this.valueTo);
      case TYPES.IP_ADDRESS:
        return this.valueTo - this.valueFrom === 4 ? this.#address() : this.bytes();
      case TYPES.NULL:
      case TYPES.NO_SUCH_OBJECT:
      case TYPES.NO_SUCH_INSTANCE:
      case TYPES.END_OF_MIB_VIEW:
        return null;
      default:
        return this.bytes();
    }
  }

  /** @throws MalformedMessage as {@link value} does. */
  cell(): Cell {
    return { type: this.type, value: this.value() };
  }

  /**
   * All of them, from the first on; the cursor is at the end then.
   *
   * @throws MalformedMessage when any of them is malformed.
   */
  all(): VarBind[] {
    this.rewind();
    const varbinds: VarBind[] = [];
    while (this.next()) varbinds.push({ oid: this.oidText(), type: this.type, value: this.value() });
    return varbinds;
  }

  #address(): string {
    const { buffer, valueFrom: at } = this;
    return `${buffer[at]}.${buffer[at + 1]}.${buffer[at + 2]}.${buffer[at + 3]}`;
  }
}

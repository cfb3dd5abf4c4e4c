/** Values of SNMP (RFC 2578 section 7.1) as values of ours. */
import { type Cell, TYPES } from './message/bindings.js';

/** Longest text that is taken from a device, in bytes. */
const MOST_TEXT = 4096;
/** A text of so many bytes is looked through one by one. */
const SHORT = 128;

/** Whether the agent has no such object, or the walk is at its end. */
export const isMissing = ({ type }: Cell): boolean =>
  type === TYPES.NO_SUCH_OBJECT || type === TYPES.NO_SUCH_INSTANCE || type === TYPES.END_OF_MIB_VIEW;

/** Bits of a counter's type; undefined for what is no counter. */
export function counterBits({ type }: Cell): 32 | 64 | undefined {
  if (type === TYPES.COUNTER32) return 32;
  return type === TYPES.COUNTER64 ? 64 : undefined;
}

/** Undefined for what carries no value. */
export function scalarOf(cell: Cell): number | bigint | string | undefined {
  const { type, value } = cell;
  if (isMissing(cell) || value === null) return undefined;
  if (!Buffer.isBuffer(value)) return value;
  if (type === TYPES.OPAQUE) return opaqueNumber(value) ?? hex(value);
  return textOf(value);
}

/** A number, or text that is one; for metrics that have a unit. */
export function numberOf(cell: Cell): number | bigint | undefined {
  const value = scalarOf(cell);
  if (typeof value !== 'string') return value;
  const text = value.trim();
  return /^[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})([eE][+-]?\d{1,2})?$/.test(text) ? Number(text) : undefined;
}

/** Float and double wrapped in Opaque, as net-snmp's agent and others send them (draft-perkins-opaque). */
function opaqueNumber(bytes: Buffer): number | undefined {
  if (bytes[0] !== 0x9f) return undefined;
  if (bytes[1] === 0x78 && bytes[2] === 4 && bytes.length === 7) return bytes.readFloatBE(3);
  if (bytes[1] === 0x79 && bytes[2] === 8 && bytes.length === 11) return bytes.readDoubleBE(3);
  return undefined;
}

/**
 * Text if it is printable UTF-8 (trailing zeros do no harm), or mostly ASCII with some letters of ISO 8859-1 among it;
 * else hexadecimal such as `00:1b:c5`.
 */
export function textOf(bytes: Buffer): string {
  if (isShortAscii(bytes)) return bytes.toString('latin1');
  let end = Math.min(bytes.length, MOST_TEXT);
  while (end > 0 && bytes[end - 1] === 0) end--;
  const used = bytes.subarray(0, end);
  const text = used.toString('utf8');
  if (!IS_BINARY.test(text)) return text;
  return isLatin1(used) ? used.toString('latin1').replace(C1_CONTROLS, '\ufffd') : hex(bytes.subarray(0, MOST_TEXT));
}

/** Most texts of devices are, and are made in a third of the time that others take. */
function isShortAscii(bytes: Buffer): boolean {
  if (bytes.length > SHORT) return false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return true;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells bytes from text
const IS_BINARY = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/;
const C1_CONTROLS = /[\u0080-\u009f]/g;
/** Addresses of hardware have six bytes, those of IP four or sixteen: these are bytes even if they could be text. */
const ADDRESS_LENGTHS: ReadonlySet<number> = new Set([4, 6, 8, 16, 20]);

function isLatin1(bytes: Buffer): boolean {
  if (ADDRESS_LENGTHS.has(bytes.length)) return false;
  let plain = 0;
  for (const byte of bytes) {
    if (byte < 0x20 ? byte !== 0x09 && byte !== 0x0a && byte !== 0x0d : byte === 0x7f) return false;
    if (byte < 0x7f) plain++;
  }
  return plain * 2 > bytes.length;
}

const hex = (bytes: Buffer): string => bytes.toString('hex').replace(/(..)(?!$)/g, '$1:');

/** Contents of values that are sent (RFC 2578 section 7.1), each with its type. */
import { encodeOid } from '../ber/oid.js';
import { TYPES } from '../message/bindings.js';
import type { OutgoingBinding } from '../message/pdu.js';

/** An unsigned number of 32 bits in as few bytes as it takes, with a zero before one that would look negative. */
function unsigned32(value: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value >>> 0, 1);
  let from = 0;
  while (from < 4 && bytes[from] === 0 && (bytes[from + 1] ?? 0) < 0x80) from++;
  return bytes.subarray(from);
}

const binding = (oid: string, type: number, value: Uint8Array): OutgoingBinding => ({
  oid: encodeOid(oid),
  type,
  value,
});

export const counterBinding = (oid: string, value: number): OutgoingBinding =>
  binding(oid, TYPES.COUNTER32, unsigned32(value));
export const unsignedBinding = (oid: string, value: number): OutgoingBinding =>
  binding(oid, TYPES.GAUGE32, unsigned32(value));
export const ticksBinding = (oid: string, value: number): OutgoingBinding =>
  binding(oid, TYPES.TIMETICKS, unsigned32(value));
export const oidBinding = (oid: string, value: string): OutgoingBinding => binding(oid, TYPES.OID, encodeOid(value));
/** @param value 0 to 127. */
export const smallBinding = (oid: string, value: number): OutgoingBinding =>
  binding(oid, TYPES.INTEGER, Uint8Array.of(value));
export const octetsBinding = (oid: string, value: Uint8Array): OutgoingBinding =>
  binding(oid, TYPES.OCTET_STRING, value);

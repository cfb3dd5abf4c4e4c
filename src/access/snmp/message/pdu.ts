/** Protocol data units (RFC 3416 section 3): what is the same in all versions of SNMP but for the trap of the first. */
import { MalformedMessage } from '../ber/malformed.js';
import type { BerReader } from '../ber/reader.js';
import { TAG } from '../ber/tags.js';
import { BerWriter } from '../ber/writer.js';
import { Bindings } from './bindings.js';

export const PDU = {
  GET: 0xa0,
  GETNEXT: 0xa1,
  RESPONSE: 0xa2,
  SET: 0xa3,
  TRAP1: 0xa4,
  GETBULK: 0xa5,
  INFORM: 0xa6,
  TRAP2: 0xa7,
  REPORT: 0xa8,
} as const;

/** Names of `error-status` (RFC 3416 section 3) by their numbers. */
export const ERROR_STATUS: readonly string[] = [
  'noError',
  'tooBig',
  'noSuchName',
  'badValue',
  'readOnly',
  'genErr',
  'noAccess',
  'wrongType',
  'wrongLength',
  'wrongEncoding',
  'wrongValue',
  'noCreation',
  'inconsistentValue',
  'resourceUnavailable',
  'commitFailed',
  'undoFailed',
  'authorizationError',
  'notWritable',
  'inconsistentName',
];

/** Those that a reader has to tell apart. */
export const STATUS = { NO_ERROR: 0, TOO_BIG: 1, NO_SUCH_NAME: 2, GEN_ERR: 5, AUTHORIZATION_ERROR: 16 } as const;

/** A name that is asked for, or with a value that is set. */
export interface OutgoingBinding {
  /** Of `encodeOid`. */
  readonly oid: Uint8Array;
  /** Tag of the value; NULL when there is no value. */
  readonly type?: number;
  /** Content of the value. */
  readonly value?: Uint8Array;
}

/** Bindings of a request, or as {@link encodeBindings} has written them: those that are asked again and again. */
export type OutgoingBindings = readonly OutgoingBinding[] | Uint8Array;

const NOTHING = new Uint8Array(0);

/**
 * Writes all of a PDU but its request id, tag and length, so in the reverse order.
 *
 * @param a errorStatus, or nonRepeaters of GETBULK.
 * @param b errorIndex, or maxRepetitions of GETBULK.
 */
export function writePduBody(writer: BerWriter, a: number, b: number, bindings: OutgoingBindings): void {
  if (bindings instanceof Uint8Array) writer.raw(bindings);
  else writeBindings(writer, bindings);
  writer.int(b);
  writer.int(a);
}

function writeBindings(writer: BerWriter, bindings: readonly OutgoingBinding[]): void {
  const listMark = writer.length;
  for (let i = bindings.length - 1; i >= 0; i--) {
    const binding = bindings[i];
    if (binding === undefined) continue;
    const mark = writer.length;
    writer.element(binding.type ?? TAG.NULL, binding.value ?? NOTHING);
    writer.element(TAG.OID, binding.oid);
    writer.wrap(TAG.SEQUENCE, mark);
  }
  writer.wrap(TAG.SEQUENCE, listMark);
}

/** Used again and again: nothing here waits. */
const ownWriter = new BerWriter();

/** The list of bindings, tag and length included. */
export function encodeBindings(bindings: readonly OutgoingBinding[]): Buffer {
  const writer = ownWriter.reset();
  writeBindings(writer, bindings);
  return writer.bytes();
}

/** A whole PDU; `a` and `b` as in {@link writePduBody}. */
export function encodePdu(type: number, requestId: number, a: number, b: number, bindings: OutgoingBindings): Buffer {
  const writer = ownWriter.reset();
  writePduBody(writer, a, b, bindings);
  writer.int(requestId);
  writer.wrap(type, 0);
  return writer.bytes();
}

/** A PDU as it was received, made to be used again. */
export class ReceivedPdu {
  /** A number of {@link PDU}. */
  pduType = 0;
  requestId = 0;
  /** Of GETBULK: nonRepeaters. */
  errorStatus = 0;
  /** From 1; 0 for none. Of GETBULK: maxRepetitions. */
  errorIndex = 0;
  readonly bindings = new Bindings();
}

/**
 * Reads the PDU at which `reader` stands, and passes it. Bindings are looked at only when they are asked for.
 *
 * @throws MalformedMessage also for SNMPv1's trap, which has other fields.
 */
export function readPdu(reader: BerReader, into: ReceivedPdu): void {
  const tag = reader.peek();
  if (tag < PDU.GET || tag > PDU.REPORT || tag === PDU.TRAP1)
    throw new MalformedMessage('no PDU, where one has to be', reader.at);
  const outerEnd = reader.end;
  reader.end = reader.enter(tag);
  into.pduType = tag;
  into.requestId = reader.int();
  into.errorStatus = reader.int();
  into.errorIndex = reader.int();
  readBindings(reader, into.bindings);
  reader.finish('PDU');
  reader.end = outerEnd;
}

/** Passes the list of bindings at which `reader` stands. @throws MalformedMessage */
export function readBindings(reader: BerReader, into: Bindings): void {
  const to = reader.enter(TAG.SEQUENCE);
  into.reset(reader.buffer, reader.at, to);
  reader.at = to;
}

/**
 * Messages of SNMPv3 (RFC 3412 section 6) with the user-based security model (RFC 3414 section 2.4), as they stand in
 * a datagram. Nothing is verified or decrypted here.
 */
import { MalformedMessage } from '../ber/malformed.js';
import { BerReader, EMPTY } from '../ber/reader.js';
import { TAG } from '../ber/tags.js';
import { BerWriter } from '../ber/writer.js';
import { type OutgoingBindings, ReceivedPdu, readPdu, writePduBody } from './pdu.js';

const VERSION_3 = 3;
/** RFC 3411, snmpUSMSecurityModel. */
const USER_BASED = 3;
/** RFC 3411, SnmpEngineID. */
const LONGEST_ENGINE_ID = 32;

const FLAG_AUTH = 1;
const FLAG_PRIV = 2;
const FLAG_REPORTABLE = 4;
/** Content of msgFlags for each combination. */
const FLAGS = Array.from({ length: 8 }, (_, bits) => Uint8Array.of(bits));

export interface V3Flags {
  readonly auth: boolean;
  /** Never without `auth`. */
  readonly priv: boolean;
  /** The receiver should say what is wrong with the message. */
  readonly reportable: boolean;
}

/** All buffers are copies. */
export interface V3Header {
  readonly msgId: number;
  /** The largest message that the sender takes, in bytes. */
  readonly maxSize: number;
  readonly flags: V3Flags;
  /** Of the authoritative engine; empty when the sender does not know it. */
  readonly engineId: Buffer;
  readonly boots: number;
  /** Seconds. */
  readonly time: number;
  readonly user: Buffer;
  /** Content of msgAuthenticationParameters; without `auth` mostly empty. */
  readonly authFrom: number;
  readonly authTo: number;
  /** msgPrivacyParameters. */
  readonly salt: Buffer;
  /** With `priv` the encrypted octets, else the whole of the ScopedPDU: what decryption makes, too. */
  readonly scopedFrom: number;
  readonly scopedTo: number;
}

/** A PDU with the context that it belongs to. */
export class ScopedPdu extends ReceivedPdu {
  contextEngineId: Buffer = EMPTY;
  contextName: Buffer = EMPTY;
}

const ownReader = new BerReader();
const ownWriter = new BerWriter();

/**
 * @throws MalformedMessage for anything that is not a v3 message with user-based security, also when it wants to be
 * encrypted without being authenticated (RFC 3412 section 7.2), or when bytes follow it: a digest is over all bytes.
 */
export function readV3(buffer: Buffer): V3Header {
  const reader = ownReader.reset(buffer);
  const messageEnd = reader.enter(TAG.SEQUENCE);
  if (messageEnd !== buffer.length)
    throw new MalformedMessage(`${buffer.length - messageEnd} bytes after the message`, messageEnd);
  const version = reader.int();
  if (version !== VERSION_3) throw new MalformedMessage(`version ${version}, where ${VERSION_3} has to be`, reader.at);

  reader.end = reader.enter(TAG.SEQUENCE);
  const msgId = natural(reader, 'message id');
  const maxSize = natural(reader, 'largest message size');
  const flags = readFlags(reader);
  const model = reader.int();
  if (model !== USER_BASED) throw new MalformedMessage(`security model ${model}; ours is ${USER_BASED}`, reader.at);
  reader.finish('header');

  reader.end = messageEnd;
  const parametersEnd = reader.enter(TAG.OCTET_STRING);
  reader.end = parametersEnd;
  const sequenceEnd = reader.enter(TAG.SEQUENCE);
  if (sequenceEnd !== parametersEnd) throw new MalformedMessage('bytes after the security parameters', sequenceEnd);
  const engineAt = reader.at;
  const engineId = reader.octets();
  if (engineId.length > LONGEST_ENGINE_ID)
    throw new MalformedMessage(`an engine id of ${engineId.length} bytes; it has at most 32`, engineAt);
  const boots = natural(reader, 'boot count');
  const time = natural(reader, 'engine time');
  const user = reader.octets();
  const authTo = reader.enter(TAG.OCTET_STRING);
  const authFrom = reader.at;
  reader.at = authTo;
  const salt = reader.octets();
  reader.finish('security parameters');

  reader.end = messageEnd;
  const elementAt = reader.at;
  const scopedTo = reader.enter(flags.priv ? TAG.OCTET_STRING : TAG.SEQUENCE);
  const scopedFrom = flags.priv ? reader.at : elementAt;
  reader.at = scopedTo;
  reader.finish('message');
  return { msgId, maxSize, flags, engineId, boots, time, user, authFrom, authTo, salt, scopedFrom, scopedTo };
}

function natural(reader: BerReader, what: string): number {
  const { at } = reader;
  const value = reader.int();
  if (value < 0) throw new MalformedMessage(`a negative ${what}`, at);
  return value;
}

function readFlags(reader: BerReader): V3Flags {
  const { at } = reader;
  const to = reader.enter(TAG.OCTET_STRING);
  if (to - reader.at !== 1) throw new MalformedMessage(`flags of ${to - reader.at} bytes; they have one`, at);
  const bits = reader.buffer[reader.at] ?? 0;
  reader.at = to;
  const flags = {
    auth: (bits & FLAG_AUTH) !== 0,
    priv: (bits & FLAG_PRIV) !== 0,
    reportable: (bits & FLAG_REPORTABLE) !== 0,
  };
  if (flags.priv && !flags.auth) throw new MalformedMessage('encryption without authentication', at);
  return flags;
}

/**
 * Reads what stands in plain text in a message or comes out of decryption. What follows it is padding, and nothing
 * says how long that may be.
 *
 * @throws MalformedMessage also, and mostly, when decrypted with another key.
 */
export function readScopedPdu(buffer: Buffer, from = 0, to = buffer.length, into = new ScopedPdu()): ScopedPdu {
  const reader = ownReader.reset(buffer, from, to);
  reader.end = reader.enter(TAG.SEQUENCE);
  into.contextEngineId = reader.octets();
  into.contextName = reader.octets();
  readPdu(reader, into);
  reader.finish('scoped PDU');
  return into;
}

/** A message to be written. */
export interface V3Outgoing extends Omit<V3Header, 'authFrom' | 'authTo' | 'scopedFrom' | 'scopedTo'> {
  /** Bytes of msgAuthenticationParameters; 0 without `auth`. */
  readonly authLength: number;
  /** Of {@link writeScopedPdu}, encrypted where `priv` is set. */
  readonly scoped: Uint8Array;
}

/** @returns The message with zeros for the digest, and where that is to be put. */
export function writeV3(message: V3Outgoing): { readonly bytes: Buffer; readonly authAt: number } {
  const { flags } = message;
  const writer = ownWriter.reset();
  if (flags.priv) writer.octets(message.scoped);
  else writer.raw(message.scoped);

  const parametersMark = writer.length;
  writer.octets(message.salt);
  const digestMark = writer.length;
  writer.zeros(message.authLength);
  const authMark = writer.length;
  writer.wrap(TAG.OCTET_STRING, digestMark);
  writer.octets(message.user);
  writer.int(message.time);
  writer.int(message.boots);
  writer.octets(message.engineId);
  writer.wrap(TAG.SEQUENCE, parametersMark);
  writer.wrap(TAG.OCTET_STRING, parametersMark);

  const headerMark = writer.length;
  writer.int(USER_BASED);
  const bits = (flags.auth ? FLAG_AUTH : 0) | (flags.priv ? FLAG_PRIV : 0) | (flags.reportable ? FLAG_REPORTABLE : 0);
  writer.octets(FLAGS[bits] ?? Uint8Array.of(bits));
  writer.int(message.maxSize);
  writer.int(message.msgId);
  writer.wrap(TAG.SEQUENCE, headerMark);
  writer.int(VERSION_3);
  writer.wrap(TAG.SEQUENCE, 0);
  const bytes = writer.bytes();
  return { bytes, authAt: bytes.length - authMark };
}

/** @param pdu Of `encodePdu`. */
export function writeScopedPdu(contextEngineId: Uint8Array, contextName: Uint8Array, pdu: Uint8Array): Buffer {
  const writer = ownWriter.reset();
  writer.raw(pdu);
  writer.octets(contextName);
  writer.octets(contextEngineId);
  writer.wrap(TAG.SEQUENCE, 0);
  return writer.bytes();
}

/** A request of which not even the PDU is written yet. */
export interface PlainPdu {
  readonly requestId: number;
  readonly pduType: number;
  /** nonRepeaters of GETBULK, else 0. */
  readonly a: number;
  /** maxRepetitions of GETBULK, else 0. */
  readonly b: number;
  readonly bindings: OutgoingBindings;
}

/** As {@link writeScopedPdu} of what `encodePdu` writes, at one go. */
export function writeScopedRequest(engineId: Uint8Array, contextName: Uint8Array, pdu: PlainPdu): Buffer {
  const writer = ownWriter.reset();
  writePduBody(writer, pdu.a, pdu.b, pdu.bindings);
  writer.int(pdu.requestId);
  writer.wrap(pdu.pduType, 0);
  writer.octets(contextName);
  writer.octets(engineId);
  writer.wrap(TAG.SEQUENCE, 0);
  return writer.bytes();
}

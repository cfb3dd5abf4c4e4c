/**
 * Looks at a datagram before net-snmp does. That package ends the process on a v3-flagged reply to a v2c session, and
 * takes a reply without a digest for one of an authenticated session.
 *
 * Reads no more of BER (ITU-T X.690) than needed to see what kind of message it is (RFC 1157, 3416, 3412).
 */

/** 0 is SNMPv1, 1 v2c, 3 v3, as in the message. */
export type MessageVersion = 0 | 1 | 3;

export interface Expected {
  readonly version: MessageVersion;
  /** Replies must carry a digest. Reports need not: they are how an agent says that it cannot verify ours. */
  readonly authenticated: boolean;
  readonly encrypted: boolean;
}

/** What is wrong with the datagram; undefined when it may be decoded. */
export type Objection = 'not SNMP' | 'another SNMP version' | 'a reply without the digest or encryption asked for';

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const RESPONSE = 0xa2;
const REPORT = 0xa8;
const FLAG_AUTHENTICATED = 1;
const FLAG_ENCRYPTED = 2;

export function objectionTo(datagram: Buffer, expected: Expected): Objection | undefined {
  const message = element(datagram, 0, SEQUENCE);
  if (!message) return 'not SNMP';
  const version = element(datagram, message.start, INTEGER);
  if (!version || version.length < 1 || version.length > 4) return 'not SNMP';
  if (datagram.readUIntBE(version.start, version.length) !== expected.version) return 'another SNMP version';
  return expected.version === 3
    ? objectionToV3(datagram, version.end, expected)
    : objectionToCommunity(datagram, version.end);
}

function objectionToCommunity(datagram: Buffer, at: number): Objection | undefined {
  const community = element(datagram, at, OCTET_STRING);
  const pdu = community && element(datagram, community.end, RESPONSE);
  return pdu ? undefined : 'not SNMP';
}

function objectionToV3(datagram: Buffer, at: number, expected: Expected): Objection | undefined {
  const header = element(datagram, at, SEQUENCE);
  const id = header && element(datagram, header.start, INTEGER);
  const maxSize = id && element(datagram, id.end, INTEGER);
  const flags = maxSize && element(datagram, maxSize.end, OCTET_STRING);
  const security = header && element(datagram, header.end, OCTET_STRING);
  if (flags?.length !== 1 || !security) return 'not SNMP';
  const bits = datagram[flags.start] ?? 0;
  const authenticated = (bits & FLAG_AUTHENTICATED) !== 0;
  const encrypted = (bits & FLAG_ENCRYPTED) !== 0;
  if ((authenticated && !expected.authenticated) || (encrypted && !expected.encrypted)) return 'not SNMP';
  if (encrypted) return element(datagram, security.end, OCTET_STRING) ? undefined : 'not SNMP';
  const scoped = element(datagram, security.end, SEQUENCE);
  const engine = scoped && element(datagram, scoped.start, OCTET_STRING);
  const context = engine && element(datagram, engine.end, OCTET_STRING);
  if (!context) return 'not SNMP';
  if (element(datagram, context.end, REPORT)) return undefined;
  if (!element(datagram, context.end, RESPONSE)) return 'not SNMP';
  return authenticated === expected.authenticated && encrypted === expected.encrypted
    ? undefined
    : 'a reply without the digest or encryption asked for';
}

interface Element {
  /** Of the content. */
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

/** The element of that tag at `at`, when it is whole. */
function element(buffer: Buffer, at: number, tag: number): Element | undefined {
  if (buffer[at] !== tag) return undefined;
  const first = buffer[at + 1];
  if (first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4 || first === 0x80 || at + 2 + lengthBytes > buffer.length) return undefined;
  const length = lengthBytes === 0 ? first : buffer.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  return start + length <= buffer.length ? { start, end: start + length, length } : undefined;
}

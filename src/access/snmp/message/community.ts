/** Messages of SNMPv1 (RFC 1157) and SNMPv2c (RFC 1901): a community in plain text, and a PDU. */
import { readUint32 } from '../ber/integer.js';
import { MalformedMessage } from '../ber/malformed.js';
import { BerReader } from '../ber/reader.js';
import { TAG } from '../ber/tags.js';
import { BerWriter } from '../ber/writer.js';
import { TYPES } from './bindings.js';
import { type OutgoingBindings, PDU, ReceivedPdu, readBindings, readPdu, writePduBody } from './pdu.js';

/** As in the message: 0 is SNMPv1, 1 v2c. */
export type CommunityVersion = 0 | 1;

/** Request ids that fill four bytes, none of them with the sign. */
export const REQUEST_IDS = { FIRST: 0x0100_0000, LAST: 0x7fff_ffff } as const;

/** A request that is sent again and again, each time with an id of its own. */
export interface Template {
  readonly bytes: Buffer;
  /** Where the id stands: `bytes.writeUInt32BE(id, idAt)` with one of {@link REQUEST_IDS}. */
  readonly idAt: number;
}

const ownWriter = new BerWriter();
const ownReader = new BerReader();

/**
 * @param a nonRepeaters of GETBULK, else 0.
 * @param b maxRepetitions of GETBULK, else 0.
 */
export function communityTemplate(
  version: CommunityVersion,
  community: Uint8Array,
  pduType: number,
  a: number,
  b: number,
  bindings: OutgoingBindings,
): Template {
  const writer = ownWriter.reset();
  writePduBody(writer, a, b, bindings);
  const idMark = writer.length + 4;
  writer.int4(REQUEST_IDS.FIRST);
  writer.wrap(pduType, 0);
  writer.octets(community);
  writer.int(version);
  writer.wrap(TAG.SEQUENCE, 0);
  const bytes = writer.bytes();
  return { bytes, idAt: bytes.length - idMark };
}

/** What SNMPv1's trap has in place of request id and error (RFC 1157 section 4.1.6). */
export interface Trap1 {
  /** Content of the OID. */
  readonly enterpriseFrom: number;
  readonly enterpriseTo: number;
  /** Content of the address: four bytes, mostly. */
  readonly agentFrom: number;
  readonly agentTo: number;
  readonly genericTrap: number;
  readonly specificTrap: number;
  /** Hundredths of a second. */
  readonly timestamp: number;
}

/** A message as it was received, made to be used again. */
export class Received extends ReceivedPdu {
  version: CommunityVersion = 1;
  /** Content of the community. */
  communityFrom = 0;
  communityTo = 0;
  /** Only of a PDU of type `PDU.TRAP1`, whose request id and error are 0. */
  trap1: Trap1 | undefined;
  /** Bytes after the message: some agents pad. */
  surplus = 0;
}

/**
 * Version of a message of any kind, so that it can be read as what it is: 0, 1 or 3.
 *
 * @throws MalformedMessage when it is no message, or has another version.
 */
export function messageVersion(buffer: Buffer): CommunityVersion | 3 {
  const reader = ownReader.reset(buffer);
  reader.end = reader.enter(TAG.SEQUENCE);
  const { at } = reader;
  const version = reader.int();
  if (version === 0 || version === 1 || version === 3) return version;
  throw new MalformedMessage(`version ${version}; 0, 1 and 3 are known`, at);
}

/**
 * @param into Is of no use when this throws.
 * @throws MalformedMessage also for another version.
 */
export function readCommunityMessage(buffer: Buffer, into: Received): void {
  const reader = ownReader.reset(buffer);
  const messageEnd = reader.enter(TAG.SEQUENCE);
  reader.end = messageEnd;
  const versionAt = reader.at;
  const version = reader.int();
  if (version !== 0 && version !== 1)
    throw new MalformedMessage(`version ${version}, where 0 or 1 has to be`, versionAt);
  into.version = version;
  into.communityTo = reader.enter(TAG.OCTET_STRING);
  into.communityFrom = reader.at;
  reader.at = into.communityTo;
  if (reader.peek() === PDU.TRAP1) {
    readTrap1(reader, into);
  } else {
    into.trap1 = undefined;
    readPdu(reader, into);
  }
  reader.finish('message');
  into.surplus = buffer.length - messageEnd;
}

function readTrap1(reader: BerReader, into: Received): void {
  const outerEnd = reader.end;
  reader.end = reader.enter(PDU.TRAP1);
  into.pduType = PDU.TRAP1;
  into.requestId = into.errorStatus = into.errorIndex = 0;
  const enterpriseTo = reader.enter(TAG.OID);
  const enterpriseFrom = reader.at;
  reader.at = enterpriseTo;
  const agentTo = reader.enter(TYPES.IP_ADDRESS);
  const agentFrom = reader.at;
  reader.at = agentTo;
  const genericTrap = reader.int();
  const specificTrap = reader.int();
  const timestampTo = reader.enter(TYPES.TIMETICKS);
  const timestamp = readUint32(reader.buffer, reader.at, timestampTo);
  reader.at = timestampTo;
  readBindings(reader, into.bindings);
  reader.finish('trap');
  reader.end = outerEnd;
  into.trap1 = { enterpriseFrom, enterpriseTo, agentFrom, agentTo, genericTrap, specificTrap, timestamp };
}

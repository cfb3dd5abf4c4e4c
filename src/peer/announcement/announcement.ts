/**
 * An announcement: a UDP packet by which a manager says that it is there (SPEC 6).
 *
 * It only starts a question (`areYouThere`) and changes nothing by itself, so a replayed one does no harm. It is
 * authenticated whole by the pool key (HMAC-SHA-256 under a key of its own, see `pool-keys.ts`). Layout, numbers
 * big-endian:
 *
 * ```
 *    0  "PTPA"                      31  incarnation u64          75  load u16, ten-thousandths of a core
 *    4  protocol major u8, minor u8 39  counter u64              77  id: length u8, UTF-8
 *    6  previous state u8, state u8 47  term u64                  …  SOAP address: length u16, UTF-8
 *    8  flags u8: 1 was master      55  roster version u64        …  what later minor versions add
 *    9  IP address, 16 bytes        63  uptime u64, ms          -32  HMAC-SHA-256 over all before it
 *   25  MAC address, 6 bytes        71  priority u32
 * ```
 */
import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { invariant } from '../../base/errors.js';
import type { Rank } from '../../pool/member.js';
import { PROTOCOL_VERSION } from '../../xml/messages/operations.js';
import type { PoolKey, PoolKeys } from '../security/pool-keys.js';
import { addressBytes, addressText, macBytes, macText } from './addresses.js';

/** What a manager is in its pool. The order is that of the codes in the packet. */
export const ANNOUNCED_STATES = [
  'starting',
  'seeking',
  'joining',
  'secondary',
  'master',
  'paused',
  'draining',
  'stopped',
] as const;
export type AnnouncedState = (typeof ANNOUNCED_STATES)[number];

export interface Announcement {
  /** Of the pool protocol, `major.minor`. */
  readonly protocol: string;
  readonly id: string;
  readonly incarnation: number;
  /** Of the interface that the packet went out on; `mac` in the form `00:00:5e:00:53:01`, zeros on loopback. */
  readonly ip: string;
  readonly mac: string;
  /** Rises with every packet of this incarnation. */
  readonly counter: number;
  readonly previous: AnnouncedState;
  readonly state: AnnouncedState;
  /** Of the process. */
  readonly uptimeMs: number;
  readonly term: number;
  readonly rosterVersion: number;
  readonly rank: Rank;
  /** Of the interface for managers. */
  readonly uri: string;
  /** Share of a core, 0 to 1. */
  readonly load: number;
}

/** What is encoded; the rank follows from it. */
export type AnnouncementFields = Omit<Announcement, 'rank' | 'protocol'> & Pick<Rank, 'priority' | 'wasMaster'>;

/** Why a packet was not heard. */
export type Refusal =
  /** Shorter, longer, or with another beginning than any announcement. */
  | 'foreign'
  /** Another key, or changed on its way. */
  | 'forged'
  /** Of a protocol that is not understood here. */
  | 'version'
  /** Rightly signed, and yet not what an announcement should be. */
  | 'malformed';

const MAGIC = Buffer.from('PTPA');
const HEAD_BYTES = 77;
const MAC_BYTES = 32;
const LONGEST_ID = 64;
const LONGEST_URI = 512;
export const SHORTEST_PACKET = HEAD_BYTES + 1 + 1 + 2 + MAC_BYTES;
/** Fits into any datagram without being cut up. */
export const LONGEST_PACKET = 1200;
const WAS_MASTER = 1;
const WHOLE_LOAD = 10_000;
const [MAJOR = 0, MINOR = 0] = PROTOCOL_VERSION.split('.').map(Number);

export function encodeAnnouncement(fields: AnnouncementFields, key: PoolKey): Buffer {
  const [id, uri] = [Buffer.from(fields.id), Buffer.from(fields.uri)];
  invariant(id.length > 0 && id.length <= LONGEST_ID && uri.length <= LONGEST_URI, 'id and address fit in');
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt8(MAJOR, 4);
  head.writeUInt8(MINOR, 5);
  head.writeUInt8(ANNOUNCED_STATES.indexOf(fields.previous), 6);
  head.writeUInt8(ANNOUNCED_STATES.indexOf(fields.state), 7);
  head.writeUInt8(fields.wasMaster ? WAS_MASTER : 0, 8);
  addressBytes(fields.ip).copy(head, 9);
  macBytes(fields.mac).copy(head, 25);
  head.writeBigUInt64BE(BigInt(fields.incarnation), 31);
  head.writeBigUInt64BE(BigInt(fields.counter), 39);
  head.writeBigUInt64BE(BigInt(fields.term), 47);
  head.writeBigUInt64BE(BigInt(fields.rosterVersion), 55);
  head.writeBigUInt64BE(BigInt(Math.max(Math.round(fields.uptimeMs), 0)), 63);
  head.writeUInt32BE(fields.priority, 71);
  head.writeUInt16BE(Math.round(Math.min(Math.max(fields.load, 0), 1) * WHOLE_LOAD), 75);
  const lengths = [Buffer.from([id.length]), Buffer.from([uri.length >> 8, uri.length & 0xff])] as const;
  const signed = Buffer.concat([head, lengths[0], id, lengths[1], uri]);
  return Buffer.concat([signed, key.mac('announcement', signed)]);
}

/** Whether it is worth a look: cheap, and says nothing about who sent it. */
export const looksLikeAnnouncement = (packet: Buffer): boolean =>
  packet.length >= SHORTEST_PACKET && packet.length <= LONGEST_PACKET && packet.subarray(0, 4).equals(MAGIC);

/** Any bytes at all. Nothing of a packet is looked at more closely before its authentication code has been checked. */
export function decodeAnnouncement(packet: Buffer, keys: PoolKeys): Announcement | Refusal {
  if (!looksLikeAnnouncement(packet)) return 'foreign';
  const signed = packet.subarray(0, packet.length - MAC_BYTES);
  const mac = packet.subarray(packet.length - MAC_BYTES);
  if (!keys.some((key) => timingSafeEqual(key.mac('announcement', signed), mac))) return 'forged';
  const [major, minor] = [signed.readUInt8(4), signed.readUInt8(5)];
  if (major !== MAJOR || Math.abs(minor - MINOR) > 1) return 'version';
  return read(signed, `${major}.${minor}`, minor > MINOR) ?? 'malformed';
}

function read(bytes: Buffer, protocol: string, mayHaveMore: boolean): Announcement | undefined {
  const idEnd = HEAD_BYTES + 1 + bytes.readUInt8(HEAD_BYTES);
  if (idEnd + 2 > bytes.length) return undefined;
  const end = idEnd + 2 + bytes.readUInt16BE(idEnd);
  if (end > bytes.length || (end < bytes.length && !mayHaveMore)) return undefined;
  const id = bytes.toString('utf8', HEAD_BYTES + 1, idEnd);
  const uri = bytes.toString('utf8', idEnd + 2, end);
  const [previous, state] = [ANNOUNCED_STATES[bytes.readUInt8(6)], ANNOUNCED_STATES[bytes.readUInt8(7)]];
  const numbers = [31, 39, 47, 55, 63].map((at) => Number(bytes.readBigUInt64BE(at)));
  const [incarnation = 0, counter = 0, term = 0, rosterVersion = 0, uptimeMs = 0] = numbers;
  const load = bytes.readUInt16BE(75) / WHOLE_LOAD;
  const isRight =
    /^[\w.-]{1,64}$/.test(id) &&
    isManagerUri(uri) &&
    numbers.every(Number.isSafeInteger) &&
    incarnation > 0 &&
    load <= 1;
  if (!isRight || !previous || !state) return undefined;
  const [ip, mac] = [addressText(bytes.subarray(9, 25)), macText(bytes.subarray(25, 31))];
  const wasMaster = (bytes.readUInt8(8) & WAS_MASTER) !== 0;
  const rank: Rank = { priority: bytes.readUInt32BE(71), wasMaster, uptimeMs, ip, mac, id };
  return {
    protocol,
    id,
    incarnation,
    ip,
    mac,
    counter,
    previous,
    state,
    uptimeMs,
    term,
    rosterVersion,
    rank,
    uri,
    load,
  };
}

/** What it says is going to be asked, so it must be an address of a manager and nothing else. */
export function isManagerUri(text: string): boolean {
  const match = /^https?:\/\/(\[[0-9a-f:.]+\]|[^\s/:@?#[\]\\]+)(?::(\d{1,5}))?(?:\/[\w./~-]*)?$/i.exec(text);
  if (!match?.[1] || Buffer.byteLength(text) > LONGEST_URI) return false;
  const host = match[1];
  const port = match[2] === undefined ? 1 : Number(match[2]);
  return port >= 1 && port <= 65_535 && (!host.startsWith('[') || isIP(host.slice(1, -1)) === 6);
}

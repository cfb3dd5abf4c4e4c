/** Whoever sends notifications: messages of every version, made without the code that reads them. */
import { encodeOid } from '../../../../../src/access/snmp/ber/oid.js';
import { TAG } from '../../../../../src/access/snmp/ber/tags.js';
import { BerWriter } from '../../../../../src/access/snmp/ber/writer.js';
import { TYPES } from '../../../../../src/access/snmp/message/bindings.js';
import { encodePdu, type OutgoingBinding, PDU } from '../../../../../src/access/snmp/message/pdu.js';
import {
  octetsBinding,
  oidBinding,
  smallBinding,
  ticksBinding,
} from '../../../../../src/access/snmp/traps/contents.js';
import { type TrapCredentials, trapCredentials } from '../../../../../src/access/snmp/traps/credentials.js';
import { OwnEngine } from '../../../../../src/access/snmp/traps/own-engine.js';
import { secured, UserKeys } from '../../../../../src/access/snmp/traps/secured.js';
import { TrapReader } from '../../../../../src/access/snmp/traps/trap-reader.js';
import { KeyCache } from '../../../../../src/access/snmp/usm/keys.js';
import { Salts } from '../../../../../src/access/snmp/usm/privacy.js';
import type { UsmUser } from '../../../../../src/access/snmp/usm/security.js';
import type { Credential } from '../../../../../src/config/settings.js';

export const LINK_DOWN = '1.3.6.1.6.3.1.1.5.3';
export const IDENTITY = '00112233445566778899aabbccddeeff';
export const SENDER_ENGINE: Buffer = Buffer.from('80001f8880a1b2c3d4', 'hex');
export const START_MS = 1_000_000;

export const CREDENTIALS: readonly Credential[] = [
  { id: 'read', community: 'secret' },
  {
    id: 'v3',
    user: 'ops',
    authProtocol: 'sha256',
    authPassword: 'authentic',
    privProtocol: 'aes128',
    privPassword: 'encrypted',
  },
  { id: 'signed', user: 'signer', authProtocol: 'md5', authPassword: 'authentic' },
  { id: 'open', user: 'plain' },
];

export const keys = new KeyCache(Buffer.alloc(32, 1));
export const salts = new Salts(Buffer.alloc(8, 2));
const taken: TrapCredentials = trapCredentials(CREDENTIALS, keys);

export function user(name: string): UsmUser {
  const [found] = taken.users.get(name) ?? [];
  if (!found) throw new Error(`no user ${name}`);
  return found;
}

/** Started at {@link START_MS} for the seventh time. */
export function newReader(): { readonly reader: TrapReader; readonly own: OwnEngine } {
  const own = new OwnEngine(IDENTITY, 7, START_MS);
  const reader = new TrapReader(own, salts);
  reader.take(taken);
  return { reader, own };
}

export const frame = (trapOid = LINK_DOWN, ...more: readonly OutgoingBinding[]): OutgoingBinding[] => [
  ticksBinding('1.3.6.1.2.1.1.3.0', 4711),
  oidBinding('1.3.6.1.6.3.1.1.4.1.0', trapOid),
  ...more,
];

export const IF_DOWN: readonly OutgoingBinding[] = [
  smallBinding('1.3.6.1.2.1.2.2.1.1.3', 3),
  octetsBinding('1.3.6.1.2.1.2.2.1.2.3', Buffer.from('eth0')),
  smallBinding('1.3.6.1.2.1.2.2.1.8.3', 2),
];

export function communityMessage(pdu: Uint8Array, { version = 1, community = 'secret' } = {}): Buffer {
  const writer = new BerWriter();
  writer.raw(pdu);
  writer.octets(Buffer.from(community));
  writer.int(version);
  writer.wrap(TAG.SEQUENCE, 0);
  return writer.bytes();
}

export const trap2 = (bindings = frame(LINK_DOWN, ...IF_DOWN), id = 5): Buffer =>
  encodePdu(PDU.TRAP2, id, 0, 0, bindings);
export const inform = (bindings = frame(LINK_DOWN, ...IF_DOWN), id = 5): Buffer =>
  encodePdu(PDU.INFORM, id, 0, 0, bindings);

/** The same for whoever writes it with what is around it. */
export const INFORM = { pduType: PDU.INFORM, a: 0, b: 0, bindings: frame(LINK_DOWN, ...IF_DOWN) } as const;

export interface Trap1Parts {
  readonly enterprise?: string;
  readonly agent?: readonly number[];
  readonly generic?: number;
  readonly specific?: number;
  readonly bindings?: readonly OutgoingBinding[];
}

/** The trap of SNMPv1 (RFC 1157 section 4.1.6), as a message. */
export function trap1(parts: Trap1Parts = {}, community = 'secret'): Buffer {
  const { enterprise = '1.3.6.1.4.1.9', agent = [10, 0, 0, 7], generic = 2, specific = 0, bindings = IF_DOWN } = parts;
  const writer = new BerWriter();
  for (const binding of [...bindings].reverse()) {
    const mark = writer.length;
    writer.element(binding.type ?? TAG.NULL, binding.value ?? new Uint8Array(0));
    writer.element(TAG.OID, binding.oid);
    writer.wrap(TAG.SEQUENCE, mark);
  }
  writer.wrap(TAG.SEQUENCE, 0);
  writer.element(TYPES.TIMETICKS, Uint8Array.of(99));
  writer.int(specific);
  writer.int(generic);
  writer.element(TYPES.IP_ADDRESS, Uint8Array.from(agent));
  writer.element(TAG.OID, encodeOid(enterprise));
  writer.wrap(PDU.TRAP1, 0);
  return communityMessage(writer.bytes(), { version: 0, community });
}

/** A trap in the name of an engine of the sender's. */
export function trap3(
  by: UsmUser,
  parts: { boots?: number; time?: number; msgId?: number; engineId?: Buffer; pdu?: Buffer } = {},
): Buffer {
  const { boots = 3, time = 500, msgId = 1, engineId = SENDER_ENGINE, pdu = trap2() } = parts;
  const message = {
    msgId,
    engineId,
    boots,
    time,
    contextEngineId: engineId,
    contextName: Buffer.alloc(0),
    pdu,
  };
  return secured(message, by, new UserKeys(by, engineId), salts);
}

/** Traps of this manager's own, as datagrams. Time and chance are arguments. */
import type { Credential } from '../../access.js';
import { v3User } from '../agent.js';
import { TAG } from '../ber/tags.js';
import { BerWriter } from '../ber/writer.js';
import { encodePdu, type OutgoingBinding, PDU } from '../message/pdu.js';
import type { KeyCache } from '../usm/keys.js';
import type { Salts } from '../usm/privacy.js';
import { type UsmUser, usmUser } from '../usm/security.js';
import type { OwnEngine } from './own-engine.js';
import { secured, UserKeys } from './secured.js';

const VERSION_2C = 1;
const DEFAULT_COMMUNITY = 'public';
const ownWriter = new BerWriter();

/** How a destination is told: v2c, or v3 in the name of this manager's engine. */
export type TrapSecurity =
  | { readonly community: Buffer }
  | { readonly user: UsmUser; readonly keys: UserKeys; readonly contextName: Buffer };

/**
 * @param credential With a `user` it is v3's; with a `community` v2c's; without either the community is `public`.
 * @throws PtpError `Access.Settings`
 */
export function trapSecurity(credential: Credential | undefined, own: OwnEngine, keys: KeyCache): TrapSecurity {
  if (credential?.user === undefined) return { community: Buffer.from(credential?.community ?? DEFAULT_COMMUNITY) };
  const written = v3User(credential);
  const user = usmUser(written.name, written, keys);
  return { user, keys: new UserKeys(user, own.id), contextName: Buffer.from(credential.context ?? '') };
}

/**
 * @param id 1 to 2^31-1, by chance.
 * @param nowMs Monotonic.
 */
export function trapMessage(
  bindings: readonly OutgoingBinding[],
  security: TrapSecurity,
  own: OwnEngine,
  salts: Salts,
  id: number,
  nowMs: number,
): Buffer {
  const pdu = encodePdu(PDU.TRAP2, id, 0, 0, bindings);
  if ('community' in security) {
    const writer = ownWriter.reset();
    writer.raw(pdu);
    writer.octets(security.community);
    writer.int(VERSION_2C);
    writer.wrap(TAG.SEQUENCE, 0);
    return writer.bytes();
  }
  const { id: engineId, boots } = own;
  const { user, keys, contextName } = security;
  const time = own.timeAt(nowMs);
  const message = { msgId: id, engineId, boots, time, contextEngineId: engineId, contextName, pdu };
  return secured(message, user, keys, salts);
}

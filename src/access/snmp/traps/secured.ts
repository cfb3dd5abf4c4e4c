/** Messages of SNMPv3 that this manager is the sender of, in the name of an engine whose clock is known. */

import { writeScopedPdu, writeV3 } from '../message/v3.js';
import { sign } from '../usm/authenticate.js';
import { localized, privacyKey } from '../usm/keys.js';
import { Decryption, encrypt, type Salts } from '../usm/privacy.js';
import type { UsmUser } from '../usm/security.js';

/** What a datagram over IPv4 holds. */
const MAX_SIZE = 65_507;
const EMPTY = Buffer.alloc(0);

/** A user's keys at one engine; empty where the user has none. */
export interface UserKeys {
  readonly auth: Buffer;
  readonly priv: Buffer;
  /** Of a user who encrypts. */
  readonly decryption: Decryption | undefined;
}

export const NO_KEYS: UserKeys = { auth: EMPTY, priv: EMPTY, decryption: undefined };

export function keysAt({ auth }: UsmUser, engineId: Buffer): UserKeys {
  if (!auth) return NO_KEYS;
  const { protocol, ku, priv } = auth;
  const privKey = priv ? privacyKey(protocol, priv.protocol, priv.ku, engineId) : EMPTY;
  const decryption = priv && new Decryption(priv.protocol, privKey);
  return { auth: localized(protocol, ku, engineId), priv: privKey, decryption };
}

export interface SecuredMessage {
  readonly msgId: number;
  /** The authoritative engine. */
  readonly engineId: Buffer;
  readonly boots: number;
  readonly time: number;
  readonly contextEngineId: Uint8Array;
  readonly contextName: Uint8Array;
  /** Of `encodePdu`. */
  readonly pdu: Uint8Array;
}

/** With the digest and the encryption that the user has. */
export function secured(message: SecuredMessage, user: UsmUser, keys: UserKeys, salts: Salts): Buffer {
  const { msgId, engineId, boots, time, contextEngineId, contextName, pdu } = message;
  const { auth, name } = user;
  let scoped: Buffer = writeScopedPdu(contextEngineId, contextName, pdu);
  let salt: Buffer = EMPTY;
  if (auth?.priv) {
    salt = salts.next();
    scoped = encrypt(auth.priv.protocol, keys.priv, boots, time, salt, scoped);
  }
  const { bytes, authAt } = writeV3({
    msgId,
    maxSize: MAX_SIZE,
    flags: { auth: auth !== undefined, priv: auth?.priv !== undefined, reportable: false },
    engineId,
    boots,
    time,
    user: name,
    authLength: auth?.protocol.macLength ?? 0,
    salt,
    scoped,
  });
  if (auth) sign(bytes, authAt, auth.protocol, keys.auth);
  return bytes;
}

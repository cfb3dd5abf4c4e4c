/** Messages of SNMPv3 that this manager is the sender of, in the name of an engine whose clock is known. */

import { writeScopedPdu, writeV3 } from '../message/v3.js';
import { sign } from '../usm/authenticate.js';
import { localized, privacyKey } from '../usm/keys.js';
import { Decryption, encrypt, type Salts } from '../usm/privacy.js';
import type { UsmUser } from '../usm/security.js';

/** What a datagram over IPv4 holds. */
const MAX_SIZE = 65_507;
const EMPTY = Buffer.alloc(0);

/**
 * A user's keys at one engine; empty where the user has none. The one for encryption is made when it is first asked for:
 * there are protocols in which that takes 2 ms, which nobody shall cost this process without having shown who it is.
 */
export class UserKeys {
  readonly auth: Buffer;
  readonly #user: UsmUser;
  readonly #engineId: Buffer;
  #priv: Buffer | undefined;
  #decryption: Decryption | undefined;

  constructor(user: UsmUser, engineId: Buffer) {
    this.#user = user;
    this.#engineId = engineId;
    this.auth = user.auth ? localized(user.auth.protocol, user.auth.ku, engineId) : EMPTY;
  }

  get priv(): Buffer {
    const { auth } = this.#user;
    if (!auth?.priv) return EMPTY;
    this.#priv ??= privacyKey(auth.protocol, auth.priv.protocol, auth.priv.ku, this.#engineId);
    return this.#priv;
  }

  /** Undefined for a user who does not encrypt. */
  get decryption(): Decryption | undefined {
    const priv = this.#user.auth?.priv;
    if (priv) this.#decryption ??= new Decryption(priv.protocol, this.priv);
    return this.#decryption;
  }
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

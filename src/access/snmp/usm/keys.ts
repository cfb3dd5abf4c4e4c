/**
 * From passwords to keys (RFC 3414 section 2.6 and appendix A.2): a password becomes Ku by a hash over 1 MB, which
 * takes 1 to 2 ms; Ku becomes Kul, the key at one engine, by a hash over some 60 octets, which takes 1 us.
 */
import { createHmac } from 'node:crypto';
import { invariant } from '../../../base/errors.js';
import { RecentlyUsed } from '../../../base/recently-used.js';
import type { AuthProtocol, PrivProtocol } from './algorithms.js';
import { digest } from './digest.js';

/** Octets that a password is repeated to. */
const STRETCHED = 1_048_576;
/** Passwords whose Ku is kept; some 300 octets each. */
const MOST_KEPT = 4096;

/** Ku. Keep it: {@link KeyCache}. */
export function digestOfPassword(auth: AuthProtocol, password: string | Uint8Array): Buffer {
  invariant(password.length > 0, 'a password has at least one character');
  return digest(auth.hash, Buffer.alloc(STRETCHED, password));
}

/** Kul: the key of Ku at one engine. */
export const localized = (auth: AuthProtocol, ku: Uint8Array, engineId: Uint8Array): Buffer =>
  digest(auth.hash, Buffer.concat([ku, engineId, ku]));

/**
 * The key of the cipher at one engine, `priv.keyLength` octets.
 *
 * @param ku Of the privacy password, hashed by the user's authentication protocol.
 *
 * Where Reeder's extension has to lengthen (`aes192c` and `aes256c` with MD5, SHA-1 or, for the latter, SHA-224) it
 * hashes 1 MB more, for every engine.
 */
export function privacyKey(auth: AuthProtocol, priv: PrivProtocol, ku: Uint8Array, engineId: Uint8Array): Buffer {
  const kul = localized(auth, ku, engineId);
  if (kul.length >= priv.keyLength) return kul.subarray(0, priv.keyLength);
  invariant(priv.extension !== 'none', `${auth.name} makes keys that are long enough for ${priv.name}`);
  return extended(auth, priv, kul, engineId).subarray(0, priv.keyLength);
}

function extended(auth: AuthProtocol, priv: PrivProtocol, kul: Buffer, engineId: Uint8Array): Buffer {
  let key = kul;
  let last = kul;
  while (key.length < priv.keyLength) {
    // Blumenthal hashes all that there is so far; Reeder takes the last part for a password.
    last =
      priv.extension === 'blumenthal'
        ? digest(auth.hash, key)
        : localized(auth, digestOfPassword(auth, last), engineId);
    key = Buffer.concat([key, last]);
  }
  return key;
}

/** Ku of passwords in use, so that 10,000 engines with one password hash 1 MB once. No password is kept in it. */
export class KeyCache {
  readonly #salt: Buffer;
  readonly #kept = new RecentlyUsed<string, Buffer>(MOST_KEPT);

  /** @param salt 32 unpredictable octets, of this process alone. */
  constructor(salt: Buffer) {
    this.#salt = salt;
  }

  ku(auth: AuthProtocol, password: string): Buffer {
    const name = createHmac('sha256', this.#salt).update(`${auth.name} ${password}`).digest('base64');
    const ku = this.#kept.get(name) ?? digestOfPassword(auth, password);
    this.#kept.use(name, ku);
    return ku;
  }

  get size(): number {
    return this.#kept.size;
  }
}

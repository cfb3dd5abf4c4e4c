/**
 * The pool key as keys for single purposes.
 *
 * What stands in `POOL key` may be a person's phrase, so it is stretched once (scrypt) before anything is derived from
 * it, and every purpose has a key of its own (HKDF, RFC 5869): a proof made for one can never serve for another.
 */
import { createHmac, hkdfSync, scryptSync } from 'node:crypto';
import { PtpError } from '../../base/errors.js';

export type KeyPurpose =
  | 'http request'
  | 'http answer'
  | 'socket dialer'
  | 'socket listener'
  | 'socket session'
  | 'announcement';

const STRETCH = { N: 2 ** 14, r: 8, p: 1 };
const KEY_BYTES = 32;
/** One in use and two that are being exchanged for it are plenty. */
const MOST_KEYS = 3;

/**
 * What managers without a pool key sign with, so that the samples work on one machine. Everybody can read it here: who
 * signs with it is let in from this host only, and may look, register, and nothing else.
 */
export const OPEN_POOL_KEY = 'ptpmgr without a pool key';

/** One pool key, stretched and split. Never leaves the process; its `toString` says nothing. */
export class PoolKey {
  /** Whether it is {@link OPEN_POOL_KEY}, which proves nothing. */
  readonly isOpen: boolean;
  readonly #root: Buffer;
  readonly #derived = new Map<KeyPurpose, Buffer>();

  constructor(text: string) {
    this.isOpen = text === OPEN_POOL_KEY;
    this.#root = scryptSync(text, 'ptpmgr pool key 1', KEY_BYTES, STRETCH);
  }

  /** HMAC-SHA-256 under the key for this purpose. */
  mac(purpose: KeyPurpose, ...parts: (string | Buffer)[]): Buffer {
    const hmac = createHmac('sha256', this.#keyFor(purpose));
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  }

  /** A key for one session, from what both sides gave to it. */
  session(salt: Buffer, info: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#keyFor('socket session'), salt, info, KEY_BYTES));
  }

  #keyFor(purpose: KeyPurpose): Buffer {
    let key = this.#derived.get(purpose);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', this.#root, '', `ptpmgr ${purpose} 1`, KEY_BYTES));
      this.#derived.set(purpose, key);
    }
    return key;
  }
}

/** The first signs, all of them are accepted: so a key is exchanged in a running pool, one manager after the other. */
export type PoolKeys = readonly [PoolKey, ...PoolKey[]];

/**
 * Takes about 50 ms for each key that is new.
 * @param texts Keys as configured, the one to sign with first; none means that there are no peers by key.
 * @param known Keys in force before, in the order of their texts.
 * @throws PtpError `Config.Invalid` when there are more than three or one is empty.
 */
export function poolKeys(
  texts: readonly string[],
  known?: { readonly texts: readonly string[]; readonly keys: PoolKeys | undefined },
): PoolKeys | undefined {
  if (texts.length > MOST_KEYS)
    throw new PtpError('Config.Invalid', `at most ${MOST_KEYS} pool keys may be in force at once`);
  if (texts.some((text) => text.length === 0)) throw new PtpError('Config.Invalid', 'a pool key must not be empty');
  const [first, ...rest] = texts.map((text) => known?.keys?.[known.texts.indexOf(text)] ?? new PoolKey(text));
  return first ? [first, ...rest] : undefined;
}

/**
 * Passwords of users: made by `ptpmgr passwd`, kept in the configuration as `scrypt:N:r:p:salt:hash` (RFC 7914;
 * salt and hash in base64url), checked here at a bounded cost.
 */
import { createHmac, scrypt, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';

interface ScryptParameters {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and about a tenth of a second on a small machine. */
const DEFAULT_PARAMETERS: ScryptParameters = { N: 2 ** 15, r: 8, p: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** What one check may take at most, whatever the configuration says. */
const LARGEST_MEMORY_BYTES = 64 * 2 ** 20;
const LONGEST_PASSWORD_BYTES = 1024;

interface StoredPassword extends ScryptParameters {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/**
 * Makes what stands in `USER password`.
 * @throws PtpError `Client.Validation` when the password is empty or longer than 1,024 bytes.
 */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const length = Buffer.byteLength(password);
  if (length === 0 || length > LONGEST_PASSWORD_BYTES) {
    throw new PtpError(
      'Client.Validation',
      `a password has 1 to ${LONGEST_PASSWORD_BYTES} bytes, this one has ${length}`,
    );
  }
  const { N, r, p } = DEFAULT_PARAMETERS;
  const salt = random.bytes(SALT_BYTES);
  const hash = await derive(password, { N, r, p, salt, hash: Buffer.alloc(HASH_BYTES) });
  return `scrypt:${N}:${r}:${p}:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

/** Undefined when the text is not a hash of ours, or would cost more than is allowed. */
export function parsePasswordHash(text: string): StoredPassword | undefined {
  const match = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([\w-]{11,86}):([\w-]{22,86})$/.exec(text);
  if (!match) return undefined;
  const [N, r, p] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const powerOfTwo = N >= 2 && (N & (N - 1)) === 0;
  if (!powerOfTwo || r < 1 || p < 1 || p > 4 || 128 * N * r > LARGEST_MEMORY_BYTES) return undefined;
  return { N, r, p, salt: Buffer.from(match[4] ?? '', 'base64url'), hash: Buffer.from(match[5] ?? '', 'base64url') };
}

function derive(password: string, stored: StoredPassword): Promise<Buffer> {
  const { N, r, p, salt, hash } = stored;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hash.length, { N, r, p, maxmem: 2 * LARGEST_MEMORY_BYTES }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

export interface PasswordLimits {
  /** Derivations at once; each holds a thread of the pool and up to 64 MiB. Default 2. */
  readonly concurrent: number;
  /** Derivations that may wait; more are refused as busy. Default 64. */
  readonly waiting: number;
  /** Verified passwords that are remembered. Default 1,000. */
  readonly cached: number;
}

/**
 * Checks passwords with bounded work at once. A verified password is remembered as an HMAC under a key of this
 * process, so Basic on every request costs microseconds; a new hash in the configuration makes the old entry useless.
 */
export class PasswordVerifier {
  readonly #limits: PasswordLimits;
  readonly #cacheKey: Buffer;
  readonly #verified = new Set<string>();
  /** Stands in for users that do not exist, so that they cost the same time. */
  readonly #nobody: StoredPassword;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(random: Random, limits: Partial<PasswordLimits> = {}) {
    this.#limits = { concurrent: 2, waiting: 64, cached: 1000, ...limits };
    this.#cacheKey = random.bytes(32);
    this.#nobody = { ...DEFAULT_PARAMETERS, salt: random.bytes(SALT_BYTES), hash: random.bytes(HASH_BYTES) };
  }

  /** Whether this very password was found right for this hash a while ago; costs no derivation. */
  isKnown(user: string, password: string, hash: string): boolean {
    return this.#verified.has(this.#cacheName(user, password, hash));
  }

  /**
   * @param hash As configured; undefined when there is no such user, which takes as long and is never right.
   * @throws PtpError `Server.Busy` when too many checks wait already.
   */
  async verify(user: string, password: string, hash: string | undefined): Promise<boolean> {
    if (Buffer.byteLength(password) > LONGEST_PASSWORD_BYTES) return false;
    const name = hash === undefined ? undefined : this.#cacheName(user, password, hash);
    if (name !== undefined && this.#verified.has(name)) return true;
    const stored = (hash === undefined ? undefined : parsePasswordHash(hash)) ?? this.#nobody;
    await this.#enter();
    try {
      const right = timingSafeEqual(await derive(password, stored), stored.hash) && stored !== this.#nobody;
      if (right && name !== undefined) this.#remember(name);
      return right;
    } finally {
      this.#leave();
    }
  }

  #cacheName(user: string, password: string, hash: string): string {
    return createHmac('sha256', this.#cacheKey)
      .update(JSON.stringify([user, password, hash]))
      .digest('base64url');
  }

  #remember(name: string): void {
    const oldest = this.#verified.values().next();
    if (this.#verified.size >= this.#limits.cached && !oldest.done) this.#verified.delete(oldest.value);
    this.#verified.add(name);
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#limits.concurrent) {
      this.#running += 1;
      return;
    }
    if (this.#queue.length >= this.#limits.waiting) {
      throw new PtpError('Server.Busy', 'too many passwords are being checked at once; try again in a second');
    }
    await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  #leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#running -= 1;
  }
}

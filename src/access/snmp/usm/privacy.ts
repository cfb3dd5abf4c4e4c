/** Encryption of the scoped PDU: DES in CBC (RFC 3414 section 8.1.1), AES in CFB of 128 bits (RFC 3826 section 3.1). */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { invariant } from '../../../base/errors.js';
import type { PrivProtocol } from './algorithms.js';

/** Octets of msgPrivacyParameters, of every protocol. */
export const SALT_LENGTH = 8;
const DES_BLOCK = 8;
const AES_BLOCK = 16;
/** The largest there is over UDP. */
const LONGEST_MESSAGE = 65_535;
const NO_VECTOR = Buffer.alloc(AES_BLOCK);
/** Used within one call only; the ciphers copy them. */
const aesVector = Buffer.alloc(AES_BLOCK);
const desVector = Buffer.alloc(DES_BLOCK);
const fed = Buffer.alloc(AES_BLOCK + LONGEST_MESSAGE + AES_BLOCK + 2 * AES_BLOCK);

/**
 * Salts that never repeat: a count of 64 bits from a start by chance (RFC 3826 section 3.1.1.2). It serves DES too,
 * whose salt is a count of 32 bits behind the number of starts, which a manager does not keep; four octets by chance
 * stand in for it.
 */
export class Salts {
  #high: number;
  #low: number;

  /** @param start 8 unpredictable octets. */
  constructor(start: Buffer) {
    this.#high = start.readUInt32BE(0);
    this.#low = start.readUInt32BE(4);
  }

  next(): Buffer {
    this.#low = (this.#low + 1) >>> 0;
    if (this.#low === 0) this.#high = (this.#high + 1) >>> 0;
    const salt = Buffer.allocUnsafe(SALT_LENGTH);
    salt.writeUInt32BE(this.#high, 0);
    salt.writeUInt32BE(this.#low, 4);
    return salt;
  }
}

/**
 * @param key Of `priv.keyLength` octets.
 * @param boots Of the agent's engine, as `time`, and as they stand in the message.
 * @param salt As it stands in the message; {@link Salts}.
 */
export function encrypt(
  priv: PrivProtocol,
  key: Buffer,
  boots: number,
  time: number,
  salt: Uint8Array,
  scoped: Buffer,
): Buffer {
  invariant(salt.length === SALT_LENGTH && key.length === priv.keyLength, 'key and salt are of the right length');
  if (priv.cipher !== 'des') return createCipheriv(priv.cipher, key, vectorOfAes(boots, time, salt)).update(scoped);
  const padded = Buffer.alloc(Math.ceil(scoped.length / DES_BLOCK) * DES_BLOCK);
  scoped.copy(padded);
  return createCipheriv(TRIPLE_DES, tripled(key), vectorOfDes(key, salt)).setAutoPadding(false).update(padded);
}

/**
 * The encryption of one user's messages at one engine, one after the other.
 *
 * The cipher is kept, as to make one takes longer than to use it. In CFB what a block is encrypted with is made of the
 * encrypted block before it: so a block is put before each message that is encrypted to the vector, for which has to be
 * known what comes next, and is left out again. What comes next {@link Decryption} says, mostly together with an answer:
 * most of the time is spent on the way to OpenSSL, whatever it has to do there. DES has none kept: its mode has no such way.
 */
export class Encryption {
  readonly #priv: PrivProtocol;
  readonly #key: Buffer;
  readonly #decryption: Decryption;
  #cipher: Cipher | undefined;

  /** @param key Of `priv.keyLength` octets. @param decryption Of the same user and engine, for no other encryption. */
  constructor(priv: PrivProtocol, key: Buffer, decryption = new Decryption(priv, key)) {
    invariant(key.length === priv.keyLength, 'the key is of the right length');
    this.#priv = priv;
    this.#key = key;
    this.#decryption = decryption;
  }

  /** As {@link encrypt}. */
  encrypt(boots: number, time: number, salt: Uint8Array, scoped: Buffer): Buffer {
    const { cipher } = this.#priv;
    if (cipher === 'des') return encrypt(this.#priv, this.#key, boots, time, salt, scoped);
    invariant(
      salt.length === SALT_LENGTH && scoped.length <= LONGEST_MESSAGE,
      'salt and message are of a right length',
    );
    this.#cipher ??= this.#begun(cipher);
    const next = this.#decryption.next();
    const vector = vectorOfAes(boots, time, salt);
    for (let at = 0; at < AES_BLOCK; at++) fed[at] = (vector[at] ?? 0) ^ (next[at] ?? 0);
    fed.set(scoped, AES_BLOCK);
    const length = AES_BLOCK + scoped.length;
    // To the end of a block, or the next message would not begin with one.
    const end = Math.ceil(length / AES_BLOCK) * AES_BLOCK;
    const encrypted = this.#cipher.update(fed.subarray(0, end));
    this.#decryption.nextOf(encrypted, end - AES_BLOCK);
    return encrypted.subarray(AES_BLOCK, length);
  }

  #begun(cipher: string): Cipher {
    this.#decryption.nextOf(NO_VECTOR, 0);
    return createCipheriv(cipher, this.#key, NO_VECTOR);
  }
}

type Cipher = ReturnType<typeof createCipheriv>;

/**
 * Undoes the encryption of one user's messages at one engine.
 *
 * The decipher is kept, as to make one takes longer than to use it. In both modes a block is decrypted by means of the
 * encrypted block before it, which for the first one is the vector: so the vector is put before each message, and what
 * it becomes is left out. It takes some 1200 octets of memory.
 */
export class Decryption {
  readonly #priv: PrivProtocol;
  readonly #key: Buffer;
  #decipher: Decipher | undefined;
  /** See {@link next}. */
  readonly #last = Buffer.from(NO_VECTOR);
  readonly #next = Buffer.from(NO_VECTOR);
  #isNextWanted = false;

  /** @param key Of `priv.keyLength` octets. */
  constructor(priv: PrivProtocol, key: Buffer) {
    invariant(key.length === priv.keyLength, 'the key is of the right length');
    this.#priv = priv;
    this.#key = key;
  }

  /**
   * The scoped PDU, behind which DES leaves up to seven octets; undefined when salt or length cannot be right. A wrong
   * key is not noticed here: what comes out is no scoped PDU then.
   *
   * @param boots Of the agent's engine, as they stand in the message; as `time` and `salt`.
   */
  decrypt(boots: number, time: number, salt: Uint8Array, encrypted: Uint8Array): Buffer | undefined {
    const isDes = this.#priv.cipher === 'des';
    if (salt.length !== SALT_LENGTH || encrypted.length > LONGEST_MESSAGE) return undefined;
    if (isDes && encrypted.length % DES_BLOCK !== 0) return undefined;
    const vector = isDes ? vectorOfDes(this.#key, salt) : vectorOfAes(boots, time, salt);
    fed.set(vector);
    fed.set(encrypted, vector.length);
    // To the end of a block, or the next message would not begin with one.
    const end = Math.ceil((vector.length + encrypted.length) / vector.length) * vector.length;
    const decrypted = this.#decrypted(end);
    return decrypted.subarray(vector.length, vector.length + encrypted.length);
  }

  /** Of AES: has {@link next} say what the cipher makes of this block. */
  nextOf(bytes: Buffer, at: number): void {
    bytes.copy(this.#last, 0, at, at + AES_BLOCK);
    this.#isNextWanted = true;
  }

  /** What the cipher makes of the block, which it has said already if anything has been decrypted since. */
  next(): Buffer {
    if (this.#isNextWanted) this.#decrypted(0);
    return this.#next;
  }

  /** The first octets of {@link fed}; behind them goes what {@link next} wants to know: zeros decrypt to it. */
  #decrypted(length: number): Buffer {
    this.#decipher ??= decipherOf(this.#priv, this.#key);
    if (!this.#isNextWanted) return this.#decipher.update(fed.subarray(0, length));
    const zerosAt = length + AES_BLOCK;
    const end = zerosAt + AES_BLOCK;
    fed.set(this.#last, length);
    fed.fill(0, zerosAt, end);
    const decrypted = this.#decipher.update(fed.subarray(0, end));
    decrypted.copy(this.#next, 0, zerosAt, end);
    this.#isNextWanted = false;
    return decrypted;
  }
}

type Decipher = ReturnType<typeof createDecipheriv>;

function decipherOf(priv: PrivProtocol, key: Buffer): Decipher {
  return priv.cipher === 'des'
    ? createDecipheriv(TRIPLE_DES, tripled(key), NO_VECTOR.subarray(0, DES_BLOCK)).setAutoPadding(false)
    : createDecipheriv(priv.cipher, key, NO_VECTOR);
}

/** OpenSSL 3 keeps single DES where Node does not load it; triple DES with three times the same key is the same cipher. */
const TRIPLE_DES = 'des-ede3-cbc';

function tripled(key: Buffer): Buffer {
  const single = key.subarray(0, DES_BLOCK);
  return Buffer.concat([single, single, single]);
}

function vectorOfDes(key: Buffer, salt: Uint8Array): Buffer {
  for (let at = 0; at < DES_BLOCK; at++) desVector[at] = (key[DES_BLOCK + at] ?? 0) ^ (salt[at] ?? 0);
  return desVector;
}

function vectorOfAes(boots: number, time: number, salt: Uint8Array): Buffer {
  aesVector.writeUInt32BE(boots >>> 0, 0);
  aesVector.writeUInt32BE(time >>> 0, 4);
  aesVector.set(salt, 8);
  return aesVector;
}

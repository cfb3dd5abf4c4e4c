/**
 * Seals a text for one other manager, so that nobody on the way and no further member of the pool can read it.
 *
 * X25519 with a key made for this one text against the receiver's lasting key (RFC 7748), HKDF-SHA-256 over what both
 * come to (RFC 5869), AES-256-GCM (NIST SP 800-38D). Bound to the element, the sender and the receiver, whose ids go
 * into the derivation: sealed for one purpose it opens for no other. Who sent it is proved by what carries it; this
 * only keeps it secret.
 *
 * Written: `1.`, then base64url of the sender's id, a dot, and base64url of the made key (32 bytes), the encrypted text
 * and its tag (16 bytes). Key and nonce are derived anew for every text, so a nonce is never used twice.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { replaceFile } from '../../base/durable-file.js';
import type { Random } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';

const VERSION = '1';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const INFO = 'ptpmgr sealed for a manager 1';
/** Of X25519 keys in DER, before the 32 bytes of the key itself (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;

/** What a sealed text is for. */
export interface Binding {
  readonly element: string;
  readonly sender: string;
  readonly receiver: string;
}

export interface SealKeys {
  /** As others are told: base64url of 32 bytes. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** @param secret 32 bytes by chance. */
export function sealKeys(secret: Uint8Array): SealKeys {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PRIVATE_PREFIX, secret]),
    format: 'der',
    type: 'pkcs8',
  });
  return { publicKey: rawPublic(privateKey).toString('base64url'), privateKey };
}

/**
 * The manager's own, made at its first start and kept in its data directory, readable by its owner alone.
 * @throws PtpError `Store.Failed`
 */
export async function openSealKeys(file: string, random: Random): Promise<SealKeys> {
  let kept: string | undefined;
  try {
    kept = await readFile(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && Reflect.get(error, 'code') === 'ENOENT')) throw unusable(file, error);
  }
  if (kept !== undefined) {
    if (!PUBLIC_KEY.test(kept.trim())) throw unusable(file, undefined);
    return sealKeys(Buffer.from(kept.trim(), 'base64url'));
  }
  const secret = random.bytes(KEY_BYTES);
  try {
    await replaceFile(file, `${secret.toString('base64url')}\n`);
  } catch (error) {
    throw unusable(file, error);
  }
  return sealKeys(secret);
}

const unusable = (file: string, cause: unknown): PtpError =>
  new PtpError(
    'Store.Failed',
    `${file} is not the key that a manager keeps there, or cannot be read or written; remove it, and another is made`,
    { cause },
  );

/** Whether it can be another manager's public key. */
export const isPublicKey = (text: string): boolean => PUBLIC_KEY.test(text);

/** @throws PtpError `Client.Validation` for a public key that is none. */
export function seal(text: string, binding: Binding, receiverKey: string, random: Random): string {
  const made = sealKeys(random.bytes(KEY_BYTES));
  const { key, nonce } = derived(agreed(made.privateKey, receiverKey), made.publicKey, receiverKey, binding);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const body = Buffer.concat([Buffer.from(made.publicKey, 'base64url'), encrypted, cipher.getAuthTag()]);
  return `${VERSION}.${Buffer.from(binding.sender).toString('base64url')}.${body.toString('base64url')}`;
}

/** @throws PtpError `Client.Validation` when it was sealed for another manager or element, or was changed. */
export function unseal(sealed: string, { element, receiver }: Omit<Binding, 'sender'>, keys: SealKeys): string {
  const [version, from = '', content = '', ...more] = sealed.split('.');
  const body = Buffer.from(content, 'base64url');
  if (version !== VERSION || more.length > 0 || body.length < KEY_BYTES + TAG_BYTES) throw unreadable();
  const sender = Buffer.from(from, 'base64url').toString('utf8');
  const made = body.subarray(0, KEY_BYTES).toString('base64url');
  const { key, nonce } = derived(agreed(keys.privateKey, made), made, keys.publicKey, { element, sender, receiver });
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(body.subarray(-TAG_BYTES));
    const encrypted = body.subarray(KEY_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw unreadable(cause);
  }
}

const unreadable = (cause?: unknown): PtpError =>
  new PtpError(
    'Client.Validation',
    'the secrets that came along were sealed for another manager or element, or were changed on the way',
    { cause },
  );

function agreed(own: KeyObject, other: string): Buffer {
  try {
    if (!PUBLIC_KEY.test(other)) throw new Error('not 32 bytes');
    const publicKey = createPublicKey({
      key: Buffer.concat([PUBLIC_PREFIX, Buffer.from(other, 'base64url')]),
      format: 'der',
      type: 'spki',
    });
    return diffieHellman({ privateKey: own, publicKey });
  } catch (cause) {
    throw new PtpError('Client.Validation', 'the key that secrets are to be sealed by is none', { cause });
  }
}

function derived(
  shared: Buffer,
  made: string,
  receiverKey: string,
  { element, sender, receiver }: Binding,
): { readonly key: Buffer; readonly nonce: Buffer } {
  const info = JSON.stringify([INFO, element, sender, receiver, made, receiverKey]);
  // As the salt, for which there is no bound: ids may be long.
  const bytes = Buffer.from(hkdfSync('sha256', shared, Buffer.from(info), INFO, KEY_BYTES + NONCE_BYTES));
  return { key: bytes.subarray(0, KEY_BYTES), nonce: bytes.subarray(KEY_BYTES) };
}

function rawPublic(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);
}

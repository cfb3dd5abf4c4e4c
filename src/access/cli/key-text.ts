/**
 * Private keys as ssh2 takes them: what is encrypted in the clear, and what only others can read in a form that it can.
 * Deriving a key from a passphrase is slow on purpose, half a second and more: `key-thread.ts` does it.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';

export type KeyText = { readonly text: string } | { readonly fault: KeyFault };
/** What stands in the way; a sentence is made of it elsewhere. */
export type KeyFault = 'encrypted' | 'passphrase' | 'format' | 'public';

/** @returns The key as text in the clear. */
export function readableKey(text: string, passphrase: string | undefined): KeyText {
  const parsed: ParsedKey | Error = ssh2.utils.parseKey(text, passphrase);
  if (!(parsed instanceof Error)) {
    if (!parsed.isPrivateKey()) return { fault: 'public' };
    if (!isEncrypted(text)) return { text };
    const pem = parsed.getPrivatePEM();
    return parsed.type === 'ssh-ed25519' ? fromKeyObject(createPrivateKey(pem)) : { text: pem };
  }
  if (isEncrypted(text) && !passphrase) return { fault: 'encrypted' };
  try {
    return fromKeyObject(createPrivateKey({ key: text, ...(passphrase ? { passphrase } : {}) }));
  } catch {
    // Which of both it was cannot be told from what is thrown.
    return { fault: isEncrypted(text) ? 'passphrase' : 'format' };
  }
}

/** Whether the text says that a passphrase is needed. */
export function isEncrypted(text: string): boolean {
  if (/^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED|^Encryption: (?!none)/m.test(text)) return true;
  const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text) ?? [];
  if (body === undefined) return false;
  const bytes = Buffer.from(body, 'base64');
  const cipher = readString(bytes, MAGIC.length);
  return cipher !== undefined && cipher.toString('latin1') !== 'none';
}

const MAGIC = 'openssh-key-v1\0';

function readString(bytes: Buffer, at: number): Buffer | undefined {
  if (bytes.length < at + 4) return undefined;
  return bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at));
}

function fromKeyObject(key: KeyObject): KeyText {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { text: key.export({ type: 'pkcs1', format: 'pem' }).toString() };
    case 'ec':
      return { text: key.export({ type: 'sec1', format: 'pem' }).toString() };
    case 'ed25519':
      return { text: opensshEd25519(key) };
    default:
      return { fault: 'format' };
  }
}

/** The only form in which ssh2 reads such a key (PROTOCOL.key of OpenSSH), with no cipher. */
function opensshEd25519(key: KeyObject): string {
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  const [seed, open] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const type = sized(Buffer.from('ssh-ed25519'));
  const secret = [Buffer.alloc(8), type, sized(open), sized(Buffer.concat([seed, open])), sized(Buffer.alloc(0))];
  const length = secret.reduce((sum, { length: one }) => sum + one, 0);
  secret.push(Buffer.from(Array.from({ length: (8 - (length % 8)) % 8 }, (_, at) => at + 1)));
  const none = sized(Buffer.from('none'));
  const bytes = Buffer.concat([
    Buffer.from(MAGIC),
    ...[none, none, sized(Buffer.alloc(0)), Buffer.from([0, 0, 0, 1])],
    sized(Buffer.concat([type, sized(open)])),
    sized(Buffer.concat(secret)),
  ]);
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function sized(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Files of known hosts as OpenSSH keeps them (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface KnownKey {
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  readonly blob: Buffer;
  /** Marked `@revoked`: never to be believed again. */
  readonly isRevoked: boolean;
}

/** The keys of a host, by any of its names. Lines that cannot be read are passed over, authorities of certificates too. */
export function knownKeys(text: string, names: readonly string[], port: number): KnownKey[] {
  const wanted = names.map((name) => (port === 22 ? name : `[${name}]:${port}`).toLowerCase());
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/[ \t]+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [hosts, type, key] = words;
    if (!hosts || !type || !key || hosts.startsWith('#')) return [];
    if (marker !== undefined && marker !== '@revoked') return [];
    if (!wanted.some((name) => isMeant(hosts, name))) return [];
    return [{ type, blob: Buffer.from(key, 'base64'), isRevoked: marker !== undefined }];
  });
}

function isMeant(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return isHashOf(hosts, name);
  let meant = false;
  for (const pattern of hosts.split(',')) {
    const isNegated = pattern.startsWith('!');
    if (!matches((isNegated ? pattern.slice(1) : pattern).toLowerCase(), name)) continue;
    if (isNegated) return false;
    meant = true;
  }
  return meant;
}

function isHashOf(hashed: string, name: string): boolean {
  const [, , salt, hash] = hashed.split('|');
  const right = Buffer.from(hash ?? '', 'base64');
  const own = createHmac('sha1', Buffer.from(salt ?? '', 'base64'))
    .update(name)
    .digest();
  return own.length === right.length && timingSafeEqual(own, right);
}

/** `*` and `?`, in time that grows with the product of the lengths at most. */
function matches(pattern: string, name: string): boolean {
  let [at, from] = [0, 0];
  let star: { readonly at: number; from: number } | undefined;
  while (from < name.length) {
    const sign = pattern[at];
    if (sign === '*') {
      star = { at, from };
      at += 1;
    } else if (sign === '?' || (sign !== undefined && sign === name[from])) {
      at += 1;
      from += 1;
    } else if (star) {
      star.from += 1;
      at = star.at + 1;
      from = star.from;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

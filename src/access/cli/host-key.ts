/** Whether a host is the one that it should be. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { PtpError } from '../../base/errors.js';
import type { Credential } from '../access.js';
import type { CliTarget } from './address.js';
import { type KnownKey, knownKeys } from './known-hosts.js';

const MOST_KNOWN_HOSTS = 8 * 2 ** 20;

export interface HostTrust {
  /** Fingerprints of the credential; where there are any they alone decide. */
  readonly fingerprints: readonly string[];
  readonly known: readonly KnownKey[];
  readonly insecure: boolean;
  /** For sentences: what would have to be done to accept a key that is not known. */
  readonly target: Pick<CliTarget, 'host' | 'port' | 'place' | 'knownHosts'>;
}

/** As `ssh-keygen -l` shows it. */
export const fingerprintOf = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

/** RFC 4253 section 6.6: a key begins with the name of its format. */
export function keyTypeOf(blob: Buffer): string {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  const type = blob.subarray(4, 4 + Math.min(length, 64)).toString('latin1');
  return /^[\w@.-]+$/.test(type) ? type : 'of an unknown kind';
}

/** @throws PtpError `Access.Settings` */
export async function hostTrust(target: CliTarget, credential: Credential | undefined): Promise<HostTrust> {
  const fingerprints = (credential?.hostKey?.split(/[\s,]+/) ?? []).filter((one) => one !== '').map(fingerprint);
  const texts = fingerprints.length > 0 ? [] : await Promise.all(target.knownHosts.files.map((f) => read(f, target)));
  const known = texts.flatMap((text) => knownKeys(text, target.names, target.port));
  return { fingerprints, known, insecure: target.insecure, target };
}

function fingerprint(text: string): string {
  const bare = text.replace(/=+$/, '');
  if (/^SHA256:[A-Za-z0-9+/]{43}$/.test(bare)) return bare;
  throw new PtpError(
    'Access.Settings',
    'hostKey of the credential should be a fingerprint such as ssh-keygen -l shows it: SHA256: and 43 characters',
  );
}

async function read(file: string, { knownHosts }: CliTarget): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MOST_KNOWN_HOSTS) throw new Error(`${size} bytes`);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (!knownHosts.required) return '';
    throw new PtpError(
      'Access.Settings',
      `knownHosts="${file}" cannot be read; it should be a file as OpenSSH keeps it, of at most ${MOST_KNOWN_HOSTS / 2 ** 20} MiB`,
      { cause },
    );
  }
}

/** Why the host is not believed; undefined when it is. */
export function hostKeyFault(blob: Buffer, trust: HostTrust): PtpError | undefined {
  const { fingerprints, known, insecure } = trust;
  const { place } = trust.target;
  const shown = `${place} shows the host key ${fingerprintOf(blob)} (${keyTypeOf(blob)})`;
  const distrust = (reason: string) => new PtpError('Access.Protocol', `${shown}, ${reason}`);
  if (fingerprints.length > 0) {
    if (fingerprints.includes(fingerprintOf(blob))) return undefined;
    return distrust(
      `but hostKey of its credential is ${fingerprints.join(' ')}; if the device was given a new key, write that there, otherwise something else answers in its place`,
    );
  }
  const same = known.filter((one) => one.blob.equals(blob));
  if (same.some(({ isRevoked }) => isRevoked)) return distrust('which is marked as revoked among the known hosts');
  if (same.length > 0) return undefined;
  const [other] = known.filter(({ isRevoked }) => !isRevoked);
  if (other)
    return distrust(
      `but the known hosts have ${fingerprintOf(other.blob)} (${other.type}); if the device was given a new key, put that in its place, otherwise something else answers instead of it`,
    );
  return insecure ? undefined : distrust(`which nobody knows; ${howToAccept(trust)}`);
}

function howToAccept({ target }: HostTrust): string {
  const { host, port, knownHosts } = target;
  const [file] = knownHosts.files;
  const scan = `ssh-keyscan ${port === 22 ? '' : `-p ${port} `}${host}`;
  return `if it is right, write the fingerprint as hostKey into its credential, or add what ${scan} prints to ${file ?? 'the known hosts'}`;
}

/** The protocols of the user-based security model (RFC 3414, 3826, 7860), and the names under which they are asked for. */

export interface AuthProtocol {
  readonly name: string;
  /** As `node:crypto` calls it. */
  readonly hash: string;
  /** Octets of the whole digest, and of a localized key. */
  readonly digestLength: number;
  /** Octets that the hash takes at a time (RFC 2104: B). */
  readonly blockLength: number;
  /** Octets of msgAuthenticationParameters: the digest, cut. */
  readonly macLength: number;
}

/** How a localized key that is too short for the cipher becomes longer. */
export type KeyExtension = 'none' | 'blumenthal' | 'reeder';

export interface PrivProtocol {
  readonly name: string;
  readonly cipher: 'des' | 'aes-128-cfb' | 'aes-192-cfb' | 'aes-256-cfb';
  /** Octets of the localized privacy key; of DES half of them are mixed with the salt (RFC 3414 section 8.1.1.1). */
  readonly keyLength: number;
  readonly extension: KeyExtension;
}

const auth = (name: string, hash: string, digestLength: number, blockLength: number, macLength: number) =>
  ({ name, hash, digestLength, blockLength, macLength }) satisfies AuthProtocol;

/** MD5 and SHA-1 by RFC 3414 sections 6 and 7, the others by RFC 7860 section 4. */
export const AUTH = {
  md5: auth('md5', 'md5', 16, 64, 12),
  sha1: auth('sha1', 'sha1', 20, 64, 12),
  sha224: auth('sha224', 'sha224', 28, 64, 16),
  sha256: auth('sha256', 'sha256', 32, 64, 24),
  sha384: auth('sha384', 'sha384', 48, 128, 32),
  sha512: auth('sha512', 'sha512', 64, 128, 48),
} as const;

const priv = (name: string, cipher: PrivProtocol['cipher'], keyLength: number, extension: KeyExtension) =>
  ({ name, cipher, keyLength, extension }) satisfies PrivProtocol;

/**
 * DES by RFC 3414 section 8, AES-128 by RFC 3826. Longer AES keys have no standard: most agents, Net-SNMP among them,
 * extend keys as draft-blumenthal-aes-usm-04 section 3.1.2.1 says; Cisco's, here with a `c`, as
 * draft-reeder-snmpv3-usm-3desede-00 section 2.1 does.
 */
export const PRIV = {
  des: priv('des', 'des', 16, 'none'),
  aes128: priv('aes128', 'aes-128-cfb', 16, 'none'),
  aes192: priv('aes192', 'aes-192-cfb', 24, 'blumenthal'),
  aes256: priv('aes256', 'aes-256-cfb', 32, 'blumenthal'),
  aes192c: priv('aes192c', 'aes-192-cfb', 24, 'reeder'),
  aes256c: priv('aes256c', 'aes-256-cfb', 32, 'reeder'),
} as const;

const AUTH_BY_NAME: ReadonlyMap<string, AuthProtocol> = new Map<string, AuthProtocol>([
  ...Object.entries(AUTH),
  ['sha', AUTH.sha1],
]);

const PRIV_BY_NAME: ReadonlyMap<string, PrivProtocol> = new Map<string, PrivProtocol>([
  ...Object.entries(PRIV),
  ['aes', PRIV.aes128],
  ['aes192b', PRIV.aes192],
  ['aes256b', PRIV.aes256],
  ['aes192r', PRIV.aes192c],
  ['aes256r', PRIV.aes256c],
]);

/** All names that are understood, for whoever has to say what would have been right. */
export const AUTH_NAMES: readonly string[] = [...AUTH_BY_NAME.keys()];
export const PRIV_NAMES: readonly string[] = [...PRIV_BY_NAME.keys()];

/** `SHA-256` and `sha_256` are `sha256`. */
const plain = (written: string): string => written.toLowerCase().replace(/[-_ ]/g, '');

/** Undefined for a name that is not among {@link AUTH_NAMES}, however it is spelled. */
export const authNamed = (written: string): AuthProtocol | undefined => AUTH_BY_NAME.get(plain(written));

/** Undefined for a name that is not among {@link PRIV_NAMES}, however it is spelled. */
export const privNamed = (written: string): PrivProtocol | undefined => PRIV_BY_NAME.get(plain(written));

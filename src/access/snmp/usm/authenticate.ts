/**
 * The digest of a message (RFC 3414 sections 6.3 and 7.3, RFC 7860 section 4.2): an HMAC (RFC 2104) over all of it, with
 * zeroes where the digest stands, cut to the protocol's length.
 *
 * HMAC is put together from two hashes: `createHmac` costs twice as much, and each exchange needs two.
 */
import { timingSafeEqual } from 'node:crypto';
import { invariant } from '../../../base/errors.js';
import type { AuthProtocol } from './algorithms.js';
import { digestText } from './digest.js';

/** The largest there is over UDP. */
const LONGEST_MESSAGE = 65_535;
const LONGEST_BLOCK = 128;
const LONGEST_DIGEST = 64;

/** Used within one call only, and over and over, so that none has to be allocated for a message. */
const inner = Buffer.alloc(LONGEST_BLOCK + LONGEST_MESSAGE);
const outer = Buffer.alloc(LONGEST_BLOCK + LONGEST_DIGEST);
const expected = Buffer.alloc(LONGEST_DIGEST);

/** The whole digest, an octet in each character. A localized key is never longer than a block. */
function digestOf(message: Uint8Array, authAt: number, auth: AuthProtocol, key: Uint8Array): string {
  const { hash, blockLength, digestLength, macLength } = auth;
  for (let at = 0; at < blockLength; at++) {
    const octet = key[at] ?? 0;
    inner[at] = octet ^ 0x36;
    outer[at] = octet ^ 0x5c;
  }
  inner.set(message, blockLength);
  inner.fill(0, blockLength + authAt, blockLength + authAt + macLength);
  outer.write(digestText(hash, inner.subarray(0, blockLength + message.length)), blockLength, 'latin1');
  return digestText(hash, outerOf(blockLength + digestLength));
}

/** Parts of {@link outer}, which a buffer need not be made for each time. */
const OUTERS = new Map<number, Buffer>();

function outerOf(length: number): Buffer {
  const known = OUTERS.get(length);
  if (known) return known;
  const made = outer.subarray(0, length);
  OUTERS.set(length, made);
  return made;
}

/**
 * Writes the digest into the message.
 *
 * @param authAt Where the content of msgAuthenticationParameters begins, `auth.macLength` octets of it.
 */
export function sign(message: Buffer, authAt: number, auth: AuthProtocol, key: Uint8Array): void {
  const fits = authAt >= 0 && authAt + auth.macLength <= message.length && message.length <= LONGEST_MESSAGE;
  invariant(fits, 'a message to sign has room for the digest');
  message.write(digestOf(message, authAt, auth, key), authAt, auth.macLength, 'latin1');
}

/**
 * Whether the message carries the digest that the key makes; takes as long for a wrong one as for a right one, and
 * leaves the message as it is.
 *
 * @param message Without what may follow it in the datagram.
 * @param authFrom Where the content of msgAuthenticationParameters begins; it ends before `authTo`.
 */
export function verify(
  message: Buffer,
  authFrom: number,
  authTo: number,
  auth: AuthProtocol,
  key: Uint8Array,
): boolean {
  if (authFrom < 0 || authTo - authFrom !== auth.macLength) return false;
  if (authTo > message.length || message.length > LONGEST_MESSAGE) return false;
  expected.write(digestOf(message, authFrom, auth, key), 'latin1');
  return timingSafeEqual(expected.subarray(0, auth.macLength), message.subarray(authFrom, authTo));
}

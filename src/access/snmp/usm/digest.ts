/** Hashing in one call: an object for each hash costs twice as much, and two to four are needed for a message. */
import * as crypto from 'node:crypto';

/** The digest with an octet in each character, which is written into a buffer in less time than a buffer is made. */
type DigestText = (hash: string, data: Uint8Array) => string;

const oneShot: DigestText = (hash, data) => crypto.hash(hash, data, 'binary');

/** Node before 20.12 has no hash in one call. */
export const byObject: DigestText = (hash, data) => crypto.createHash(hash).update(data).digest('binary');

export const digestText: DigestText = typeof crypto.hash === 'function' ? oneShot : byObject;

export const digest = (hash: string, data: Uint8Array): Buffer => Buffer.from(digestText(hash, data), 'latin1');

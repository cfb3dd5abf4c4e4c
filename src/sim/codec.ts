/** How messages pass: as frozen values, or as the bytes that they would be on a wire. */
import type { Envelope } from '../pool/messages.js';

export interface Codec {
  encode(envelope: Envelope): Uint8Array;
  decode(bytes: Uint8Array): Envelope;
}

/** Until the pool's messages have their own encoding. */
export const jsonCodec: Codec = {
  encode: (envelope) => Buffer.from(JSON.stringify(envelope), 'utf8'),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')) as Envelope,
};

/** So that a member that changes what it was sent, or has sent, fails at that very line. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const name in value) freeze(value[name]);
  return value;
}

/** How messages pass: as frozen values, or as the bytes that they would be on a wire. */

export interface Codec<Envelope> {
  encode(envelope: Envelope): Uint8Array;
  decode(bytes: Uint8Array): Envelope;
}

/** For messages that have no encoding of their own. */
export const jsonCodec = <Envelope>(): Codec<Envelope> => ({
  encode: (envelope) => Buffer.from(JSON.stringify(envelope), 'utf8'),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')) as Envelope,
});

/** So that a member that changes what it was sent, or has sent, fails at that very line. */
export function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) freezeObject(value);
  return value;
}

function freezeObject(value: object): void {
  if (Object.isFrozen(value)) return;
  Object.freeze(value);
  if (Array.isArray(value)) {
    for (const one of value) if (typeof one === 'object' && one !== null) freezeObject(one);
    return;
  }
  // Without a list of its values, which would cost more than freezing does.
  for (const name in value) {
    const one: unknown = value[name as keyof typeof value];
    if (typeof one === 'object' && one !== null) freezeObject(one);
  }
}

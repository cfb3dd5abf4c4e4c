/**
 * How two managers prove on a new socket that they hold the pool key, and agree on keys for this one session.
 *
 * ```
 *   listener ──▶ dialer    hello    nonce L
 *   dialer   ──▶ listener  prove    its id, the id it wants, its purpose, nonce D, MAC(dialer; ids, purpose, L, D)
 *   listener ──▶ dialer    welcome  its id, MAC(listener; ids, L, D)
 * ```
 *
 * The dialer proves first, so whoever merely connects learns a random number and nothing else. Each side's nonce is in
 * both proofs: nothing recorded serves twice. Two session keys, one for each direction, come from both nonces.
 *
 * A dialer that only wants to know whether the other is there says so: its connection does not take the place of the
 * one that stands.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../base/env.js';
import { PtpError } from '../base/errors.js';
import type { PoolKey, PoolKeys } from './security/pool-keys.js';
import { FrameOpener, FrameSealer, framed } from './socket-frames.js';

const NONCE_BYTES = 32;
const VERSION = 1;

/** What a connection is for: to be kept, or for one question. */
export type Purpose = 'link' | 'question';

/** A proved session: who is at the other end, and how frames are written and read. */
export interface Session {
  readonly peer: string;
  /** Proved with the key that everybody knows. */
  readonly isOpen: boolean;
  readonly sealer: FrameSealer;
  readonly opener: FrameOpener;
}

interface Transcript {
  readonly dialer: string;
  readonly listener: string;
  readonly listenerNonce: Buffer;
  readonly dialerNonce: Buffer;
  readonly purpose: Purpose;
}

const transcriptText = (t: Transcript): string =>
  JSON.stringify([
    VERSION,
    t.dialer,
    t.listener,
    t.listenerNonce.toString('base64url'),
    t.dialerNonce.toString('base64url'),
    ...(t.purpose === 'question' ? [t.purpose] : []),
  ]);

const proof = (key: PoolKey, side: 'dialer' | 'listener', transcript: Transcript): Buffer =>
  key.mac(side === 'dialer' ? 'socket dialer' : 'socket listener', transcriptText(transcript));

function session(key: PoolKey, side: 'dialer' | 'listener', t: Transcript): Session {
  const salt = Buffer.concat([t.listenerNonce, t.dialerNonce]);
  const keyOf = (from: 'dialer' | 'listener') => key.session(salt, `from ${from} ${transcriptText(t)}`);
  const other = side === 'dialer' ? 'listener' : 'dialer';
  return {
    peer: side === 'dialer' ? t.listener : t.dialer,
    isOpen: key.isOpen,
    sealer: new FrameSealer(keyOf(side)),
    opener: new FrameOpener(keyOf(other)),
  };
}

export const refusal = (): Buffer => framed(Buffer.from(JSON.stringify({ refused: true })));

const notProved = () =>
  new PtpError(
    'Client.Unauthorized',
    'the other side did not accept or prove the pool key and the manager id; both must be the same at both ends',
  );

const message = (fields: Record<string, unknown>): Buffer =>
  framed(Buffer.from(JSON.stringify({ v: VERSION, ...fields })));

/** Fields of a handshake frame as text; anything unexpected is not proved. */
function fieldsOf(frame: Buffer): (name: string, absent?: string) => string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(frame.toString('utf8'));
  } catch {
    throw notProved();
  }
  if (typeof parsed !== 'object' || parsed === null) throw notProved();
  const fields = new Map<string, unknown>(Object.entries(parsed));
  if (fields.get('v') !== VERSION) throw notProved();
  return (name, absent) => {
    const value = fields.get(name) ?? absent;
    if (typeof value !== 'string' || value.length > 256) throw notProved();
    return value;
  };
}

const bytesOf = (text: string, length: number): Buffer => {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== length) throw notProved();
  return bytes;
};

/** The side that was connected to. */
export class ListenerHandshake {
  readonly #self: string;
  readonly #keys: PoolKeys;
  readonly #nonce: Buffer;

  constructor(self: string, keys: PoolKeys, random: Random) {
    this.#self = self;
    this.#keys = keys;
    this.#nonce = random.bytes(NONCE_BYTES);
  }

  hello(): Buffer {
    return message({ nonce: this.#nonce.toString('base64url') });
  }

  /** @throws PtpError `Client.Unauthorized`, never saying what was wrong. */
  answer(frame: Buffer): { readonly session: Session; readonly welcome: Buffer; readonly purpose: Purpose } {
    const field = fieldsOf(frame);
    const purpose = field('purpose', 'link');
    if (purpose !== 'link' && purpose !== 'question') throw notProved();
    const transcript: Transcript = {
      dialer: field('id'),
      listener: field('to'),
      listenerNonce: this.#nonce,
      dialerNonce: bytesOf(field('nonce'), NONCE_BYTES),
      purpose,
    };
    const given = bytesOf(field('proof'), 32);
    const key = this.#keys.find((one) => timingSafeEqual(proof(one, 'dialer', transcript), given));
    if (!key || transcript.listener !== this.#self || transcript.dialer === this.#self || !transcript.dialer)
      throw notProved();
    const welcome = message({ id: this.#self, proof: proof(key, 'listener', transcript).toString('base64url') });
    return { session: session(key, 'listener', transcript), welcome, purpose };
  }
}

/** The side that connected. */
export class DialerHandshake {
  readonly #self: string;
  readonly #to: string;
  readonly #key: PoolKey;
  readonly #random: Random;
  readonly #purpose: Purpose;
  #transcript: Transcript | undefined;

  /** @param key The one to sign with; the listener may accept several. */
  constructor(self: string, to: string, key: PoolKey, random: Random, purpose: Purpose = 'link') {
    this.#self = self;
    this.#to = to;
    this.#key = key;
    this.#random = random;
    this.#purpose = purpose;
  }

  /** The answer to `hello`, or the session once `welcome` is right. @throws PtpError `Client.Unauthorized`. */
  answer(frame: Buffer): Buffer | Session {
    const field = fieldsOf(frame);
    if (!this.#transcript) {
      this.#transcript = {
        dialer: this.#self,
        listener: this.#to,
        listenerNonce: bytesOf(field('nonce'), NONCE_BYTES),
        dialerNonce: this.#random.bytes(NONCE_BYTES),
        purpose: this.#purpose,
      };
      return message({
        ...(this.#purpose === 'question' && { purpose: this.#purpose }),
        id: this.#self,
        to: this.#to,
        nonce: this.#transcript.dialerNonce.toString('base64url'),
        proof: proof(this.#key, 'dialer', this.#transcript).toString('base64url'),
      });
    }
    const right = timingSafeEqual(proof(this.#key, 'listener', this.#transcript), bytesOf(field('proof'), 32));
    if (!right || field('id') !== this.#to) throw notProved();
    return session(this.#key, 'dialer', this.#transcript);
  }
}

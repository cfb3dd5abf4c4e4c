/**
 * The length-framed layer of peer sockets: four bytes of length (big-endian), then that many bytes.
 *
 * Before a session is proved a frame is small and plain JSON; after it, every frame carries a counter and an HMAC:
 *
 * ```
 *   length u32 │ counter u64 │ kind u8 │ id u32 │ context length u16 │ context (JSON) │ payload (XML) │ HMAC-SHA-256
 *              └───────────────────────────── covered by the HMAC ────────────────────────────────┘
 * ```
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { PtpError } from '../base/errors.js';

/** Largest message over a socket, 4 MiB. */
export const LARGEST_PAYLOAD = 4 * 2 ** 20;
export const LARGEST_CONTEXT = 8192;
/** Of an established link, with all that is around the message. */
export const LARGEST_FRAME = LARGEST_PAYLOAD + 2 ** 14;
/** Largest frame of one who has not proved anything. */
export const LARGEST_HANDSHAKE_FRAME = 1024;
const LENGTH_BYTES = 4;
const HEAD_BYTES = 8 + 1 + 4 + 2;
const MAC_BYTES = 32;
/** From the beginning of the length. */
const COUNTER_AT = LENGTH_BYTES;
const KIND_AT = COUNTER_AT + 8;
const ID_AT = KIND_AT + 1;
const CONTEXT_LENGTH_AT = ID_AT + 4;
const CONTEXT_AT = LENGTH_BYTES + HEAD_BYTES;

/** Cuts a stream into frames. Holds at most one frame's bytes; the bound is looked at before anything is kept. */
export class FrameSplitter {
  #largest: number;
  #chunks: Buffer[] = [];
  #held = 0;

  constructor(largest: number) {
    this.#largest = largest;
  }

  /** A proved peer may send larger ones. */
  allow(largest: number): void {
    this.#largest = largest;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
  }

  /**
   * The next whole frame, if there is one.
   * @throws PtpError `Client.TooLarge` when its length is past the bound, which garbage mostly is, too.
   */
  next(): Buffer | undefined {
    if (this.#held < LENGTH_BYTES) return undefined;
    const first = this.#chunks[0];
    if (!first || first.length < LENGTH_BYTES) this.#join();
    const length = this.#chunks[0]?.readUInt32BE(0) ?? 0;
    if (length > this.#largest) {
      throw new PtpError(
        'Client.TooLarge',
        `a frame of ${length} bytes was announced; at most ${this.#largest} are taken`,
      );
    }
    if (this.#held < LENGTH_BYTES + length) return undefined;
    const all = this.#join();
    const end = LENGTH_BYTES + length;
    this.#chunks = all.length > end ? [all.subarray(end)] : [];
    this.#held = all.length - end;
    return all.subarray(LENGTH_BYTES, end);
  }

  #join(): Buffer {
    const all = this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}

/** A frame's bytes with its length before them. */
export function framed(...parts: Buffer[]): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(parts.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat([length, ...parts]);
}

/** A `notice` is a request that is not answered. */
const FRAME_KINDS = ['request', 'answer', 'cancel', 'ping', 'pong', 'bye', 'notice'] as const;
export type FrameKind = (typeof FRAME_KINDS)[number];

export interface Frame {
  readonly kind: FrameKind;
  /** Joins answer (and cancel) to request; each side numbers its own requests. */
  readonly id: number;
  /** JSON; empty for none. */
  readonly context: string;
  readonly payload: Buffer;
}

/** A frame to be written: text becomes bytes only where it is sealed. */
export interface WrittenFrame extends Omit<Frame, 'payload'> {
  readonly payload: Buffer | string;
}

export const control = (kind: FrameKind, id = 0): WrittenFrame => ({ kind, id, context: '', payload: '' });

/** Writes frames of one direction of one session. */
export class FrameSealer {
  readonly #key: Buffer;
  #counter = 0n;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** In one piece: a master writes thousands a second, and each copy and allocation shows. */
  seal({ kind, id, context, payload }: WrittenFrame): Buffer {
    const contextBytes = Buffer.byteLength(context);
    const payloadBytes = Buffer.byteLength(payload);
    const macAt = LENGTH_BYTES + HEAD_BYTES + contextBytes + payloadBytes;
    const bytes = Buffer.allocUnsafe(macAt + MAC_BYTES);
    this.#counter += 1n;
    bytes.writeUInt32BE(bytes.length - LENGTH_BYTES, 0);
    bytes.writeBigUInt64BE(this.#counter, COUNTER_AT);
    bytes.writeUInt8(FRAME_KINDS.indexOf(kind), KIND_AT);
    bytes.writeUInt32BE(id, ID_AT);
    bytes.writeUInt16BE(contextBytes, CONTEXT_LENGTH_AT);
    bytes.write(context, CONTEXT_AT);
    const payloadAt = CONTEXT_AT + contextBytes;
    if (typeof payload === 'string') bytes.write(payload, payloadAt);
    else payload.copy(bytes, payloadAt);
    createHmac('sha256', this.#key).update(bytes.subarray(LENGTH_BYTES, macAt)).digest().copy(bytes, macAt);
    return bytes;
  }
}

/** Reads frames of one direction of one session; each must be the very next. */
export class FrameOpener {
  readonly #key: Buffer;
  #counter = 0n;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** @throws PtpError `Client.Unauthorized` for anything but the next frame of the proved peer, unchanged. */
  open(bytes: Buffer): Frame {
    if (bytes.length < HEAD_BYTES + MAC_BYTES) throw notTheNext();
    const signed = bytes.subarray(0, bytes.length - MAC_BYTES);
    const mac = createHmac('sha256', this.#key).update(signed).digest();
    if (!timingSafeEqual(mac, bytes.subarray(bytes.length - MAC_BYTES))) throw notTheNext();
    if (signed.readBigUInt64BE(0) !== this.#counter + 1n) throw notTheNext();
    this.#counter += 1n;
    const kind = FRAME_KINDS[signed.readUInt8(8)];
    const contextEnd = HEAD_BYTES + signed.readUInt16BE(13);
    if (!kind || contextEnd > signed.length || contextEnd > HEAD_BYTES + LARGEST_CONTEXT) throw notTheNext();
    return {
      kind,
      id: signed.readUInt32BE(9),
      context: signed.toString('utf8', HEAD_BYTES, contextEnd),
      payload: signed.subarray(contextEnd),
    };
  }
}

const notTheNext = () => new PtpError('Client.Unauthorized', 'a frame was changed, repeated or forged on its way');

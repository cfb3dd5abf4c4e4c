/**
 * Messages that are too large for one request: cut up, and put together again.
 *
 * The whole request is written first; its bytes travel in `heartbeat` requests with a `part`, and are read only when all
 * are there, by the same readers as any other. A part that is lost takes the message with it; whoever sent it sends it
 * again, as with any message that is lost.
 */
import { PtpError } from '../../../base/errors.js';
import type { MemberId } from '../../../pool/member.js';
import { XML_LIMITS, type XmlLimits } from '../../../xml/guard.js';
import { decodeMessage, type Message } from '../../../xml/messages/decode.js';
import { encodeMessage } from '../../../xml/messages/encode.js';
import type { Input } from '../../../xml/messages/operations.js';
import { readQuickly } from '../../../xml/messages/quick.js';
import { messageSchema } from '../../../xml/messages/validate.js';
import { parseXml } from '../../../xml/parse.js';
import type { WireMessage } from './operations.js';
import { LONGEST_OPAQUE, wrong } from './values.js';

/** Weight from which on a message is cut up, about bytes. Far below what a request may have, in size and in elements. */
const HEAVY = 256 * 2 ** 10;
/** Bytes of the message in one part. */
export const PART_BYTES = 384 * 2 ** 10;
/** Of a message that travels in parts. */
export const LARGEST_WHOLE = LONGEST_OPAQUE;
const MOST_PARTS = Math.ceil(LARGEST_WHOLE / PART_BYTES);
/** What an element costs besides its text, about. */
const ELEMENT_WEIGHT = 40;

const WHOLE_LIMITS: XmlLimits = { ...XML_LIMITS, maxBytes: LARGEST_WHOLE, maxElements: 4_000_000 };

type Part = NonNullable<Input<'heartbeat'>['part']>;

/** About the bytes that it takes; the exact number would cost as much as writing it. Ends when it is heavy enough. */
function weightOf(value: unknown, most: number): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let weight = 0;
  for (const one of Array.isArray(value) ? value : Object.values(value)) {
    weight += ELEMENT_WEIGHT + weightOf(one, most - weight);
    if (weight > most) break;
  }
  return weight;
}

export const isHeavy = (message: WireMessage): boolean => weightOf(message.input, HEAVY) > HEAVY;

/**
 * A heavy message as parts, in their order.
 *
 * @param id Names the message among those of this sender.
 * @throws PtpError `Client.TooLarge`; `Client.Validation` for one that cannot be written.
 */
export function cut(message: WireMessage, id: number): readonly WireMessage[] {
  const bytes = Buffer.from(encode(message));
  if (bytes.length > LARGEST_WHOLE) {
    throw new PtpError(
      'Client.TooLarge',
      `a message of the pool (${message.operation}) has ${bytes.length} bytes; at most ${LARGEST_WHOLE} are sent`,
    );
  }
  const parts = Math.ceil(bytes.length / PART_BYTES);
  const { sender, to, toIncarnation, pool } = message.input;
  return Array.from({ length: parts }, (_, part) => {
    const data = bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES).toString('base64');
    return {
      operation: 'heartbeat',
      input: {
        sender: { ...sender, starts: undefined },
        to,
        toIncarnation,
        pool,
        part: { message: id, part, parts, data },
      },
    };
  });
}

function encode(message: WireMessage): string {
  switch (message.operation) {
    case 'announce':
      return encodeMessage(message.operation, 'request', message.input);
    case 'election':
      return encodeMessage(message.operation, 'request', message.input);
    case 'vote':
      return encodeMessage(message.operation, 'request', message.input);
    case 'coordinator':
      return encodeMessage(message.operation, 'request', message.input);
    case 'heartbeat':
      return encodeMessage(message.operation, 'request', message.input);
    case 'assign':
      return encodeMessage(message.operation, 'request', message.input);
  }
}

interface Unfinished {
  readonly sender: MemberId;
  readonly incarnation: number;
  readonly id: number;
  readonly parts: (Buffer | undefined)[];
  missing: number;
  bytes: number;
  heardMs: number;
}

export interface AssemblerLimits {
  /** Unfinished messages of one sender; an older one makes room. Default 2. */
  readonly perSender: number;
  /** Of all unfinished ones; the oldest make room. Default 256 MiB. */
  readonly bytes: number;
  /** An unfinished one is given up after so long without its next part. Default 10 s. */
  readonly keepMs: number;
}

const DEFAULT_LIMITS: AssemblerLimits = { perSender: 2, bytes: 256 * 2 ** 20, keepMs: 10_000 };

/** Holds the parts of unfinished messages. */
export class Assembler {
  readonly #limits: AssemblerLimits;
  /** In the order in which they began. */
  #unfinished: Unfinished[] = [];
  #bytes = 0;

  constructor(limits: Partial<AssemblerLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Bytes of unfinished messages. */
  get heldBytes(): number {
    return this.#bytes;
  }

  /**
   * Takes a part.
   * @returns The message once it is whole.
   * @throws PtpError `Client.Validation` for a part that cannot be one, or a whole that is no message of that sender.
   */
  take(
    { sender, part }: Pick<Input<'heartbeat'>, 'sender'> & { readonly part: Part },
    nowMs: number,
  ): WireMessage | undefined {
    this.forget(nowMs);
    const bytes = bytesOf(part);
    const message = this.#find(sender, part, nowMs);
    if (message.parts.length !== part.parts)
      throw wrong('/heartbeat/part/parts', `is ${part.parts}; the part before said ${message.parts.length}`);
    if (message.parts[part.part]) return undefined;
    message.parts[part.part] = bytes;
    message.missing -= 1;
    message.heardMs = nowMs;
    message.bytes += bytes.length;
    this.#bytes += bytes.length;
    if (message.missing === 0) {
      this.#drop(message);
      return wholeOf(message);
    }
    for (let oldest = this.#unfinished[0]; oldest && this.#bytes > this.#limits.bytes; oldest = this.#unfinished[0])
      this.#drop(oldest);
    return undefined;
  }

  /** Gives up what has waited for too long. */
  forget(nowMs: number): void {
    for (const message of this.#unfinished) if (nowMs - message.heardMs >= this.#limits.keepMs) this.#drop(message);
  }

  #find(
    { id: sender, incarnation }: Input<'heartbeat'>['sender'],
    { message: id, parts }: Part,
    nowMs: number,
  ): Unfinished {
    const own = this.#unfinished.filter((one) => one.sender === sender);
    const known = own.find((one) => one.id === id && one.incarnation === incarnation);
    if (known) return known;
    const [oldest] = own;
    if (oldest && own.length >= this.#limits.perSender) this.#drop(oldest);
    const begun: Unfinished = {
      sender,
      incarnation,
      id,
      parts: Array.from({ length: parts }),
      missing: parts,
      bytes: 0,
      heardMs: nowMs,
    };
    this.#unfinished.push(begun);
    return begun;
  }

  #drop(message: Unfinished): void {
    this.#bytes -= message.bytes;
    message.bytes = 0;
    this.#unfinished = this.#unfinished.filter((one) => one !== message);
  }
}

function bytesOf({ part, parts, data }: Part): Buffer {
  if (parts < 1 || parts > MOST_PARTS)
    throw wrong('/heartbeat/part/parts', `is ${parts}; it should be 1 to ${MOST_PARTS}`);
  if (part < 0 || part >= parts) throw wrong('/heartbeat/part/part', `is ${part}; it should be 0 to ${parts - 1}`);
  const isLast = part === parts - 1;
  const bytes = Buffer.from(data, 'base64');
  // What decodes to something else than it was made from had other characters in it.
  if (
    bytes.length === 0 ||
    bytes.length > PART_BYTES ||
    (!isLast && bytes.length !== PART_BYTES) ||
    bytes.toString('base64') !== data
  )
    throw wrong('/heartbeat/part/data', `should be base64 of ${PART_BYTES} bytes, or fewer in the last part`);
  return bytes;
}

function wholeOf({ sender, incarnation, parts }: Unfinished): WireMessage {
  const path = '/heartbeat/part';
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts.filter((part) => part !== undefined)));
  } catch (cause) {
    throw wrong(path, 'is not UTF-8 when put together', cause);
  }
  const message = poolMessageOf(readWhole(text));
  if (!message) throw wrong(path, 'is not a message of the pool when put together');
  if (message.operation === 'heartbeat' && message.input.part)
    throw wrong(path, 'is a part again when put together; it should be a message');
  if (message.input.sender.id !== sender || message.input.sender.incarnation !== incarnation)
    throw wrong(path, 'is of another sender than its parts');
  return message;
}

function readWhole(text: string): Message {
  const quick = readQuickly(text, 0, text.length, WHOLE_LIMITS.maxElements);
  if (quick) return quick;
  messageSchema().require(text, WHOLE_LIMITS);
  return decodeMessage(parseXml(text, WHOLE_LIMITS, true));
}

function poolMessageOf(message: Message): WireMessage | undefined {
  if (message.direction !== 'request') return undefined;
  switch (message.operation) {
    case 'announce':
      return { operation: message.operation, input: message.content };
    case 'election':
      return { operation: message.operation, input: message.content };
    case 'vote':
      return { operation: message.operation, input: message.content };
    case 'coordinator':
      return { operation: message.operation, input: message.content };
    case 'heartbeat':
      return { operation: message.operation, input: message.content };
    case 'assign':
      return { operation: message.operation, input: message.content };
    default:
      return undefined;
  }
}

/** Messages to read: written by the code under test, and from parts that may be as wrong as a test wants them. */
import { encodeOid } from '../../../../src/access/snmp/ber/oid.js';
import { communityTemplate, Received, readCommunityMessage } from '../../../../src/access/snmp/message/community.js';
import type { OutgoingBinding } from '../../../../src/access/snmp/message/pdu.js';
import { encodePdu, PDU } from '../../../../src/access/snmp/message/pdu.js';
import {
  readScopedPdu,
  readV3,
  type ScopedPdu,
  writeScopedPdu,
  writeV3,
} from '../../../../src/access/snmp/message/v3.js';
import type { MadeBinding } from './arbitraries.js';

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

export const outgoing = (bindings: readonly MadeBinding[]): OutgoingBinding[] =>
  bindings.map(({ oid, type, content }) => ({ oid: encodeOid(oid), type, value: content }));

/** A response in v2c, its id `REQUEST_ID`. */
export const REQUEST_ID = 0x12345678;
export function response(bindings: readonly OutgoingBinding[], errorStatus = 0, errorIndex = 0): Buffer {
  const { bytes, idAt } = communityTemplate(1, Buffer.from('public'), PDU.RESPONSE, errorStatus, errorIndex, bindings);
  bytes.writeUInt32BE(REQUEST_ID, idAt);
  return bytes;
}

export const ENGINE_ID = hex('80 00 1f 88 80 3c 5a 1b 2e 00 00 00 00');

export function responseV3(bindings: readonly OutgoingBinding[], type: number = PDU.RESPONSE): Buffer {
  const pdu = encodePdu(type, REQUEST_ID, 0, 0, bindings);
  return writeV3({
    msgId: 77,
    maxSize: 65_507,
    flags: { auth: false, priv: false, reportable: false },
    engineId: ENGINE_ID,
    boots: 3,
    time: 4711,
    user: Buffer.from('reader'),
    authLength: 0,
    salt: Buffer.alloc(0),
    scoped: writeScopedPdu(ENGINE_ID, Buffer.from('context'), pdu),
  }).bytes;
}

export function received(buffer: Buffer): Received {
  const into = new Received();
  readCommunityMessage(buffer, into);
  return into;
}

export function receivedV3(buffer: Buffer): ScopedPdu {
  const { scopedFrom, scopedTo } = readV3(buffer);
  return readScopedPdu(buffer, scopedFrom, scopedTo);
}

/** An element of BER as a tree, to be written with a fault somewhere in it. */
export interface Part {
  readonly tag: number;
  readonly content: Buffer | readonly Part[];
}

const CONSTRUCTED = 0x20;

/** For messages that are known to be whole, with lengths up to 65,535. */
export function partsOf(buffer: Buffer): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < buffer.length; ) {
    const tag = buffer[at] ?? 0;
    const first = buffer[at + 1] ?? 0;
    const extra = first < 0x80 ? 0 : first & 0x7f;
    const from = at + 2 + extra;
    const to = from + (extra === 0 ? first : buffer.readUIntBE(at + 2, extra));
    const content = buffer.subarray(from, to);
    parts.push({ tag, content: (tag & CONSTRUCTED) !== 0 ? partsOf(content) : content });
    at = to;
  }
  return parts;
}

/** What is written in place of the element with that number, counted from 0 in the order in which elements begin. */
export interface Fault {
  readonly at: number;
  write(tag: number, content: Buffer): Buffer;
}

export const withHead = (tag: number, length: readonly number[], content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag, ...length]), content]);

export function wellFormed(tag: number, content: Buffer): Buffer {
  const { length } = content;
  return withHead(tag, length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff], content);
}

/** All lengths around the fault are right, so that it is reached. */
export function writeParts(parts: readonly Part[], fault: Fault): Buffer {
  let count = 0;
  const write = ({ tag, content }: Part): Buffer => {
    const number = count++;
    const bytes = Buffer.isBuffer(content) ? content : Buffer.concat(content.map(write));
    return number === fault.at ? fault.write(tag, bytes) : wellFormed(tag, bytes);
  };
  return Buffer.concat(parts.map(write));
}

export const partCount = (parts: readonly Part[]): number =>
  parts.reduce((sum, { content }) => sum + 1 + (Buffer.isBuffer(content) ? 0 : partCount(content)), 0);

/** Counts how many bytes are read one by one, and fails at the first beyond the end. */
export function watched(buffer: Buffer): { readonly buffer: Buffer; reads(): number } {
  let reads = 0;
  const proxy = new Proxy(buffer, {
    get(target, key) {
      if (typeof key === 'string' && /^-?\d+$/.test(key)) {
        reads += 1;
        const at = Number(key);
        if (at < 0 || at >= target.length) throw new Error(`byte ${at} of ${target.length} was read`);
      }
      const found: unknown = Reflect.get(target, key, target);
      if (typeof found !== 'function') return found;
      return (...given: readonly unknown[]): unknown => {
        const beyond = given.some((one) => typeof one === 'number' && (one < 0 || one > target.length));
        if (beyond) throw new Error(`${String(key)}(${given.join(', ')}) of ${target.length} bytes`);
        return Reflect.apply(found, target, given);
      };
    },
  });
  return { buffer: proxy, reads: () => reads };
}

/** A UDP port of the test's own that answers as it is told, for agents that no real one would be. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { compareOids } from '../../../src/access/snmp/oid.js';

/** BER, lengths up to 65,535. */
export function tlv(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
}
export const integer = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return tlv(0x02, bytes);
};
export const octets = (text: string | Buffer): Buffer => tlv(0x04, Buffer.from(text));
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...arcs] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...arcs].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 0x80);
    return digits;
  });
  return tlv(0x06, Buffer.from(bytes));
}
export const binding = (name: string, value: Buffer): Buffer => tlv(0x30, oid(name), value);
export const END_OF_VIEW = tlv(0x82);
export const NO_SUCH_OBJECT = tlv(0x80);

export interface Question {
  /** As sent: a response must have the same. */
  readonly requestId: Buffer;
  readonly community: Buffer;
  /** 0xa0 GET, 0xa1 GETNEXT, 0xa5 GETBULK. */
  readonly type: number;
  readonly oids: readonly string[];
}

/** An answer in v2c, to be sent as it is. */
export const answer = (question: Question, bindings: readonly Buffer[], version = 1, errorStatus = 0): Buffer =>
  tlv(
    0x30,
    integer(version),
    question.community,
    tlv(0xa2, question.requestId, integer(errorStatus), integer(0), tlv(0x30, ...bindings)),
  );

const GET = 0xa0;

/** What an honest agent says, by a table in the order of a walk; to all but a GET with so many successors of each. */
export function honest(
  table: ReadonlyMap<string, Buffer>,
  repetitions: number,
  { type, oids: asked }: Question,
): Buffer[] {
  const names = [...table.keys()];
  if (type === GET) return asked.map((name) => binding(name, table.get(name) ?? NO_SUCH_OBJECT));
  let last = [...asked];
  const bindings: Buffer[] = [];
  for (let row = 0; row < repetitions; row++) {
    last = last.map((name) => {
      const next = names.find((known) => compareOids(known, name) > 0);
      bindings.push(binding(next ?? name, next ? (table.get(next) ?? NO_SUCH_OBJECT) : END_OF_VIEW));
      return next ?? name;
    });
  }
  return bindings;
}

export interface FakeAgent {
  readonly port: number;
  asked: number;
  stop(): Promise<void>;
}

/** `reply` gives the datagrams that are sent back at once; others it sends by `later`. */
export async function startFakeAgent(
  reply: (question: Question, raw: Buffer, later: (datagram: Buffer) => void) => readonly Buffer[],
): Promise<FakeAgent> {
  const socket: Socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const agent: FakeAgent = {
    port: socket.address().port,
    asked: 0,
    stop: () => {
      isOpen = false;
      return new Promise((resolve) => void socket.close(() => resolve()));
    },
  };
  let isOpen = true;
  socket.on('message', (raw, from) => {
    agent.asked += 1;
    const send = (datagram: Buffer) => void (isOpen && socket.send(datagram, from.port, from.address));
    for (const datagram of reply(questionOf(raw), raw, send)) send(datagram);
  });
  return agent;
}

interface Part {
  readonly tag: number;
  readonly whole: Buffer;
  readonly content: Buffer;
  readonly end: number;
}

function partAt(buffer: Buffer, at: number): Part {
  const first = buffer[at + 1] ?? 0;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  const length = extra === 0 ? first : buffer.readUIntBE(at + 2, extra);
  const start = at + 2 + extra;
  const end = start + length;
  return { tag: buffer[at] ?? 0, whole: buffer.subarray(at, end), content: buffer.subarray(start, end), end };
}

function partsOf(buffer: Buffer): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < buffer.length; at = parts.at(-1)?.end ?? buffer.length) parts.push(partAt(buffer, at));
  return parts;
}

function questionOf(raw: Buffer): Question {
  const [, community, pdu] = partsOf(partAt(raw, 0).content);
  const [requestId, , , bindings] = pdu ? partsOf(pdu.content) : [];
  const oids = (bindings ? partsOf(bindings.content) : []).map((one) => oidText(partsOf(one.content)[0]?.content));
  const empty = Buffer.alloc(0);
  return { requestId: requestId?.whole ?? empty, community: community?.whole ?? empty, type: pdu?.tag ?? 0, oids };
}

function oidText(content: Buffer = Buffer.alloc(0)): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  return [Math.min(2, Math.floor(first / 40)), first - 40 * Math.min(2, Math.floor(first / 40)), ...rest].join('.');
}

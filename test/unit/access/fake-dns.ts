/** A DNS server on UDP that answers as a test says (RFC 1035 section 4). */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export const TYPES = { A: 1, NS: 2, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28 } as const;

export interface DnsAsked {
  readonly name: string;
  readonly type: number;
}

export interface DnsReply {
  /** 0 no error, 2 server failure, 3 no such name, 5 refused; default 0. */
  readonly code?: number;
  readonly records?: readonly (readonly [type: keyof typeof TYPES, data: Buffer])[];
  /** Sent instead of a message. */
  readonly raw?: readonly Buffer[];
}

export const address = (dotted: string): Buffer => Buffer.from(dotted.split('.').map(Number));
export const hostName = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);

/** @param reply Undefined: no answer at all. */
export async function startFakeDns(
  reply: (asked: DnsAsked, count: number) => DnsReply | undefined,
): Promise<{ readonly port: number; readonly asked: readonly DnsAsked[]; stop(): Promise<void> }> {
  const asked: DnsAsked[] = [];
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', (message, from) => {
    const question = questionOf(message);
    asked.push(question);
    const answer = reply(question, asked.length);
    if (!answer) return;
    for (const datagram of answer.raw ?? [answerTo(message, answer)]) socket.send(datagram, from.port, from.address);
  });
  return {
    port: socket.address().port,
    asked,
    stop: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function questionOf(message: Buffer): DnsAsked {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), type: message.readUInt16BE(at + 1) };
}

function answerTo(message: Buffer, { code = 0, records = [] }: DnsReply): Buffer {
  const end = message.indexOf(0, 12) + 5;
  const head = Buffer.from(message.subarray(0, 12));
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  const answers = records.map(([type, data]) => {
    const fixed = Buffer.alloc(12);
    fixed.writeUInt16BE(0xc00c, 0);
    fixed.writeUInt16BE(TYPES[type], 2);
    fixed.writeUInt16BE(1, 4);
    fixed.writeUInt32BE(300, 6);
    fixed.writeUInt16BE(data.length, 10);
    return Buffer.concat([fixed, data]);
  });
  return Buffer.concat([head, message.subarray(12, end), ...answers]);
}

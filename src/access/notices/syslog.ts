/**
 * Syslog over UDP (RFC 5426), over TCP with counted octets (RFC 6587 section 3.4.1) and over TLS (RFC 5425).
 *
 * Syslog has no answers. Over TCP and TLS each message has a connection of its own, which counts as done when the other
 * side has closed it after our end: then its system at least has had every octet.
 */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { createConnection, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { PtpError } from '../../base/errors.js';
import { untilAborted } from '../failure.js';
import { hostPort } from '../options.js';
import { LEAST_TLS, type NoticeSender, trustOf } from './sender.js';
import { syslogMessage } from './syslog-format.js';

export interface SyslogOptions {
  readonly over: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
  readonly ca: string | undefined;
}

/** Registered with IANA. */
export const SYSLOG_PORTS: Readonly<Record<SyslogOptions['over'], number>> = { udp: 514, tcp: 601, tls: 6514 };
/** RFC 5424 section 6.1: every receiver should take 2048, over UDP hardly one takes more. */
const MOST_OCTETS: Readonly<Record<SyslogOptions['over'], number>> = { udp: 2048, tcp: 8192, tls: 8192 };

export function syslogSender(options: SyslogOptions): NoticeSender {
  const { over, host, port } = options;
  const place = `${over}://${hostPort(host, port)}`;
  return {
    place,
    async send({ message, telling, host: own }, signal) {
      const bytes = syslogMessage(message, telling, own, MOST_OCTETS[over]);
      if (over === 'udp') await untilAborted(signal, place, () => sendDatagram(bytes, host, port), ignore);
      else await sendStream(bytes, options, place, signal);
      return undefined;
    },
  };
}

async function sendDatagram(bytes: Buffer, host: string, port: number): Promise<void> {
  const literal = isIP(host);
  const { address, family } = literal ? { address: host, family: literal } : await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.send(bytes, port, address, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    socket.close();
  }
}

async function sendStream(
  bytes: Buffer,
  { over, host, port, ca }: SyslogOptions,
  place: string,
  signal: AbortSignal,
): Promise<void> {
  const trust = over === 'tls' ? await trustOf(ca) : undefined;
  const servername = isIP(host) ? {} : { servername: host };
  const socket: Socket = trust
    ? connectTls({ ...trust, host, port, ...servername, minVersion: LEAST_TLS })
    : createConnection({ host, port });
  const written = Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
  await untilAborted(
    signal,
    place,
    () => delivered(socket, trust ? 'secureConnect' : 'connect', written, place),
    () => socket.destroy(),
  ).finally(() => socket.destroy());
}

function delivered(socket: Socket, ready: 'connect' | 'secureConnect', bytes: Buffer, place: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let isReady = false;
    socket.once('error', reject);
    socket.once('close', () =>
      isReady ? resolve() : reject(new PtpError('Access.Refused', `${place} broke the connection off`)),
    );
    // What it says is of no interest; unread, it would keep the connection from closing.
    socket.resume();
    socket.once(ready, () => {
      isReady = true;
      socket.end(bytes);
    });
  });
}

const ignore = (): void => {};

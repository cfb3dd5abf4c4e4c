/** The UDP port at which notifications come in. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { PtpError } from '../../../base/errors.js';
import type { HostPort } from '../../../config/settings.js';
import { hostPort } from '../../options.js';
import { dropsAt, RECEIVE_BUFFER_BYTES } from '../udp.js';

export interface TrapSender {
  /** As it is compared with addresses of elements: one of IPv4 that comes by IPv6 is written as IPv4. */
  readonly address: string;
  reply(message: Buffer): void;
}

export interface TrapPort {
  readonly port: number;
  /** Datagrams that came too fast for this process, as the system counts them; undefined where it does not say. */
  drops(): Promise<number | undefined>;
  close(): Promise<void>;
}

export type OpenTrapPort = (
  bind: HostPort,
  arrives: (datagram: Buffer, sender: TrapSender) => void,
) => Promise<TrapPort>;

/** @throws PtpError `Start.PortTaken` when it cannot be had, with the reason. */
export const openTrapPort: OpenTrapPort = async (bind, arrives) => {
  const family = isIP(bind.host);
  const found = family === 0 ? await resolved(bind) : { address: bind.host, family };
  const socket = createSocket({ type: found.family === 6 ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  await bound(socket, found.address, bind);
  socket.on('message', (datagram, from) => arrives(datagram, new DatagramSender(socket, from)));
  // What cannot be sent is sent for again by whoever waits for it.
  socket.on('error', () => {});
  const { port } = socket.address();
  return {
    port,
    drops: () => dropsAt(new Set([port])),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};

const MAPPED = '::ffff:';

/** There is one for every datagram, and most are sent nothing. */
class DatagramSender implements TrapSender {
  readonly #socket: Socket;
  readonly #from: RemoteInfo;

  constructor(socket: Socket, from: RemoteInfo) {
    this.#socket = socket;
    this.#from = from;
  }

  get address(): string {
    const { address } = this.#from;
    return address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
  }

  reply(message: Buffer): void {
    this.#socket.send(message, this.#from.port, this.#from.address, () => {});
  }
}

async function resolved(bind: HostPort) {
  try {
    return await lookup(bind.host);
  } catch (cause) {
    throw notBound(bind, 'its name does not resolve; write an address of this machine', cause);
  }
}

function bound(socket: Socket, address: string, bind: HostPort): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(notBound(bind, reasonOf(error), error));
    });
    socket.bind(bind.port, address, () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
}

function reasonOf(error: Error): string {
  const code = String(Reflect.get(error, 'code'));
  if (code === 'EADDRINUSE') return 'another process has it; end that, or write another port';
  if (code === 'EACCES')
    return 'this user may not have a port below 1024; write a higher one, or give the process CAP_NET_BIND_SERVICE';
  if (code === 'EADDRNOTAVAIL') return 'that is no address of this machine; write one that is';
  return code;
}

const notBound = (bind: HostPort, reason: string, cause: unknown): PtpError =>
  new PtpError('Start.PortTaken', `TRAPS bind="${hostPort(bind.host, bind.port)}" cannot be had: ${reason}`, { cause });

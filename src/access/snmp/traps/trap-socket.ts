/** Sends this manager's own traps: to whom they go, and the sockets that they go out by. */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { accessFailure } from '../../failure.js';
import { hostPort } from '../../options.js';

export interface TrapSocket {
  /** @throws PtpError `Access.*` when it could not be sent; whether it arrives nobody says. */
  send(message: Buffer, host: string, port: number): Promise<void>;
  close(): void;
}

export function openTrapSocket(): TrapSocket {
  const sockets = new Map<number, Socket>();
  const socketOf = (family: number): Socket => {
    const known = sockets.get(family);
    if (known) return known;
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    // Each message says by its callback what became of it.
    socket.on('error', () => {});
    socket.unref();
    sockets.set(family, socket);
    return socket;
  };
  return {
    async send(message, host, port) {
      try {
        const literal = isIP(host);
        const { address, family } = literal ? { address: host, family: literal } : await lookup(host);
        await new Promise<void>((resolve, reject) => {
          socketOf(family).send(message, port, address, (error) => (error ? reject(error) : resolve()));
        });
      } catch (thrown) {
        throw accessFailure(thrown, `trap destination ${hostPort(host, port)}`);
      }
    },
    close() {
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    },
  };
}

/** The few UDP sockets from which all agents are asked, and what the kernel had to drop at them. */
import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '../../../base/env.js';
import { dropsAt, RECEIVE_BUFFER_BYTES } from '../udp.js';
import type { AgentAddress } from './question.js';

/** So many for each family: each has a buffer of its own, and a port of its own that a forger has to guess. */
export const SOCKETS = 4;

export interface Ports {
  /**
   * Soon, together with what else is to be sent.
   *
   * @param from Which of the sockets, 0 to {@link SOCKETS} - 1.
   */
  send(from: number, message: Buffer, to: AgentAddress): void;
  /** Datagrams that came too fast for this process since it began, as the kernel counts them; undefined where it does not say. */
  drops(): Promise<number | undefined>;
  close(): void;
}

export interface PortListener {
  arrives(datagram: Buffer, host: string, port: number): void;
  /** A message could not be sent. */
  fails(error: Error, to: { readonly host: string; readonly port: number } | undefined): void;
}

export type OpenPorts = (listener: PortListener, clock: Clock) => Ports;

/** Addresses are numeric already. */
const asItIs = (host: string, _: unknown, done: (error: null, address: string, family: number) => void): void =>
  done(null, host, host.includes(':') ? 6 : 4);

interface Outgoing {
  readonly socket: Socket;
  readonly message: Buffer;
  readonly to: AgentAddress;
}

export const openUdpPorts: OpenPorts = (listener, clock) => {
  const sockets = new Map<number, Socket>();
  let isClosed = false;
  let outgoing: Outgoing[] = [];
  const flush = () => {
    const ready = outgoing;
    outgoing = [];
    if (!isClosed) for (const { socket, message, to } of ready) socket.send(message, to.port, to.host);
  };
  const open = (key: number, family: 4 | 6): Socket => {
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      lookup: asItIs,
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
    socket.on('message', (datagram, { address, port }) => listener.arrives(datagram, address, port));
    socket.on('error', (error) => listener.fails(error, destinationOf(error)));
    sockets.set(key, socket);
    return socket;
  };
  return {
    send(from, message, to) {
      if (isClosed) return;
      const key = to.family * SOCKETS + from;
      const socket = sockets.get(key) ?? open(key, to.family);
      // Many in a row take a quarter less time than one after each answer, as nobody has to be woken for each.
      if (outgoing.length === 0) clock.after(0, flush);
      outgoing.push({ socket, message, to });
    },
    drops: () => dropsAt(new Set([...sockets.values()].flatMap(localPortOf))),
    close() {
      isClosed = true;
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    },
  };
};

function destinationOf(error: Error): { readonly host: string; readonly port: number } | undefined {
  const { address, port } = error as { readonly address?: unknown; readonly port?: unknown };
  return typeof address === 'string' && typeof port === 'number' ? { host: address, port } : undefined;
}

function localPortOf(socket: Socket): number[] {
  try {
    return [socket.address().port];
  } catch {
    return [];
  }
}

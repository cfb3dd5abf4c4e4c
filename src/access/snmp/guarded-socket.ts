/**
 * A UDP socket of one agent, made safe for net-snmp: connected, so that the kernel drops what others send and reports
 * a closed port; datagrams are looked at first; whatever net-snmp throws over one ends in `onFailure`, not in the
 * death of the process.
 */
import { createSocket, type Socket } from 'node:dgram';
import { type Expected, objectionTo } from './datagram.js';
import type { DatagramSocket } from './net-snmp.js';

/** Something came from the agent that is not an answer to us. */
export class UnusableReply extends Error {}

export interface AgentAddress {
  /** Numeric. */
  readonly host: string;
  readonly family: 4 | 6;
  readonly port: number;
}

export class GuardedSocket implements DatagramSocket {
  /** Called with what makes the requests under way hopeless: a socket's error or an {@link UnusableReply}. */
  onFailure: (error: Error) => void = () => {};
  readonly #socket: Socket;
  readonly #onMessage: ((datagram: Buffer) => void)[] = [];
  #open = true;

  /** @throws What the socket says: no route, no more sockets. */
  static async open(address: AgentAddress, expected: Expected): Promise<GuardedSocket> {
    const socket = createSocket(address.family === 6 ? 'udp6' : 'udp4');
    try {
      await connected(socket, address);
    } catch (error) {
      socket.close();
      throw error;
    }
    return new GuardedSocket(socket, expected);
  }

  private constructor(socket: Socket, expected: Expected) {
    this.#socket = socket;
    socket.on('error', (error) => this.onFailure(error));
    socket.on('message', (datagram) => {
      const objection = objectionTo(datagram, expected);
      if (objection) this.onFailure(new UnusableReply(objection));
      else this.#deliver(datagram);
    });
  }

  #deliver(datagram: Buffer): void {
    try {
      for (const listener of this.#onMessage) listener(datagram);
    } catch (cause) {
      this.onFailure(new UnusableReply('a reply that cannot be decoded', { cause }));
    }
  }

  /** net-snmp's `error` is answered here, its `close` by whoever closes. */
  on(event: string, listener: (datagram: Buffer) => void): void {
    if (event === 'message') this.#onMessage.push(listener);
  }

  send(
    buffer: Buffer,
    offset: number,
    length: number,
    _port: number,
    _target: string,
    sent: (error: Error | null) => void,
  ): void {
    if (this.#open) this.#socket.send(buffer, offset, length, sent);
    else sent(new Error('the socket is closed'));
  }

  ref(): void {
    if (this.#open) this.#socket.ref();
  }

  unref(): void {
    if (this.#open) this.#socket.unref();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket.close();
  }
}

function connected(socket: Socket, { host, port }: AgentAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(port, host, (...[error]: readonly (Error | undefined)[]) => {
      socket.off('error', reject);
      if (error) reject(error);
      else resolve();
    });
  });
}

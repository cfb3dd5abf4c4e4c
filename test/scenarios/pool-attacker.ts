/** What somebody can say to the managers of a pool, with a key or without one, in its own name or in that of a member. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { systemEnv } from '../../src/base/system-env.js';
import type { WireMessage } from '../../src/manager/pool/wire/operations.js';
import { toOperation } from '../../src/manager/pool/wire/to-operation.js';
import { type AnnouncementFields, encodeAnnouncement } from '../../src/peer/announcement/announcement.js';
import { HttpConnection } from '../../src/peer/http-connection.js';
import type { Peer } from '../../src/peer/peer.js';
import { PoolKey, type PoolKeys } from '../../src/peer/security/pool-keys.js';
import { RequestSigner } from '../../src/peer/security/signature.js';
import { SocketConnection } from '../../src/peer/socket-connection.js';
import type { PoolEnvelope, PoolMessage } from '../../src/pool/node/messages.js';
import type { Input, OperationName } from '../../src/xml/messages/operations.js';
import type { ManagerProcess } from '../support/manager-process.js';

export const env = systemEnv('error');

/** A manager with a socket. */
export interface Target {
  readonly manager: ManagerProcess;
  readonly socketPort: number;
}

/** Who says something, as it calls itself. */
export type Speaker = PoolEnvelope['from'];

/** Says things to one manager in one name, over a socket that stands beside those of others. */
export class Intruder {
  readonly #peers: readonly Peer[];
  readonly #to: string;
  readonly #name: string;

  /** @param name Proved by the key, and by nothing else. */
  constructor({ manager, socketPort }: Target, name: string, key: PoolKey) {
    this.#to = manager.id;
    this.#name = name;
    const keys = (): PoolKeys => [key];
    const http = new HttpConnection({
      env,
      to: { id: manager.id, origin: manager.origin, context: `ptpmgr/${manager.role.toLowerCase()}` },
      signer: new RequestSigner(name, env),
      keys,
    });
    const socket = new SocketConnection({
      env,
      self: name,
      to: { id: manager.id, host: '127.0.0.1', port: socketPort },
      keys,
      service: async () => ({ xml: '', fault: undefined }),
      purpose: 'question',
    });
    this.#peers = [http, socket];
  }

  /** Over both ways, and what each was answered: `taken`, or the fault. */
  async ask<O extends OperationName>(operation: O, input: Input<O>, timeoutMs = 10_000): Promise<string[]> {
    return Promise.all(
      this.#peers.map((peer) =>
        peer.call(operation, input, { timeoutMs }).then(
          () => 'taken',
          (thrown: { fault?: string; message?: string }) => `${thrown.fault}: ${thrown.message}`,
        ),
      ),
    );
  }

  /** A message of the pool. @param from Default the name, with a disk of its own. */
  say(message: PoolMessage, pool: string | undefined, from?: Partial<Speaker>): Promise<string[]> {
    const speaker = { id: this.#name, identity: 'f'.repeat(32), incarnation: 1, starts: [], ...from };
    const wire = toOperation({ from: speaker, to: this.#to, toIncarnation: undefined, pool, message });
    return this.request(wire);
  }

  request(wire: WireMessage): Promise<string[]> {
    switch (wire.operation) {
      case 'announce':
        return this.ask(wire.operation, wire.input);
      case 'election':
        return this.ask(wire.operation, wire.input);
      case 'vote':
        return this.ask(wire.operation, wire.input);
      case 'coordinator':
        return this.ask(wire.operation, wire.input);
      case 'heartbeat':
        return this.ask(wire.operation, wire.input);
      case 'assign':
        return this.ask(wire.operation, wire.input);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.close()));
  }
}

/** Packets to a group on loopback. */
export class Shouter {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #host: string;

  private constructor(socket: Socket, host: string, port: number) {
    this.#socket = socket;
    this.#host = host;
    this.#port = port;
  }

  static async open(host: string, port: number): Promise<Shouter> {
    const socket = createSocket({ type: 'udp4' });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.setMulticastInterface('127.0.0.1');
    return new Shouter(socket, host, port);
  }

  send(packet: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(packet, this.#port, this.#host, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** As fast as it goes, for a while. @returns How many. */
  async flood(packets: readonly Buffer[], forMs: number): Promise<number> {
    const endMs = performance.now() + forMs;
    let sent = 0;
    while (performance.now() < endMs) {
      await Promise.all(packets.map((packet) => this.send(packet).catch(() => {})));
      sent += packets.length;
    }
    return sent;
  }

  close(): void {
    this.#socket.close();
  }
}

/** An announcement as any manager makes it, but for what is said otherwise. */
export const announcement = (key: PoolKey, fields: Partial<AnnouncementFields>): Buffer =>
  encodeAnnouncement(
    {
      id: 'EM9',
      incarnation: 1,
      uri: 'http://127.0.0.1:9/ptpmgr/em',
      ip: '127.0.0.1',
      mac: '00:00:00:00:00:00',
      counter: 1,
      previous: 'starting',
      state: 'secondary',
      uptimeMs: 1,
      term: 1,
      rosterVersion: 1,
      priority: 0,
      wasMaster: false,
      load: 0,
      ...fields,
    },
    key,
  );

export const keyOf = (text: string): PoolKey => new PoolKey(text);

/**
 * Where other managers connect their persistent sockets to. For peers with the pool key only.
 *
 * Whoever connects has 5 s and 1 KiB to prove itself; the newest of too many unproved connections takes the place of
 * the oldest of the address that has most of them, so that idle ones do not keep a manager out. There is room for all
 * members of a large pool that dial their new master at once.
 */
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import type { Env } from '../base/env.js';
import { PtpError } from '../base/errors.js';
import type { HostPort } from '../config/settings.js';
import { breakOf } from './breaks.js';
import { ConnectionGuard, connectionKey } from './connection-guard.js';
import { listenOn } from './listening.js';
import type { MessageService } from './message-service.js';
import type { Peer } from './peer.js';
import { RefusalLog } from './refusals.js';
import { isLoopback } from './security/authenticate.js';
import type { PoolKeys } from './security/pool-keys.js';
import { LinkConnection } from './socket-connection.js';
import { FrameSplitter, LARGEST_HANDSHAKE_FRAME } from './socket-frames.js';
import { ListenerHandshake, refusal } from './socket-handshake.js';
import { DEFAULT_LINK_LIMITS, type LinkLimits, SocketLink } from './socket-link.js';
import { askedOfClients, shownBy, type TlsMaterial } from './tls-material.js';

export interface SocketServerOptions {
  readonly env: Env;
  /** This manager's id. */
  readonly self: string;
  /** Asked at every connection; without keys all are refused. */
  readonly keys: () => PoolKeys | undefined;
  readonly service: MessageService;
  readonly tls?: TlsMaterial;
  readonly limits?: Partial<SocketServerLimits>;
}

export interface SocketServerLimits extends LinkLimits {
  /** Connections that have not proved themselves. Default 1,024. */
  readonly unproved: number;
  /** Time for the proof, TLS included. Default 5 s. */
  readonly proveMs: number;
  /** Proved links; default 5,000: the largest pool, and others. */
  readonly links: number;
  /** Connections for one question each; an older one makes room. Default 1,024: all that miss their master may ask at once. */
  readonly questions: number;
}

const DEFAULT_LIMITS: SocketServerLimits = {
  ...DEFAULT_LINK_LIMITS,
  unproved: 1_024,
  proveMs: 5_000,
  links: 5_000,
  questions: 1_024,
};

export class SocketServer {
  readonly #options: SocketServerOptions;
  readonly #limits: SocketServerLimits;
  readonly #server: Server;
  readonly #links = new Map<string, SocketLink>();
  /** Oldest first. */
  readonly #questions = new Set<SocketLink>();
  #onBroken: (id: string, reason: PtpError) => void = () => {};
  /** Raw sockets, below TLS. */
  readonly #unproved: ConnectionGuard;
  readonly #refusals: RefusalLog;

  constructor(options: SocketServerOptions) {
    this.#options = options;
    this.#refusals = new RefusalLog(options.env);
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#unproved = new ConnectionGuard(this.#limits.unproved);
    const { tls } = options;
    if (tls) {
      const secure = createTlsServer({
        ...shownBy(tls),
        ...askedOfClients(tls),
        handshakeTimeout: this.#limits.proveMs,
      });
      secure.on('connection', (socket: Socket) => this.#admit(socket));
      secure.on('secureConnection', (socket) => this.#prove(socket));
      secure.on('tlsClientError', (_error, socket) => socket.destroy());
      this.#server = secure;
    } else {
      this.#server = createTcpServer((socket) => {
        this.#admit(socket);
        this.#prove(socket);
      });
    }
  }

  /** @throws PtpError `Start.PortTaken`, `Config.Invalid`. */
  async listen({ host, port }: HostPort): Promise<HostPort> {
    await listenOn(this.#server, host, port);
    const address = this.#server.address() as AddressInfo;
    return { host: address.address, port: address.port };
  }

  /** Asks the manager over the socket that it opened to us; undefined when it has none open. */
  connectionTo(id: string): Peer | undefined {
    const link = this.#links.get(id);
    return link?.isOpen ? new LinkConnection(this.#options.env, link) : undefined;
  }

  /** Called when the socket of a manager is gone, and not by this manager's will. */
  onBroken(listener: (id: string, reason: PtpError) => void): void {
    this.#onBroken = listener;
  }

  /** Ids of the managers whose sockets are open. */
  get connected(): readonly string[] {
    return [...this.#links.keys()].sort();
  }

  /** Connections that have not proved themselves yet. */
  get unprovedCount(): number {
    return this.#unproved.count;
  }

  /** New connections use the new certificate; those that stand are left alone. */
  setTls(tls: TlsMaterial): void {
    if (this.#server instanceof TlsServer) this.#server.setSecureContext(shownBy(tls));
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#unproved.destroyAll();
    for (const link of [...this.#links.values(), ...this.#questions]) link.close();
    await closed;
  }

  /** Counts a connection from its very beginning, TLS handshake included. */
  #admit(socket: Socket): void {
    this.#unproved.admit(socket);
    socket.on('error', () => socket.destroy());
  }

  #prove(socket: Socket): void {
    const { env, self, keys } = this.#options;
    const inForce = keys();
    const connection = connectionKey(socket);
    const timer = env.clock.after(this.#limits.proveMs, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.once('close', () => timer.cancel());
    if (!inForce) {
      socket.end(refusal());
      return;
    }
    const handshake = new ListenerHandshake(self, inForce, env.random);
    const splitter = new FrameSplitter(LARGEST_HANDSHAKE_FRAME);
    const onData = (chunk: Buffer) => {
      try {
        splitter.push(chunk);
        const frame = splitter.next();
        if (!frame) return;
        socket.off('data', onData);
        const { session, welcome, purpose } = handshake.answer(frame);
        if (session.isOpen && !isLoopback(socket.remoteAddress ?? '')) {
          throw new PtpError('Client.Unauthorized', 'without a pool key only managers of this host may connect');
        }
        timer.cancel();
        this.#unproved.release(connection);
        socket.write(welcome);
        const { service } = this.#options;
        const link = new SocketLink({ env, socket, session, splitter, service, limits: this.#limits });
        if (purpose === 'question') this.#beAsked(link);
        else this.#open(link);
      } catch (error) {
        this.#refusals.tell('socket connection refused', {
          from: socket.remoteAddress,
          error: error instanceof PtpError ? error.message : String(error),
        });
        socket.off('data', onData);
        socket.end(refusal(), () => socket.destroy());
      }
    };
    socket.on('data', onData);
    socket.write(handshake.hello());
  }

  #beAsked(link: SocketLink): void {
    const oldest = this.#questions.values().next();
    if (this.#questions.size >= this.#limits.questions && !oldest.done) oldest.value.close();
    this.#questions.add(link);
    link.onClose(() => this.#questions.delete(link));
  }

  #open(link: SocketLink): void {
    const former = this.#links.get(link.peer);
    if (!former && this.#links.size >= this.#limits.links) {
      link.close(new PtpError('Server.Busy', 'too many managers are connected'));
      return;
    }
    this.#links.set(link.peer, link);
    former?.close(new PtpError('Server.Unavailable', `${link.peer} has connected anew`));
    link.onClose((reason) => {
      if (this.#links.get(link.peer) !== link) return;
      this.#links.delete(link.peer);
      if (breakOf(reason)) this.#onBroken(link.peer, reason);
    });
  }
}

/**
 * The persistent socket to another manager, dialled from here and kept open.
 *
 * ```
 *   idle ──open/call──▶ dialling ──proved──▶ open ──lost──▶ waiting ──back-off──▶ dialling
 *                          └──failed──▶ waiting                └──call, 1 s after the last try──▶ dialling
 * ```
 *
 * One that is opened on demand is dialled by calls alone, and closed when it was not used for a while: most managers of
 * a large pool have nothing to say to each other.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Env, Timer } from '../base/env.js';
import { PtpError } from '../base/errors.js';
import type { Input, OperationName } from '../xml/messages/operations.js';
import { ConnectionEnded } from './breaks.js';
import type { MessageService } from './message-service.js';
import type { CallOptions } from './peer.js';
import { type Exchange, PeerConnection } from './peer-connection.js';
import type { PoolKeys } from './security/pool-keys.js';
import { writeRequest } from './soap.js';
import { FrameSplitter, LARGEST_HANDSHAKE_FRAME } from './socket-frames.js';
import { DialerHandshake, type Purpose } from './socket-handshake.js';
import { DEFAULT_LINK_LIMITS, type LinkLimits, SocketLink } from './socket-link.js';
import { LEAST_TLS } from './tls-material.js';

/** Asks over a link that stands, whichever side opened it. Closing it leaves the link alone. */
export class LinkConnection extends PeerConnection {
  readonly #link: SocketLink;

  constructor(env: Env, link: SocketLink) {
    super(env, link.peer);
    this.#link = link;
  }

  override tell<O extends OperationName>(operation: O, input: Input<O>, options: CallOptions = {}): Promise<void> {
    return this.#link.notify({ xml: writeRequest(operation, input), delegation: this.delegationOf(options) });
  }

  async close(): Promise<void> {}

  protected exchange(exchange: Exchange): Promise<Uint8Array> {
    return this.#link.exchange(exchange);
  }
}

export interface SocketConnectionOptions {
  readonly env: Env;
  /** This manager's id. */
  readonly self: string;
  readonly to: { readonly id: string; readonly host: string; readonly port: number };
  readonly keys: () => PoolKeys | undefined;
  /** Answers what the other side asks over this connection. */
  readonly service: MessageService;
  /** Present for TLS; certificate and key only where the other side wants one. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly limits?: Partial<LinkLimits & DialLimits>;
  /** `question`: for one question, beside the connection that stands; ends with the first failure. Default `link`. */
  readonly purpose?: Purpose;
  /** Dialled when it is used, not before and not again after it has ended. Default false. */
  readonly onDemand?: boolean;
  /** The link that stood is gone, and not by this manager's will. */
  readonly onBroken?: (reason: PtpError) => void;
}

export interface DialLimits {
  /** For connecting and proving. Default 5 s. */
  readonly dialMs: number;
  /** Back-off between tries: from the first, doubled up to the longest, each shortened by up to a half at random. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

const DEFAULT_DIAL: DialLimits = { dialMs: 5_000, firstRetryMs: 500, longestRetryMs: 30_000 };
/** A call may hurry the next try up, no more often than this. */
const HURRY_MS = 1_000;

export class SocketConnection extends PeerConnection {
  readonly #options: SocketConnectionOptions;
  readonly #limits: LinkLimits & DialLimits;
  #link: SocketLink | undefined;
  #dialling: Promise<SocketLink> | undefined;
  #retry: Timer | undefined;
  #failures = 0;
  #triedMs = Number.NEGATIVE_INFINITY;
  #latest: unknown;
  #closed = false;

  constructor(options: SocketConnectionOptions) {
    super(options.env, `${options.to.id} at ${options.to.host}:${options.to.port}`);
    this.#options = options;
    this.#limits = { ...DEFAULT_LINK_LIMITS, ...DEFAULT_DIAL, ...options.limits };
  }

  /** Opens the socket now and keeps it open, so that the other side can ask as well. */
  open(): void {
    if (!this.#link && !this.#dialling && !this.#closed) this.#dial().catch(() => {});
  }

  get isOpen(): boolean {
    return this.#link?.isOpen ?? false;
  }

  /**
   * Opens it now if that may be tried. @returns Whether it is open, after `withinMs` of the first try at the latest; of
   * one that could not be opened the last time, at once.
   */
  async opens(withinMs: number): Promise<boolean> {
    if (this.isOpen) return true;
    if (this.#closed) return false;
    const opening = this.#ready().then(
      () => true,
      () => false,
    );
    const leftMs = this.#failures > 0 ? 0 : this.#triedMs + withinMs - this.env.clock.monotonic();
    if (leftMs <= 0) return false;
    return new Promise((resolve) => {
      const timer = this.env.clock.after(leftMs, () => resolve(false));
      void opening.then((isOpen) => {
        timer.cancel();
        resolve(isOpen);
      });
    });
  }

  override async tell<O extends OperationName>(
    operation: O,
    input: Input<O>,
    options: CallOptions = {},
  ): Promise<void> {
    const delegation = this.delegationOf(options);
    const xml = writeRequest(operation, input);
    const link = this.#link?.isOpen ? this.#link : await this.within(options, () => this.#ready());
    return link.notify({ xml, delegation });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    this.#link?.close();
    await this.#dialling?.then(
      (link) => link.close(),
      () => {},
    );
  }

  protected async exchange(exchange: Exchange): Promise<Uint8Array> {
    return (await this.#ready()).exchange(exchange);
  }

  async #ready(): Promise<SocketLink> {
    if (this.#closed) throw this.#unreachable('the connection was closed by this manager');
    if (this.#link?.isOpen) return this.#link;
    if (this.#dialling) return this.#dialling;
    const hurryMs = this.#options.onDemand ? this.#pauseMs() : HURRY_MS;
    if (this.#latest !== undefined && this.env.clock.monotonic() < this.#triedMs + hurryMs) throw this.#latest;
    return this.#dial();
  }

  #pauseMs(): number {
    const { firstRetryMs, longestRetryMs } = this.#limits;
    return Math.min(firstRetryMs * 2 ** Math.min(this.#failures, 16), longestRetryMs);
  }

  #dial(): Promise<SocketLink> {
    this.#retry?.cancel();
    this.#triedMs = this.env.clock.monotonic();
    const dialling = this.#connect().then(
      (link) => {
        this.#dialling = undefined;
        this.#link = link;
        const openedMs = this.env.clock.monotonic();
        link.onClose((reason) => {
          this.#link = undefined;
          if (!this.#closed) this.#options.onBroken?.(reason);
          // Only a link that held for a while shows that all is well again.
          if (this.env.clock.monotonic() - openedMs > this.#limits.longestRetryMs / 2) this.#failures = 0;
          if (this.#options.onDemand && this.#failures === 0) this.#latest = undefined;
          else this.#failed(reason);
        });
        return link;
      },
      (error) => {
        this.#dialling = undefined;
        this.#failed(error);
        throw error;
      },
    );
    this.#dialling = dialling;
    return dialling;
  }

  #failed(reason: unknown): void {
    this.#latest = reason;
    if (this.#closed || this.#options.purpose === 'question') return;
    const fullMs = this.#pauseMs();
    this.#failures += 1;
    if (this.#options.onDemand) return;
    this.#retry?.cancel();
    this.#retry = this.env.clock.after(fullMs * (1 - this.env.random.next() / 2), () => this.open());
  }

  #connect(): Promise<SocketLink> {
    const { env, self, to, service } = this.#options;
    const key = this.#options.keys()?.[0];
    if (!key) return Promise.reject(this.#unreachable('a socket needs a pool key, and none is configured'));
    return new Promise((resolve, reject) => {
      const socket = this.#socket();
      const handshake = new DialerHandshake(self, to.id, key, env.random, this.#options.purpose);
      const splitter = new FrameSplitter(LARGEST_HANDSHAKE_FRAME);
      const fail = (error: PtpError) => {
        timer.cancel();
        socket.destroy();
        reject(error);
      };
      const timer = env.clock.after(this.#limits.dialMs, () =>
        fail(this.#unreachable('it did not prove itself in time')),
      );
      const onClose = () => fail(this.#unreachable('the connection was closed', new ConnectionEnded('closed')));
      const onData = (chunk: Buffer) => {
        try {
          splitter.push(chunk);
          for (let frame = splitter.next(); frame; frame = splitter.next()) {
            const answer = handshake.answer(frame);
            if (Buffer.isBuffer(answer)) {
              socket.write(answer);
              continue;
            }
            timer.cancel();
            socket.off('data', onData).off('close', onClose);
            resolve(new SocketLink({ env, socket, session: answer, splitter, service, limits: this.#limits }));
            return;
          }
        } catch (error) {
          fail(error instanceof PtpError ? error : this.#unreachable(String(error)));
        }
      };
      socket.on('data', onData).on('close', onClose);
      socket.on('error', (cause: NodeJS.ErrnoException) => fail(this.#unreachable(cause.code ?? cause.message, cause)));
    });
  }

  #socket(): Socket {
    const { to, tls } = this.#options;
    if (!tls) return connectTcp({ host: to.host, port: to.port });
    return connectTls({
      ...tls,
      host: to.host,
      port: to.port,
      minVersion: LEAST_TLS,
      ...(isIP(to.host) ? {} : { servername: to.host }),
    });
  }

  #unreachable(why: string, cause?: unknown): PtpError {
    return new PtpError('Server.Unavailable', `${this.peerName} cannot be reached over its socket: ${why}`, { cause });
  }
}

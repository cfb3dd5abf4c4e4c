/**
 * Ways to the other managers: over a socket that stands, whichever side opened it, else over HTTP.
 *
 * A call is given to one way only. Which one is looked at anew for each call, so a manager that only dials out is asked
 * over its own socket as soon as that stands, and one whose socket is gone over HTTP.
 */
import type { Env } from '../base/env.js';
import type { PtpError } from '../base/errors.js';
import type { ManagerAddress } from '../model/manager.js';
import type { Input, OperationName, Output } from '../xml/messages/operations.js';
import { type Break, breakOf } from './breaks.js';
import { type FetchedPage, HttpConnection } from './http-connection.js';
import type { MessageService } from './message-service.js';
import type { CallOptions, Peer } from './peer.js';
import type { PoolKeys } from './security/pool-keys.js';
import { RequestSigner } from './security/signature.js';
import { SocketConnection, type SocketConnectionOptions } from './socket-connection.js';
import type { SocketServer } from './socket-server.js';

export interface ConnectorTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface PeerConnectorOptions {
  readonly env: Env;
  /** This manager's id. */
  readonly self: string;
  readonly keys: () => PoolKeys | undefined;
  /** Answers what others ask over the sockets that are dialled from here. */
  readonly service: MessageService;
  /** `ca` to trust others by; certificate and key for those that want one. PEM. */
  readonly tls?: ConnectorTls;
  /** Where others open sockets to; undefined when this manager has none. */
  readonly socketServer?: SocketServer;
}

/** A peer whose pages can be handed through, too. */
export interface RoutedPeer extends Peer {
  /** As {@link HttpConnection.getPage}; pages go over HTTP always. */
  getPage(
    path: string,
    accept: string,
    options?: CallOptions,
    headers?: Readonly<Record<string, string>>,
  ): Promise<FetchedPage>;
}

/**
 * `keep`: its socket is opened at once and stays open. `onDemand`: it is opened when there is something to say, and closed
 * when there was nothing for a while: for the many of a large pool that have nothing to do with each other.
 */
export type Keeping = 'keep' | 'onDemand';

/** A socket on demand that nobody used for so long is closed. */
const IDLE_MS = 30_000;
/** One that cannot be opened is tried again by whoever needs it, after this long at the latest. */
const LONGEST_RETRY_MS = 5_000;
/** What is said first waits so long for the socket before it goes over HTTP. */
const OPEN_WITHIN_MS = 1_000;

/** How a socket that stood came to its end: `end` when the other manager said good-bye. */
export type BrokenListener = (id: string, how: Exclude<Break, 'refused'>, reason: PtpError) => void;

/** One for each started manager: it holds the counter that all signed requests share. */
export class PeerConnector {
  readonly #options: PeerConnectorOptions;
  readonly #signer: RequestSigner;
  readonly #broken = new Set<BrokenListener>();
  #tls: ConnectorTls;

  constructor(options: PeerConnectorOptions) {
    this.#options = options;
    options.socketServer?.onBroken((id, reason) => this.#tellBroken(id, reason));
    this.#tls = options.tls ?? {};
    this.#signer = new RequestSigner(options.self, options.env);
  }

  /** For connections that are made from now on. */
  setTls(tls: ConnectorTls): void {
    this.#tls = tls;
  }

  /** Opens the other's socket, where its address has one and a pool key is in force; connects by HTTP at the first call. */
  connect(address: ManagerAddress, keeping: Keeping = 'keep'): RoutedPeer {
    const { env, keys, socketServer } = this.#options;
    const http = new HttpConnection({ env, to: address, signer: this.#signer, keys, tls: this.#tls });
    const onDemand = keeping === 'onDemand';
    const socket =
      address.socket && keys()
        ? this.#socket(address, address.socket, {
            onBroken: (reason) => this.#tellBroken(address.id, reason),
            ...(onDemand && { onDemand, limits: { idleMs: IDLE_MS, longestRetryMs: LONGEST_RETRY_MS } }),
          })
        : undefined;
    if (!onDemand) socket?.open();
    const standing = (): Peer | undefined => (socket?.isOpen ? socket : socketServer?.connectionTo(address.id));
    const opened = async (): Promise<Peer> =>
      onDemand && (await socket?.opens(OPEN_WITHIN_MS)) ? (standing() ?? http) : http;
    return {
      async call<O extends OperationName>(operation: O, input: Input<O>, options?: CallOptions): Promise<Output<O>> {
        return (standing() ?? (await opened())).call(operation, input, options);
      },
      async tell<O extends OperationName>(operation: O, input: Input<O>, options?: CallOptions): Promise<void> {
        const peer = standing() ?? (await opened());
        await (peer.tell ? peer.tell(operation, input, options) : peer.call(operation, input, options));
      },
      getPage: (path, accept, options, headers) => http.getPage(path, accept, options, headers),
      close: async () => {
        await Promise.all([http.close(), socket?.close()]);
      },
    };
  }

  /**
   * A connection of its own, for one question: what comes of it says how the other is now, not how a connection is that
   * has been there for long. Whoever asks closes it. Undefined where there is no such way to that manager.
   *
   * @param withinMs For connecting and proving.
   */
  fresh(address: ManagerAddress, by: 'http' | 'socket', withinMs: number): Peer | undefined {
    const { env, keys } = this.#options;
    if (by === 'http') {
      const limits = { connections: 1, connectMs: withinMs };
      return new HttpConnection({ env, to: address, signer: this.#signer, keys, tls: this.#tls, limits });
    }
    if (!address.socket || !keys()) return undefined;
    return this.#socket(address, address.socket, { purpose: 'question', limits: { dialMs: withinMs } });
  }

  /** Over the socket that the other has opened to this manager; undefined while there is none. */
  standing(id: string): Peer | undefined {
    return this.#options.socketServer?.connectionTo(id);
  }

  /** Tells of sockets that stood, whichever side opened them. @returns Ends the telling. */
  onBroken(listener: BrokenListener): () => void {
    this.#broken.add(listener);
    return () => void this.#broken.delete(listener);
  }

  #tellBroken(id: string, reason: PtpError): void {
    const how = breakOf(reason);
    if (how === undefined || how === 'refused') return;
    for (const listener of this.#broken) listener(id, how, reason);
  }

  #socket(
    address: ManagerAddress,
    at: { readonly host: string; readonly port: number },
    special: Pick<SocketConnectionOptions, 'purpose' | 'limits' | 'onDemand' | 'onBroken'>,
  ): SocketConnection {
    const { env, self, keys, service } = this.#options;
    const tls = this.#tls;
    const isSecure = address.origin.startsWith('https:');
    const to = { id: address.id, ...at };
    return new SocketConnection({ env, self, to, keys, service, ...(isSecure && { tls }), ...special });
  }
}

/**
 * Another manager over HTTP or HTTPS: one signed POST for each call, over a few kept connections.
 *
 * A call to a peer that was never asked, or that has started anew, goes out twice: the first answer is 401 with the
 * challenge to sign with. Nothing else is ever sent again by itself.
 */
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { Env } from '../base/env.js';
import { type ErrorCode, PtpError } from '../base/errors.js';
import { type ManagerAddress, managerUrl } from '../model/manager.js';
import { soapAction } from '../xml/messages/schema.js';
import type { CallOptions } from './peer.js';
import { type Exchange, PeerConnection } from './peer-connection.js';
import { isLoopback } from './security/authenticate.js';
import type { PoolKey, PoolKeys } from './security/pool-keys.js';
import {
  ANSWER_HEADER,
  type Delegation,
  ownHeaders,
  type RequestSigner,
  readChallenge,
  verifyAnswer,
} from './security/signature.js';
import { LEAST_TLS } from './tls-material.js';

export interface HttpConnectionOptions {
  readonly env: Env;
  readonly to: Pick<ManagerAddress, 'id' | 'origin' | 'context'>;
  /** To sign with, shared by all connections of this manager; without it (or without keys) requests go unsigned. */
  readonly signer?: RequestSigner;
  /** Asked at every request, so that a new key works at once. */
  readonly keys?: () => PoolKeys | undefined;
  /** For a user instead of a peer. */
  readonly user?: { readonly name: string; readonly password: string };
  /** `ca` to trust instead of the system's; certificate and key for mutual TLS. PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly limits?: Partial<HttpConnectionLimits>;
}

export interface HttpConnectionLimits {
  /** Connections kept to the other side. Default 8. */
  readonly connections: number;
  /** For TCP and TLS. Default 3 s. */
  readonly connectMs: number;
  /** An answer’s body. Default 16 MiB. */
  readonly answerBytes: number;
}

const DEFAULT_LIMITS: HttpConnectionLimits = { connections: 8, connectMs: 3_000, answerBytes: 16 * 2 ** 20 };

/** A page of the other manager, as it came; its signature was right where a key is in force. */
export interface FetchedPage {
  readonly status: number;
  readonly contentType: string;
  readonly location: string;
  readonly body: Buffer;
}

interface RawRequest {
  readonly method: 'GET' | 'POST';
  readonly target: string;
  readonly contentType: string;
  readonly accept: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

interface RawAnswer extends FetchedPage {
  readonly challengeOffered: string | undefined;
  readonly isSigned: boolean;
}

const SOAP_12 = (operation: string) => `application/soap+xml; charset=utf-8; action="${soapAction(operation)}"`;

export class HttpConnection extends PeerConnection {
  readonly #options: HttpConnectionOptions;
  readonly #limits: HttpConnectionLimits;
  readonly #dispatcher: Dispatcher;
  #challenge = '';
  #clockOffsetMs: number | undefined;

  constructor(options: HttpConnectionOptions) {
    super(options.env, `${options.to.id} at ${managerUrl(options.to)}`);
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { connections, connectMs } = this.#limits;
    const settings = { connections, connect: { timeout: connectMs, minVersion: LEAST_TLS, ...options.tls } as const };
    const host = new URL(options.to.origin).hostname.replace(/^\[(.*)\]$/, '$1');
    // What never leaves this machine must not go by a proxy, whatever the environment says.
    this.#dispatcher =
      isLoopback(host) || host === 'localhost'
        ? new Agent(settings)
        : new EnvHttpProxyAgent({ ...settings, requestTls: settings.connect });
  }

  /** The other's wall clock minus ours, as of the latest signed answer; informative. */
  get clockOffsetMs(): number | undefined {
    return this.#clockOffsetMs;
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /**
   * Gets a page below the other's context, signed like any call.
   * @param path Percent-encoded, with its query, such as `services?page=2`; no slash at its beginning.
   * @param headers Further ones, names in lower case; those beginning with `x-ptpmgr-` are signed.
   */
  async getPage(
    path: string,
    accept: string,
    options: CallOptions = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<FetchedPage> {
    const target = `/${this.#options.to.context}/${path}`;
    const delegation = this.delegationOf(options);
    const request: RawRequest = { method: 'GET', target, contentType: '', accept, body: Buffer.alloc(0), headers };
    const answer = await this.within(options, (signal) => this.#send(request, delegation, signal));
    this.#refuseUnsigned(answer);
    return answer;
  }

  protected async exchange({ operation, xml, delegation, signal }: Exchange): Promise<Uint8Array> {
    const request: RawRequest = {
      method: 'POST',
      target: `/${this.#options.to.context}/soap`,
      contentType: SOAP_12(operation),
      accept: 'application/soap+xml',
      body: Buffer.from(xml),
    };
    const answer = await this.#send(request, delegation, signal);
    this.#refuseUnsigned(answer);
    if (!answer.contentType.startsWith('application/soap+xml')) throw this.#refusedBy(answer);
    return answer.body;
  }

  /** Whoever holds no key may refuse us, but tells us nothing that we would believe. */
  #refuseUnsigned(answer: RawAnswer): void {
    if (!answer.isSigned && this.#key()) throw this.#refusedBy(answer);
  }

  #key(): PoolKey | undefined {
    return this.#options.signer && this.#options.keys?.()?.[0];
  }

  async #send(request: RawRequest, delegation: Delegation, signal: AbortSignal): Promise<RawAnswer> {
    const sentWith = this.#challenge;
    const answer = await this.#once(request, sentWith, delegation, signal);
    const { challengeOffered } = answer;
    if (answer.status !== 401 || !this.#key() || challengeOffered === undefined || challengeOffered === sentWith)
      return answer;
    this.#challenge = challengeOffered;
    return this.#once(request, challengeOffered, delegation, signal);
  }

  async #once(request: RawRequest, challenge: string, delegation: Delegation, signal: AbortSignal): Promise<RawAnswer> {
    const { to, signer, user, tls } = this.#options;
    const key = this.#key();
    const signed =
      key &&
      signer?.sign(
        key,
        { ...request, soapAction: '', own: ownHeaders(request.headers ?? {}) },
        to.id,
        challenge,
        delegation,
      );
    const headers: Record<string, string> = { ...request.headers, accept: request.accept };
    if (request.contentType) headers['content-type'] = request.contentType;
    if (signed) headers.authorization = signed.header;
    else if (user) headers.authorization = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
    else if (signer && tls?.cert) headers.authorization = signer.describe(to.id, delegation);
    const sentAt = this.env.clock.now();
    try {
      const response = await this.#dispatcher.request({
        origin: to.origin,
        path: request.target,
        method: request.method,
        headers,
        body: request.method === 'POST' ? request.body : null,
        signal,
        // The one timeout is the caller's.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      const header = (name: string) => [response.headers[name] ?? ''].flat().join(', ');
      const body = await this.#read(response.body);
      const answer = {
        status: response.statusCode,
        contentType: header('content-type'),
        location: header('location'),
        body,
      };
      const verified = key && signed && verifyAnswer(key, to.id, signed.mac, answer, header(ANSWER_HEADER));
      if (verified) {
        this.#challenge = verified.challenge;
        this.#clockOffsetMs = verified.time - (sentAt + this.env.clock.now()) / 2;
      }
      return {
        ...answer,
        challengeOffered: readChallenge(header('www-authenticate')),
        isSigned: verified !== undefined,
      };
    } catch (thrown) {
      if (signal.aborted || thrown instanceof PtpError) throw signal.aborted ? signal.reason : thrown;
      throw new PtpError('Server.Unavailable', `${this.peerName} cannot be reached: ${reasonOf(thrown)}`, {
        cause: thrown,
      });
    }
  }

  async #read(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > this.#limits.answerBytes) {
        throw new PtpError(
          'Server.Unavailable',
          `the answer of ${this.peerName} is larger than ${this.#limits.answerBytes} bytes; ask for less with pageSize`,
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  #refusedBy({ status, isSigned }: RawAnswer): PtpError {
    const known: Readonly<Record<number, ErrorCode>> = {
      401: 'Client.Unauthorized',
      413: 'Client.TooLarge',
      503: 'Server.Busy',
    };
    const code = known[status] ?? 'Server.Unavailable';
    if (code === 'Client.Unauthorized') {
      return new PtpError(
        code,
        `${this.peerName} did not accept our proof; pool key and manager ids must be the same at both ends`,
      );
    }
    const why =
      this.#key() && !isSigned ? 'its answer is not signed with the pool key' : 'its answer is not a SOAP message';
    return new PtpError(code, `${this.peerName} answered with HTTP ${status}, and ${why}`);
  }
}

/** In the words of the one who looks for the reason: connection refused, certificate not trusted, ... */
function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
  const words: Record<string, string> = {
    ECONNREFUSED: 'the connection was refused; nothing listens there',
    ECONNRESET: 'the connection was reset',
    ENOTFOUND: 'its name is not known',
    EHOSTUNREACH: 'there is no route to it',
    ETIMEDOUT: 'the connection was not answered',
    UND_ERR_CONNECT_TIMEOUT: 'the connection was not answered',
    UND_ERR_SOCKET: 'the connection was closed before the answer',
  };
  return words[code ?? ''] ?? [message, code && `(${code})`].filter(Boolean).join(' ');
}

/**
 * From a request to its caller: peer by signature or certificate, user by Basic or UsernameToken, or nobody.
 *
 * In this order, the first that is present decides; wrong credentials never fall back to a weaker proof.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Env, sleep } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { UserSettings } from '../../config/settings.js';
import { roleAtLeast } from '../../model/manager.js';
import type { Caller } from '../peer.js';
import { RefusalLog } from '../refusals.js';
import { ChallengeBook } from './challenges.js';
import { PasswordVerifier } from './password.js';
import type { PoolKeys } from './pool-keys.js';
import {
  isPtpAuthorization,
  ownHeaders,
  readDescription,
  type SignedAnswer,
  signAnswer,
  verifyRequest,
  writeChallenge,
} from './signature.js';
import { SlowDown } from './slow-down.js';

/** What is in force now; asked anew at every request, so that a changed configuration works at once. */
export interface SecurityPolicy {
  readonly users: readonly UserSettings[];
  /** `viewer` lets those on loopback look without a name. */
  readonly anonymous: 'none' | 'viewer';
  readonly keys: PoolKeys | undefined;
  /** Whether a name in a client certificate is that of a manager. */
  readonly isManager: (id: string) => boolean;
}

/** What of a request proves who is asking. */
export interface AuthenticRequest {
  readonly method: string;
  /** Path with query as received (`req.originalUrl`). */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly remoteAddress: string;
  /** Names (CN and SAN) in a client certificate that was verified against the CA; empty without one. */
  readonly certificateNames: readonly string[];
}

export interface UsernameToken {
  readonly user: string;
  readonly password: string;
}

export interface Authenticated {
  readonly caller: Caller;
  readonly requestId: string;
  readonly hops: number;
  /** Only when the request was signed: the value of `Ptp-Answer` for the answer. */
  readonly signAnswer?: (answer: SignedAnswer) => string;
}

export interface FailedSignIn {
  /** Absent: there is no such user. */
  readonly user?: string;
  /** Network address. */
  readonly from: string;
}

const UNAUTHORIZED =
  'the credentials are missing or not right; give a user and password of this manager, or sign with the pool key';

export class Authenticator {
  readonly #env: Env;
  readonly #self: string;
  readonly #policy: () => SecurityPolicy;
  readonly #challenges: ChallengeBook;
  readonly #passwords: PasswordVerifier;
  readonly #slowDown = new SlowDown();
  readonly #refusals: RefusalLog;
  readonly #onFailed: (attempt: FailedSignIn) => void;

  /**
   * @param self This manager's id; signed requests for any other are refused.
   * @param onFailed Is told of every wrong user or password.
   */
  constructor(
    env: Env,
    self: string,
    policy: () => SecurityPolicy,
    onFailed: (attempt: FailedSignIn) => void = () => {},
  ) {
    this.#onFailed = onFailed;
    this.#env = env;
    this.#refusals = new RefusalLog(env);
    this.#self = self;
    this.#policy = policy;
    this.#challenges = new ChallengeBook(env.random, env.clock.monotonic());
    this.#passwords = new PasswordVerifier(env.random);
  }

  /**
   * @param token From the SOAP header, when there was one.
   * @throws PtpError `Client.Unauthorized` (the answer is 401 with {@link challengeHeaders}) or `Server.Busy`.
   */
  async authenticate(request: AuthenticRequest, token?: UsernameToken): Promise<Authenticated> {
    const authorization = request.headers.authorization;
    if (authorization !== undefined && isPtpAuthorization(authorization)) return this.#peer(request, authorization);
    const credentials = authorization === undefined ? token : readBasic(authorization);
    if (credentials) return this.#fresh(await this.#user(credentials, request.remoteAddress));
    if (authorization !== undefined) throw new PtpError('Client.Unauthorized', UNAUTHORIZED);
    const from = request.remoteAddress;
    const manager = request.certificateNames.find((name) => this.#policy().isManager(name));
    if (manager !== undefined) return this.#fresh({ kind: 'peer', name: manager, role: 'admin', from });
    if (this.#policy().anonymous === 'viewer' && isFromThisHost(request)) {
      return this.#fresh({ kind: 'anonymous', name: 'anonymous', role: 'viewer', from });
    }
    throw new PtpError('Client.Unauthorized', UNAUTHORIZED);
  }

  /** Values of `WWW-Authenticate` for an answer 401. */
  challengeHeaders(): string[] {
    const basic = 'Basic realm="ptpmgr", charset="UTF-8"';
    return this.#policy().keys
      ? [basic, writeChallenge(this.#challenges.current(this.#env.clock.monotonic()))]
      : [basic];
  }

  #fresh(caller: Caller): Authenticated {
    return { caller, requestId: this.#env.random.bytes(12).toString('base64url'), hops: 0 };
  }

  #peer(request: AuthenticRequest, authorization: string): Authenticated {
    const { keys, isManager } = this.#policy();
    const described = readDescription(authorization);
    if (described && !authorization.includes(', mac=') && request.certificateNames.includes(described.from)) {
      if (!isManager(described.from) || described.to !== this.#self)
        throw new PtpError('Client.Unauthorized', UNAUTHORIZED);
      const { requestId, hops, caller } = described.delegation;
      return { caller: peerCaller(described.from, caller, request.remoteAddress, false), requestId, hops };
    }
    if (!keys) throw new PtpError('Client.Unauthorized', UNAUTHORIZED);
    const { clock } = this.#env;
    const signed = {
      method: request.method,
      target: request.target,
      contentType: request.headers['content-type'] ?? '',
      soapAction: String(request.headers.soapaction ?? ''),
      accept: request.headers.accept ?? '',
      own: ownHeaders(request.headers),
      body: request.body,
    };
    const verified = verifyRequest(keys, this.#self, this.#challenges, clock.monotonic(), signed, authorization);
    if (typeof verified === 'string') {
      if (verified !== 'stale')
        this.#refusals.tell('signed request refused', { why: verified, from: request.remoteAddress });
      throw new PtpError(
        'Client.Unauthorized',
        verified === 'elsewhere'
          ? `the request was signed for another manager, this one is ${this.#self}`
          : UNAUTHORIZED,
      );
    }
    if (verified.key.isOpen && !isFromThisHost(request)) throw new PtpError('Client.Unauthorized', UNAUTHORIZED);
    const { requestId, hops, caller } = verified.delegation;
    return {
      caller: peerCaller(verified.from, caller, request.remoteAddress, verified.key.isOpen),
      requestId,
      hops,
      signAnswer: (answer) =>
        signAnswer(verified, this.#self, answer, this.#challenges.current(clock.monotonic()), clock.now()),
    };
  }

  async #user({ user, password }: UsernameToken, address: string): Promise<Caller> {
    const { users } = this.#policy();
    const settings = users.find((one) => one.name === user);
    const asCaller = (role: Caller['role']): Caller => ({ kind: 'user', name: user, role, from: address });
    if (settings && this.#passwords.isKnown(user, password, settings.password)) return asCaller(settings.role);
    const { clock } = this.#env;
    if (!this.#slowDown.enter(address, clock.monotonic())) {
      throw new PtpError('Server.Busy', 'too many attempts from this address; try again in a few seconds');
    }
    try {
      if ((await this.#passwords.verify(user, password, settings?.password)) && settings)
        return asCaller(settings.role);
      const delayMs = this.#slowDown.failed(address, clock.monotonic());
      this.#refusals.tell('wrong user or password', { from: address, delayMs });
      this.#onFailed({ from: address, ...(settings && { user }) });
      await sleep(clock, delayMs);
      throw new PtpError('Client.Unauthorized', UNAUTHORIZED);
    } finally {
      this.#slowDown.leave(address);
    }
  }
}

/**
 * What a peer asks for somebody else keeps that one's kind and role; it never becomes the peer's own request.
 * @param isOpen Whether the key that proved it is the one that everybody knows.
 */
export function peerCaller(peer: string, onBehalfOf: Caller | undefined, address: string, isOpen: boolean): Caller {
  const most = isOpen ? 'viewer' : 'admin';
  if (!onBehalfOf) return { kind: 'peer', name: peer, role: most, from: address };
  const role = roleAtLeast(most, onBehalfOf.role) ? onBehalfOf.role : most;
  return { ...onBehalfOf, role, from: onBehalfOf.from ? `${onBehalfOf.from} by ${peer}` : peer, by: peer };
}

/** RFC 7617, user and password in UTF-8. */
function readBasic(authorization: string): UsernameToken | undefined {
  const match = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization);
  const text = match?.[1] ? Buffer.from(match[1], 'base64').toString('utf8') : '';
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * On loopback, not passed on by a proxy, and asked for by a name of loopback: a page of a foreign site that lets its own name
 * point here (DNS rebinding) is not from this host.
 */
export function isFromThisHost({
  remoteAddress,
  headers,
}: Pick<AuthenticRequest, 'remoteAddress' | 'headers'>): boolean {
  if (!isLoopback(remoteAddress)) return false;
  if (headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined || headers.via !== undefined)
    return false;
  const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || isLoopback(host.replace(/^\[(.*)\]$/, '$1'));
}

/** 127.0.0.0/8, ::1, and the former written as IPv6. */
export const isLoopback = (address: string): boolean =>
  /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address) || address === '::1';

/**
 * The pool key's signature over whole HTTP messages, in both directions (docs/security.md tells the protocol).
 *
 * A request carries `Authorization: Ptp name=value, ..., mac=...`; the MAC covers method, target, the headers that
 * change the meaning, the body's hash and the parameters exactly as written. An answer carries `Ptp-Answer` in the same
 * form; its MAC covers the request's MAC as well, so it answers that one request and no other.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../../base/env.js';
import { USER_ROLES } from '../../model/manager.js';
import type { Caller } from '../peer.js';
import type { ChallengeBook } from './challenges.js';
import type { PoolKey, PoolKeys } from './pool-keys.js';

/** What of a request is signed. Header values as sent, empty when absent. */
export interface SignedRequest {
  readonly method: string;
  /** Path with query, as in the request line. */
  readonly target: string;
  readonly contentType: string;
  readonly soapAction: string;
  readonly accept: string;
  /** As {@link ownHeaders} writes them. */
  readonly own: string;
  readonly body: Uint8Array;
}

/** Headers of our own, `x-ptpmgr-...`: they change what is answered, so they are signed, too. */
export const ownHeaders = (headers: Readonly<Record<string, string | string[] | undefined>>): string =>
  Object.entries(headers)
    .filter(([name, value]) => name.startsWith('x-ptpmgr-') && value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .sort()
    .join('&');

export interface SignedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly location: string;
  readonly body: Uint8Array;
}

/** What a peer says about the request that it makes or passes on. */
export interface Delegation {
  readonly requestId: string;
  readonly hops: number;
  /** For whom, when not for itself. */
  readonly caller?: Caller;
}

/** Name of the answer's header, as Node gives it. */
export const ANSWER_HEADER = 'ptp-answer';
const SCHEME = 'Ptp ';
const LONGEST_HEADER = 8192;

type Parameters = ReadonlyMap<string, string>;

const written = (parameters: readonly (readonly [string, string])[]): string =>
  parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join(', ');

/** Strict: every name once, values percent-encoded, `mac` last. `text` is what the MAC covers. */
function parseParameters(header: string): { text: string; parameters: Parameters; mac: Buffer } | undefined {
  const match = header.length <= LONGEST_HEADER ? /^(.+), mac=([\w-]{43})$/.exec(header) : null;
  const text = match?.[1] ?? header;
  const parameters = new Map<string, string>();
  for (const part of text.split(', ')) {
    const pair = /^([a-z]{1,16})=([\w.!~*'()%-]*)$/.exec(part);
    if (!pair?.[1] || parameters.has(pair[1])) return undefined;
    try {
      parameters.set(pair[1], decodeURIComponent(pair[2] ?? ''));
    } catch {
      return undefined;
    }
  }
  return { text, parameters, mac: Buffer.from(match?.[2] ?? '', 'base64url') };
}

const bodyHash = (body: Uint8Array): string => createHash('sha256').update(body).digest('base64url');

const requestText = (request: SignedRequest, parameters: string): string =>
  [
    'ptpmgr request 1',
    request.method,
    request.target,
    request.contentType,
    request.soapAction,
    request.accept,
    request.own,
    bodyHash(request.body),
    parameters,
  ].join('\n');

const answerText = (requestMac: Buffer, answer: SignedAnswer, parameters: string): string =>
  [
    'ptpmgr answer 1',
    requestMac.toString('base64url'),
    String(answer.status),
    answer.contentType,
    answer.location,
    bodyHash(answer.body),
    parameters,
  ].join('\n');

const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/** The sender's side: one for each started manager, shared by all its connections. */
export class RequestSigner {
  readonly #self: string;
  readonly #session: string;
  readonly #clock: Clock;
  #counter = 0;

  /** @param self This manager's id. */
  constructor(self: string, env: { readonly clock: Clock; readonly random: Random }) {
    this.#self = self;
    this.#session = env.random.bytes(12).toString('base64url');
    this.#clock = env.clock;
  }

  /**
   * @param to Id of the manager that is meant; no other accepts it.
   * @param challenge The receiver's newest; empty when none is known yet.
   */
  sign(
    key: PoolKey,
    request: SignedRequest,
    to: string,
    challenge: string,
    delegation: Delegation,
  ): { header: string; mac: Buffer } {
    this.#counter += 1;
    const parameters = written([
      ['from', this.#self],
      ['to', to],
      ['challenge', challenge],
      ['session', this.#session],
      ['counter', String(this.#counter)],
      ['time', String(this.#clock.now())],
      ...delegationParameters(delegation),
    ]);
    const mac = key.mac('http request', requestText(request, parameters));
    return { header: `${SCHEME}${parameters}, mac=${mac.toString('base64url')}`, mac };
  }

  /** The same without a signature, for connections whose certificate is the proof. */
  describe(to: string, delegation: Delegation): string {
    return SCHEME + written([['from', this.#self], ['to', to], ...delegationParameters(delegation)]);
  }
}

function delegationParameters({ requestId, hops, caller }: Delegation): [string, string][] {
  const parameters: [string, string][] = [
    ['request', requestId],
    ['hops', String(hops)],
  ];
  if (!caller || caller.kind === 'self') return parameters;
  return [...parameters, ['for', caller.name], ['kind', caller.kind], ['role', caller.role], ['at', caller.from]];
}

function readDelegation(parameters: Parameters): Delegation | undefined {
  const requestId = parameters.get('request') ?? '';
  const hops = parameters.get('hops') ?? '';
  if (!/^[\w.:-]{1,64}$/.test(requestId) || !/^\d{1,2}$/.test(hops)) return undefined;
  const name = parameters.get('for');
  if (name === undefined) return { requestId, hops: Number(hops) };
  const kind = (['peer', 'user', 'anonymous'] as const).find((one) => one === parameters.get('kind'));
  const role = USER_ROLES.find((one) => one === parameters.get('role'));
  if (!kind || !role) return undefined;
  return { requestId, hops: Number(hops), caller: { kind, name, role, from: parameters.get('at') ?? '' } };
}

export interface VerifiedRequest {
  readonly from: string;
  readonly delegation: Delegation;
  /** The sender's wall clock, informative: milliseconds since 1970. */
  readonly time: number;
  readonly key: PoolKey;
  readonly mac: Buffer;
}

/**
 * `stale`: rightly signed or not, its challenge is not (or no longer) one of ours; with the one handed out it may be sent again.
 * `elsewhere`: rightly signed, for another manager. `replayed`: rightly signed and seen before. `wrong`: anything else.
 */
export type Refusal = 'stale' | 'elsewhere' | 'replayed' | 'wrong';

export const isPtpAuthorization = (authorization: string): boolean => authorization.startsWith(SCHEME);

/** The receiver's side of a request. */
export function verifyRequest(
  keys: PoolKeys,
  self: string,
  challenges: ChallengeBook,
  monotonicMs: number,
  request: SignedRequest,
  authorization: string,
): VerifiedRequest | Refusal {
  const parsed = parseParameters(authorization.slice(SCHEME.length));
  if (!parsed) return 'wrong';
  const { text, parameters, mac } = parsed;
  const challenge = parameters.get('challenge') ?? '';
  if (!challenges.isAccepted(challenge, monotonicMs)) return 'stale';
  const message = requestText(request, text);
  const key = keys.find((one) => equal(one.mac('http request', message), mac));
  if (!key) return 'wrong';
  const from = parameters.get('from') ?? '';
  const delegation = readDelegation(parameters);
  // A message in our own name comes back by reflection only.
  if (!from || from === self || !delegation) return 'wrong';
  if (parameters.get('to') !== self) return 'elsewhere';
  const sender = JSON.stringify([from, parameters.get('session') ?? '']);
  if (!challenges.accept(challenge, sender, Number(parameters.get('counter')), monotonicMs)) return 'replayed';
  return { from, delegation, time: Number(parameters.get('time')), key, mac };
}

/** What {@link RequestSigner.describe} wrote; its truth rests on the certificate alone. */
export function readDescription(
  authorization: string,
): { from: string; to: string; delegation: Delegation } | undefined {
  const parameters = parseParameters(authorization.slice(SCHEME.length))?.parameters;
  const delegation = parameters && readDelegation(parameters);
  if (!parameters || !delegation) return undefined;
  return { from: parameters.get('from') ?? '', to: parameters.get('to') ?? '', delegation };
}

/** The value of `Ptp-Answer`. @param challenge The newest, so that the next request needs no second try. */
export function signAnswer(
  request: VerifiedRequest,
  self: string,
  answer: SignedAnswer,
  challenge: string,
  time: number,
): string {
  const parameters = written([
    ['from', self],
    ['challenge', challenge],
    ['time', String(time)],
  ]);
  return `${parameters}, mac=${request.key.mac('http answer', answerText(request.mac, answer, parameters)).toString('base64url')}`;
}

/** @returns undefined when the answer is not that of `to` to this very request. */
export function verifyAnswer(
  key: PoolKey,
  to: string,
  requestMac: Buffer,
  answer: SignedAnswer,
  header: string,
): { challenge: string; time: number } | undefined {
  const parsed = parseParameters(header);
  if (!parsed || !equal(key.mac('http answer', answerText(requestMac, answer, parsed.text)), parsed.mac))
    return undefined;
  if (parsed.parameters.get('from') !== to) return undefined;
  return { challenge: parsed.parameters.get('challenge') ?? '', time: Number(parsed.parameters.get('time')) };
}

/** The value of `WWW-Authenticate` that hands a challenge out, and its reading. */
export const writeChallenge = (challenge: string): string => `${SCHEME}challenge=${challenge}`;
export const readChallenge = (header: string): string | undefined =>
  /(?:^|, )Ptp challenge=([\w-]{1,64})/.exec(header)?.[1];

/**
 * Brings the pool's messages to the other members. Never blocks, never fails: a message that does not arrive is lost,
 * which the pool's decisions expect; it is counted and told.
 *
 * Each member has three rows: what has to come soon (the lease, heartbeats, votes, confirmations) does not wait behind what
 * is long (orders, offers, bundles, inventories).
 */
import { setMaxListeners } from 'node:events';
import type { Env } from '../../../base/env.js';
import { asPtpError, PtpError } from '../../../base/errors.js';
import type { Caller, CallOptions, Peer } from '../../../peer/peer.js';
import { MOST_MEMBERS } from '../../../pool/detection/state.js';
import type { MemberId } from '../../../pool/member.js';
import type { PoolEnvelope } from '../../../pool/node/messages.js';
import type { Input, OperationName } from '../../../xml/messages/operations.js';
import type { PoolMessageKind, WireMessage } from '../wire/operations.js';
import { cut, isHeavy } from '../wire/parts.js';
import { toOperation } from '../wire/to-operation.js';
import { Lane, type LaneCounts, type LaneLimits } from './lane.js';

export interface PoolLinkOptions {
  readonly env: Env;
  /** The way to a member; undefined for one that is not known. */
  readonly peer: (id: MemberId) => Peer | undefined;
  /** Of the pool, milliseconds; a message may take two of them. */
  readonly heartbeatMs: () => number;
  /** A message has not arrived, or nobody knows whether it has. */
  readonly onFailure?: (member: MemberId, error: PtpError) => void;
}

export interface PoolLinkCounts extends LaneCounts {
  /** Arrived and were taken. */
  sent: number;
  failed: number;
}

/** For what repeats itself the newest says it all. */
const ONLY_NEWEST: ReadonlySet<PoolMessageKind> = new Set<PoolMessageKind>(['renew', 'beat', 'beaten']);
/** What may be long, or wait. */
const LONG: ReadonlySet<PoolMessageKind> = new Set<PoolMessageKind>([
  'install',
  'fetched',
  'roster',
  'found',
  'seeking',
  'join',
  'offer',
  'orders',
  'give',
]);

/** In whose name messages are sent: the pool's are always a manager's own. */
const OWN: Caller = { kind: 'self', name: 'pool', role: 'admin', from: '' };

const PROMPT = { waiting: 64, underWay: 4, waitHeartbeats: 2 };
/** Bundles for stand-ins: of each element the newest is enough, and orders do not wait behind them. */
const WARM = { waiting: 1_024, underWay: 2, waitHeartbeats: 20 };
const BULK = { waiting: 1_024, underWay: 4, waitHeartbeats: 20 };

interface Receiver {
  readonly prompt: Lane<PoolEnvelope>;
  readonly bulk: Lane<PoolEnvelope>;
  readonly warm: Lane<PoolEnvelope>;
  /** Since when nothing arrives there; undefined while all does. */
  failingSinceMs: number | undefined;
}

const isIdle = ({ prompt, bulk, warm }: Receiver): boolean => prompt.isIdle && bulk.isIdle && warm.isIdle;

export class PoolLink {
  readonly #options: PoolLinkOptions;
  readonly #receivers = new Map<MemberId, Receiver>();
  readonly #counts: PoolLinkCounts = { sent: 0, failed: 0, replaced: 0, pushedOut: 0, outdated: 0 };
  readonly #ending = new AbortController();
  /** Begins the ids of all requests: to draw each would cost as much as to write it. */
  readonly #requests: string;
  #number = 0;

  constructor(options: PoolLinkOptions) {
    this.#options = options;
    this.#requests = options.env.random.bytes(9).toString('base64url');
    // Every call on its way listens, and there may be thousands.
    setMaxListeners(0, this.#ending.signal);
  }

  get counts(): Readonly<PoolLinkCounts> {
    return this.#counts;
  }

  /** Sends it as soon as its turn comes. */
  send(envelope: PoolEnvelope): void {
    if (this.#ending.signal.aborted) return;
    const { message } = envelope;
    const { is } = message;
    const { prompt, bulk, warm } = this.#receiver(envelope.to);
    if (is === 'warm') warm.put(envelope, message.bundle.element);
    else (LONG.has(is) ? bulk : prompt).put(envelope, ONLY_NEWEST.has(is) ? is : undefined);
  }

  /** Drops what waits for a member that is one no more. */
  forget(member: MemberId): void {
    const receiver = this.#receivers.get(member);
    receiver?.prompt.clear();
    receiver?.bulk.clear();
    receiver?.warm.clear();
    this.#receivers.delete(member);
  }

  /** Whether nothing waits or is on its way: a manager that ends waits for this, for as long as it likes. */
  get isIdle(): boolean {
    return [...this.#receivers.values()].every(isIdle);
  }

  /** What waits is dropped, what is on its way is given up. */
  close(): void {
    for (const member of [...this.#receivers.keys()]) this.forget(member);
    this.#ending.abort(new PtpError('Server.Unavailable', 'this manager is about to end'));
  }

  #receiver(member: MemberId): Receiver {
    const known = this.#receivers.get(member);
    if (known) return known;
    if (this.#receivers.size >= MOST_MEMBERS) this.#forgetIdle();
    const nowMs = () => this.#options.env.clock.monotonic();
    const lane = ({ waiting, underWay, waitHeartbeats }: typeof PROMPT) => {
      const limits = (): LaneLimits => ({ waiting, underWay, waitMs: waitHeartbeats * this.#options.heartbeatMs() });
      return new Lane<PoolEnvelope>(limits, nowMs, (envelope) => this.#bring(envelope), this.#counts);
    };
    const receiver: Receiver = {
      prompt: lane(PROMPT),
      bulk: lane(BULK),
      warm: lane(WARM),
      failingSinceMs: undefined,
    };
    this.#receivers.set(member, receiver);
    return receiver;
  }

  #forgetIdle(): void {
    for (const [member, receiver] of this.#receivers) if (isIdle(receiver)) this.#receivers.delete(member);
  }

  async #bring(envelope: PoolEnvelope): Promise<void> {
    const { to } = envelope;
    try {
      const peer = this.#options.peer(to);
      if (!peer) throw new PtpError('Client.NotFound', `no way to the member ${to} is known`);
      const message = toOperation(envelope);
      const options = {
        timeoutMs: 2 * this.#options.heartbeatMs(),
        signal: this.#ending.signal,
        onBehalfOf: { caller: OWN, requestId: `${this.#requests}-${this.#nextNumber()}`, hops: 0 },
      };
      if (LONG.has(envelope.message.is) && isHeavy(message)) {
        // One part after the other: the next is of use only with those before.
        for (const part of cut(message, this.#nextNumber())) await send(peer, part, true, options);
      } else await send(peer, message, false, options);
      this.#counts.sent += 1;
      this.#passed(to);
    } catch (thrown) {
      this.#failed(to, asPtpError(thrown));
    }
  }

  #nextNumber(): number {
    this.#number = (this.#number % Number.MAX_SAFE_INTEGER) + 1;
    return this.#number;
  }

  #passed(member: MemberId): void {
    const receiver = this.#receivers.get(member);
    if (receiver?.failingSinceMs === undefined) return;
    const { clock, log } = this.#options.env;
    log.info('messages of the pool arrive again', { member, afterMs: clock.monotonic() - receiver.failingSinceMs });
    receiver.failingSinceMs = undefined;
  }

  #failed(member: MemberId, error: PtpError): void {
    if (this.#ending.signal.aborted) return;
    this.#counts.failed += 1;
    const { env, onFailure } = this.#options;
    const receiver = this.#receivers.get(member);
    if (receiver && receiver.failingSinceMs === undefined) {
      receiver.failingSinceMs = env.clock.monotonic();
      env.log.warn('messages of the pool do not arrive', { member, code: error.code, reason: error.message });
    }
    onFailure?.(member, error);
  }
}

/** What is whole needs no answer; a part is followed by the next only when it has arrived. */
async function send(peer: Peer, message: WireMessage, isPart: boolean, options: CallOptions): Promise<void> {
  const one = <O extends OperationName>(operation: O, input: Input<O>): Promise<unknown> =>
    peer.tell && !isPart ? peer.tell(operation, input, options) : peer.call(operation, input, options);
  switch (message.operation) {
    case 'announce':
      await one(message.operation, message.input);
      return;
    case 'election':
      await one(message.operation, message.input);
      return;
    case 'vote':
      await one(message.operation, message.input);
      return;
    case 'coordinator':
      await one(message.operation, message.input);
      return;
    case 'heartbeat':
      await one(message.operation, message.input);
      return;
    case 'assign':
      await one(message.operation, message.input);
      return;
  }
}

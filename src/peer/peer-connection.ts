/**
 * What all ways to another manager have in common: the message is written and checked, sent, and its answer is checked
 * and read. How it gets there and back is the subclasses' business.
 */
import type { Env } from '../base/env.js';
import { asPtpError, PtpError } from '../base/errors.js';
import { withTimeLimit } from '../base/time-limit.js';
import type { Input, OperationName, Output } from '../xml/messages/operations.js';
import type { CallOptions, Peer } from './peer.js';
import type { Delegation } from './security/signature.js';
import { readAnswer, writeRequest } from './soap.js';

const DEFAULT_CALL_TIMEOUT_MS = 5_000;

/** One message on its way out. */
export interface Exchange {
  readonly operation: OperationName;
  /** The whole envelope, SOAP 1.2. */
  readonly xml: string;
  readonly delegation: Delegation;
  /** Aborts when the caller gives up or the time is over, with the error to fail with. */
  readonly signal: AbortSignal;
}

export abstract class PeerConnection implements Peer {
  protected readonly env: Env;
  /** How errors name the other side: id and address. */
  protected readonly peerName: string;

  constructor(env: Env, peerName: string) {
    this.env = env;
    this.peerName = peerName;
  }

  async call<O extends OperationName>(operation: O, input: Input<O>, options: CallOptions = {}): Promise<Output<O>> {
    const xml = writeRequest(operation, input);
    const delegation = this.delegationOf(options);
    const answer = await this.within(options, (signal) => this.exchange({ operation, xml, delegation, signal }));
    return readAnswer(operation, answer, this.peerName);
  }

  async tell<O extends OperationName>(operation: O, input: Input<O>, options: CallOptions = {}): Promise<void> {
    await this.call(operation, input, options);
  }

  abstract close(): Promise<void>;

  /** @returns The bytes of the answering envelope; a fault is one. */
  protected abstract exchange(exchange: Exchange): Promise<Uint8Array>;

  /** For whom a call is made. */
  protected delegationOf({ onBehalfOf }: CallOptions): Delegation {
    const { caller, requestId = this.env.random.bytes(12).toString('base64url'), hops = 0 } = onBehalfOf ?? {};
    return { requestId, hops, ...(caller && caller.kind !== 'self' && { caller }) };
  }

  /** Runs `work` with a signal that aborts at the caller's own or after the timeout, and waits no longer than that. */
  protected async within<T>(
    options: Pick<CallOptions, 'signal' | 'timeoutMs'>,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { timeoutMs = DEFAULT_CALL_TIMEOUT_MS, signal } = options;
    const late = () => new PtpError('Server.Timeout', `${this.peerName} did not answer within ${timeoutMs / 1000} s`);
    try {
      return await withTimeLimit(this.env.clock, timeoutMs, signal, late, work);
    } catch (thrown) {
      throw thrown === signal?.reason ? thrown : asPtpError(thrown);
    }
  }
}

/** Requests of the pool as they come in, and the envelopes that are in them. */
import type { Clock } from '../../../base/env.js';
import { PtpError } from '../../../base/errors.js';
import type { MemberId } from '../../../pool/member.js';
import type { PoolEnvelope } from '../../../pool/node/messages.js';
import { fromOperation } from './from-operation.js';
import type { WireMessage } from './operations.js';
import { Assembler } from './parts.js';
import { wrong } from './values.js';

export interface PoolReceiverOptions {
  readonly clock: Clock;
  /** This manager. */
  readonly self: MemberId;
}

/** One for each started manager: it holds what has come in parts. */
export class PoolReceiver {
  readonly #options: PoolReceiverOptions;
  readonly #assembler = new Assembler();

  constructor(options: PoolReceiverOptions) {
    this.#options = options;
  }

  /**
   * @param caller Who has proved to be the sender.
   * @returns The envelope, or undefined while it is not whole.
   * @throws PtpError `Client.Forbidden` for a message in another's name, `Client.NotFound` for one that is meant for
   *   another manager, `Client.Validation` for what is no message of the pool.
   */
  take(request: WireMessage, caller: string): PoolEnvelope | undefined {
    const { self, clock } = this.#options;
    const { sender, to } = request.input;
    if (sender.id !== caller) {
      throw new PtpError('Client.Forbidden', `${caller} speaks for ${sender.id}; a manager speaks for itself only`, {
        place: { path: `/${request.operation}/sender/id` },
      });
    }
    if (to !== self) {
      throw new PtpError('Client.NotFound', `this is ${self}; the message is meant for ${to}`, {
        place: { path: `/${request.operation}/to` },
      });
    }
    if (request.operation !== 'heartbeat' || !request.input.part) return fromOperation(request);
    const { part, ...rest } = request.input;
    if (Object.entries(rest).some(([name, value]) => value !== undefined && !ENVELOPE.has(name)))
      throw wrong('/heartbeat/part', 'stands beside a message; a request has one of both');
    const whole = this.#assembler.take({ sender, part }, clock.monotonic());
    return whole && this.take(whole, caller);
  }
}

const ENVELOPE: ReadonlySet<string> = new Set(['sender', 'to', 'toIncarnation', 'pool']);

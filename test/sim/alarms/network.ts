/** Calls between managers in the world of alarms: late, lost on the way there or back, refused. */
import type { Clock } from '../../../src/base/env.js';
import { PtpError } from '../../../src/base/errors.js';
import type { Handlers, Peer } from '../../../src/peer/peer.js';
import type { Stream } from '../../../src/sim/random.js';
import type { Input, OperationName, Output } from '../../../src/xml/messages/operations.js';

/** Who answers. */
export interface Calls {
  handlersOf(manager: string): Handlers | undefined;
}

const CONTEXT = {
  caller: { kind: 'peer', name: '', role: 'admin', from: '' } as const,
  requestId: 'sim',
  hops: 0,
  signal: new AbortController().signal,
};

export class Network {
  /** Share of messages that are lost. */
  loss = 0;
  /** Share of messages that are late: by a tenth of a second to three. */
  late = 0.02;
  readonly #clock: Clock;
  readonly #chance: Stream;
  readonly #calls: Calls;
  readonly #cut = new Set<string>();

  constructor(clock: Clock, chance: Stream, calls: Calls) {
    this.#clock = clock;
    this.#chance = chance;
    this.#calls = calls;
  }

  cut(a: string, b: string): void {
    this.#cut.add(`${a} ${b}`).add(`${b} ${a}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  peer(from: string, to: string): Peer {
    return {
      call: (operation, input, options) => this.#call(from, to, operation, input, options?.timeoutMs ?? 5_000),
      close: async () => {},
    };
  }

  #call<O extends OperationName>(
    from: string,
    to: string,
    operation: O,
    input: Input<O>,
    timeoutMs: number,
  ): Promise<Output<O>> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(timeoutMs, () => reject(new PtpError('Server.Timeout', `${to} is silent`)));
      const passes = (): boolean => !this.#cut.has(`${from} ${to}`) && !this.#chance.chance(this.loss);
      const delayMs = (): number =>
        this.#chance.chance(this.late) ? this.#chance.spread(100, 3_000) : this.#chance.spread(1, 40);
      if (!passes()) return;
      this.#clock.after(delayMs(), async () => {
        const handler = this.#calls.handlersOf(to)?.[operation];
        if (!handler) {
          timer.cancel();
          reject(new PtpError('Server.Unavailable', `${to} refuses`));
          return;
        }
        // As bytes would: nothing is shared between managers.
        const outcome = await handler(structuredClone(input), CONTEXT).then(
          (answer) => () => resolve(answer),
          (thrown: unknown) => () => reject(thrown),
        );
        if (!passes() || !this.#calls.handlersOf(to)) return;
        this.#clock.after(delayMs(), () => {
          timer.cancel();
          outcome();
        });
      });
    });
  }
}

/**
 * Asks a pool: whichever of its managers is there.
 *
 * Any manager answers for all, so one is picked at random for each call. From the first that answers the others are learnt.
 * When one is gone, the next is asked: at once where asking twice does no harm (all that only reads, and acknowledging and
 * clearing alarms), and else only where it is certain that the first has not begun. What is not certain is told to the
 * caller, who knows what was meant.
 *
 * ```
 *   order ──▶ ask ──▶ answer
 *     ▲        ├─ fault of the request itself ─────────────▶ thrown
 *     │        ├─ gone, and not taken or harmless ─▶ next ─┐
 *     │        └─ gone, and nobody knows ──────────────────┼▶ thrown
 *     └──────────────── all asked: wait a little ◀─────────┘   until the time is over
 * ```
 */
import { MessageChannel } from 'node:worker_threads';
import { type Env, sleep } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import { managerUrl } from '../../model/manager.js';
import type { Input, OperationName, Output } from '../../xml/messages/operations.js';
import { HttpConnection } from '../http-connection.js';
import { type KnownManager, KnownManagers } from './known-managers.js';
import { isNotTaken, isRepeatable, isWorthAnother } from './repeating.js';

export interface PoolClientOptions {
  /** Of one manager at least, such as `http://127.0.0.1:18080/ptpmgr/eim`; more of them make it sure to find one. */
  readonly managers: readonly string[];
  /** As whom; nobody where absent. The managers of a pool have the same users, or this one at least. */
  readonly user?: string;
  readonly password?: string;
  /** Authority to trust instead of the system's, and a certificate of one's own. PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** For a call with all its attempts. Default 30 s. */
  readonly timeoutMs?: number;
  /** For one attempt. Default 10 s; too short, and slow answers are asked for twice. */
  readonly attemptMs?: number;
  /** Whether managers are asked for others. Default true. */
  readonly learns?: boolean;
}

export interface PoolCallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 30_000;
const ATTEMPT_MS = 10_000;
/** When all have been asked. */
const WAIT_MS = 300;
const LEARN_EVERY_MS = 60_000;
const LEARN_WITHIN_MS = 3_000;

/** Operations whose answers come in pages. */
type Paged = {
  [O in OperationName]: 'next' extends keyof Output<O> ? ('after' extends keyof Input<O> ? O : never) : never;
}[OperationName];

const nextOf = (answer: object): string | undefined =>
  'next' in answer && typeof answer.next === 'string' ? answer.next : undefined;

export class PoolClient {
  readonly #env: Env;
  readonly #options: PoolClientOptions;
  readonly #known: KnownManagers;
  readonly #connections = new Map<string, HttpConnection>();
  readonly #attemptMs: number;
  #learntMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  /** @throws PtpError `Client.Validation` for a URL that is none. */
  constructor(env: Env, options: PoolClientOptions) {
    this.#env = env;
    this.#options = options;
    this.#known = new KnownManagers(options.managers, env.random);
    this.#attemptMs = options.attemptMs ?? ATTEMPT_MS;
  }

  /** Those that are known by now, and why the ones that did not answer did not. */
  get managers(): readonly KnownManager[] {
    return this.#known.all();
  }

  /**
   * Has any manager carry an operation out.
   *
   * @throws PtpError what the pool answered; `Server.Unavailable` or `Server.Timeout` when nobody answered in time, or
   *   when it is not known whether a request that changes something was carried out.
   */
  async call<O extends OperationName>(
    operation: O,
    input: Input<O>,
    { timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS, signal }: PoolCallOptions = {},
  ): Promise<Output<O>> {
    if (this.#isClosed) throw new PtpError('Server.Unavailable', 'this client has been closed');
    const untilMs = this.#env.clock.monotonic() + timeoutMs;
    // Waiting keeps no process alive by itself; a program that waits for an answer is not done.
    const { port1: awake, port2 } = new MessageChannel();
    awake.ref();
    try {
      return await this.#ask(operation, input, untilMs, signal);
    } finally {
      awake.close();
      port2.close();
    }
  }

  /** Page after page, each answer as it comes; stops behind the last one. Of a list that is not sorted anew meanwhile. */
  async *pages<O extends Paged>(operation: O, input: Input<O>, options?: PoolCallOptions): AsyncGenerator<Output<O>> {
    let answer = await this.call(operation, input, options);
    yield answer;
    for (let next = nextOf(answer); next !== undefined; next = nextOf(answer)) {
      answer = await this.call(operation, { ...input, page: 1, after: next }, options);
      yield answer;
    }
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
  }

  async #ask<O extends OperationName>(
    operation: O,
    input: Input<O>,
    untilMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Output<O>> {
    const { clock } = this.#env;
    const isHarmless = isRepeatable(operation, input);
    let last: PtpError | undefined;
    for (;;) {
      for (const manager of this.#known.inOrder(clock.monotonic())) {
        const leftMs = untilMs - clock.monotonic();
        if (leftMs <= 0 || this.#isClosed) break;
        try {
          const answer = await this.#once(manager, operation, input, { leftMs, signal });
          this.#known.answered(manager);
          this.#learnFrom(manager);
          return answer;
        } catch (thrown) {
          const said = this.#judged(manager, asPtpError(thrown), isHarmless, signal);
          // One for which hardly any time was left says less than those before it.
          if (!last || said.fault !== 'Server.Timeout' || leftMs >= this.#attemptMs) last = said;
        }
      }
      const leftMs = untilMs - clock.monotonic();
      if (leftMs <= 0 || this.#isClosed) throw last ?? this.#nobody(operation);
      // Where every answer was that somebody is not who they say, waiting changes nothing.
      if (last && !isWorthAnother(last)) throw last;
      await sleep(clock, Math.min(WAIT_MS, leftMs), signal);
    }
  }

  /** @returns Why this manager did not do; throws what no other would do better. */
  #judged(manager: KnownManager, error: PtpError, isHarmless: boolean, signal: AbortSignal | undefined): PtpError {
    if (signal?.aborted) throw signal.reason;
    const refusesUs = error.fault === 'Client.Unauthorized' && !manager.given;
    if (!refusesUs && !isWorthAnother(error)) throw error;
    this.#known.silent(manager, error, this.#env.clock.monotonic());
    if (!isHarmless && !isNotTaken(error)) throw error;
    return error;
  }

  #once<O extends OperationName>(
    manager: KnownManager,
    operation: O,
    input: Input<O>,
    { leftMs, signal }: { readonly leftMs: number; readonly signal?: AbortSignal },
  ): Promise<Output<O>> {
    const timeoutMs = Math.min(leftMs, this.#attemptMs);
    return this.#connection(manager).call(operation, input, { timeoutMs, ...(signal && { signal }) });
  }

  #connection(manager: KnownManager): HttpConnection {
    const url = managerUrl(manager);
    const known = this.#connections.get(url);
    if (known) return known;
    const { user, password = '', tls } = this.#options;
    const connection = new HttpConnection({
      env: this.#env,
      to: { id: 'the manager', ...manager },
      ...(user !== undefined && { user: { name: user, password } }),
      ...(tls && { tls }),
    });
    this.#connections.set(url, connection);
    return connection;
  }

  /** Beside the answer, which waits for nothing. */
  #learnFrom(manager: KnownManager): void {
    const { clock } = this.#env;
    if (this.#options.learns === false || clock.monotonic() - this.#learntMs < LEARN_EVERY_MS) return;
    this.#learntMs = clock.monotonic();
    this.#connection(manager)
      .call('getNeighbors', {}, { timeoutMs: LEARN_WITHIN_MS })
      .then(
        ({ neighbors }) => this.#known.learn(manager, neighbors),
        // The next call may learn from another.
        () => {
          this.#learntMs = Number.NEGATIVE_INFINITY;
        },
      );
  }

  #nobody(operation: OperationName): PtpError {
    const known = this.#known.all().map((one) => managerUrl(one));
    return new PtpError(
      'Server.Timeout',
      `nobody carried ${operation} out in time; asked were ${known.slice(0, 10).join(', ')}${known.length > 10 ? ' and others' : ''}`,
    );
  }
}

/** Asks other managers whether they reach what does not answer here, and tells the collector what they found. */
import type { Elsewhere } from '../../assess/status.js';
import type { Env, Timer } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import type { AccessKey, ElementName, ManagedElement } from '../../model/element.js';
import type { Peer } from '../../peer/peer.js';
import type { FailedAccess, Others } from '../collector/others.js';
import type { ManagerCore } from '../core.js';
import { exportDefinition } from '../pool/bundle/definition.js';
import type { PoolService } from '../pool/pool-service.js';
import {
  type Effect,
  elsewhereOf,
  type Input,
  newReachState,
  type Outcome,
  type ReachState,
  type Subject,
  step,
  wakeAtMs,
} from './confirmation.js';
import { isBound, LONGEST_TRY_MS } from './tries-for-others.js';

/** What it needs of a manager; nothing of it is looked at before an element fails. */
export const confirmationFor = (
  core: Pick<ManagerCore, 'env' | 'settings' | 'pool' | 'directory' | 'collector'>,
): ReachConfirmation =>
  new ReachConfirmation({
    env: core.env,
    id: core.settings.id,
    pool: () => core.pool,
    peer: (manager) => peerOf(core, manager),
    definitionOf: (element) => core.collector.definitionOf(element),
    found: (element, access, elsewhere) => core.collector.found(element, access, elsewhere),
  });

/** The way to another manager; undefined when there is none, or it does not answer. */
export function peerOf({ directory }: Pick<ManagerCore, 'directory'>, manager: string): Peer | undefined {
  const reach = directory.get(manager)?.reach;
  return reach === 'alive' || reach === 'unknown' ? directory.peer(manager) : undefined;
}

/** For the way there and back, besides the try itself. */
const WAY_MS = 2_000;
/** To list the members costs a look at all elements. */
const MEMBERS_MS = 1_000;

export interface ReachConfirmationParts {
  readonly env: Env;
  readonly id: string;
  readonly pool: () => Pick<PoolService, 'view' | 'assignmentOf'>;
  /** The way to another manager; undefined when there is none, or it does not answer. */
  readonly peer: (manager: string) => Peer | undefined;
  /** As it is polled here; undefined when it is not. */
  readonly definitionOf: (element: ElementName) => ManagedElement | undefined;
  readonly found: (element: ElementName, access: number, elsewhere: Elsewhere) => void;
}

export class ReachConfirmation implements Others {
  readonly #parts: ReachConfirmationParts;
  readonly #state: ReachState;
  readonly #ending = new AbortController();
  #members: readonly string[] = [];
  #listedMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(parts: ReachConfirmationParts) {
    this.#parts = parts;
    this.#state = newReachState(parts.id, parts.env.clock.monotonic());
  }

  failed({ key, element, access, isFirst }: FailedAccess): Elsewhere {
    const spec = element.access[access];
    if (!spec || isBound(spec)) return { is: 'unreached' };
    // Alone there is nobody to ask, now or later.
    if (this.#parts.pool().view.standing !== 'member') return { is: 'unreached' };
    const { method, intervalMs } = spec;
    this.#take({ is: 'failed', subject: { key, element: element.name, access, method, intervalMs }, isFirst });
    return elsewhereOf(this.#state, key);
  }

  answered(key: AccessKey): void {
    this.#take({ is: 'answered', key });
  }

  close(): void {
    this.#timer?.cancel();
    this.#ending.abort();
  }

  #take(input: Input): void {
    if (this.#ending.signal.aborted) return;
    const { clock } = this.#parts.env;
    const effects = step(this.#state, input, (subject) => this.#candidates(subject), clock.monotonic());
    for (const effect of effects) this.#perform(effect);
    this.#timer?.cancel();
    const nowMs = clock.monotonic();
    const wakeMs = wakeAtMs(this.#state, nowMs);
    if (wakeMs !== undefined) this.#timer = clock.after(Math.max(1, wakeMs - nowMs), () => this.#take({ is: 'tick' }));
  }

  #perform(effect: Effect): void {
    if (effect.is === 'ask') void this.#ask(effect);
    else this.#parts.found(effect.subject.element, effect.subject.access, effect.elsewhere);
  }

  async #ask({ subject, manager, number }: Extract<Effect, { is: 'ask' }>): Promise<void> {
    const outcome = await this.#outcome(subject, manager);
    this.#take({ is: 'said', key: subject.key, number, outcome });
  }

  async #outcome({ element: name, access, method }: Subject, manager: string): Promise<Outcome> {
    const { peer, definitionOf, env } = this.#parts;
    const element = definitionOf(name);
    const to = peer(manager);
    if (!element || !to) return { is: 'silent' };
    try {
      const answer = await to.call(
        'tryElement',
        { element: name, access, method, definition: exportDefinition(element) },
        { timeoutMs: LONGEST_TRY_MS + WAY_MS, signal: this.#ending.signal },
      );
      env.log.debug('asked whether it is reached', { element: name, manager, ...answer });
      return { is: answer.outcome };
    } catch (thrown) {
      const { fault, message } = asPtpError(thrown);
      env.log.debug('asked whether it is reached', { element: name, manager, reason: message });
      // What refuses does so again; what is silent or busy may have an answer later.
      return { is: fault.startsWith('Client.') ? 'notTried' : 'silent' };
    }
  }

  /** Whoever stands in for the element would have to reach it, too; the others take turns. */
  #candidates({ element, access }: Subject): readonly string[] | undefined {
    const { definitionOf, pool, peer, id } = this.#parts;
    const spec = definitionOf(element)?.access[access];
    if (!spec || isBound(spec)) return undefined;
    const { standIn, owner } = pool().assignmentOf(element) ?? {};
    const others = this.#alive();
    const first = (this.#state.number + 1) % Math.max(1, others.length);
    const turned = [...others.slice(first), ...others.slice(0, first)];
    const preferred = [standIn, owner].flatMap((one) => (one !== undefined && others.includes(one) ? [one] : []));
    return [...new Set([...preferred, ...turned])].filter((one) => one !== id && peer(one) !== undefined);
  }

  #alive(): readonly string[] {
    const { env, pool, id } = this.#parts;
    const nowMs = env.clock.monotonic();
    if (nowMs - this.#listedMs < MEMBERS_MS) return this.#members;
    this.#listedMs = nowMs;
    this.#members = pool()
      .view.members.filter((one) => one.id !== id && one.standing !== 'gone' && one.standing !== 'leaving')
      .map((one) => one.id);
    return this.#members;
  }
}

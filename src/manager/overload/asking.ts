/** Asks the pool to take elements from a manager that has too much to do, at a pace that lets each step be measured. */
import type { Env } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import type { ElementName } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { DelegateRequest, DelegateResult } from '../pool/pool-service.js';
import { type Carried, reliefWanted } from './relief-wanted.js';
import { notRelievedEvent, relievedEvent } from './words.js';

export interface AskingParts {
  readonly env: Env;
  readonly self: string;
  /** Undefined where it is in no pool. */
  readonly delegate: () => ((request: DelegateRequest) => Promise<DelegateResult>) | undefined;
  readonly tell: (event: Omit<NewEvent, 'time'>) => void;
}

/** Before the first question the master may move guests, and what it is told of the capacity gets there. */
const FIRST_AFTER_MS = 15_000;
/** What has moved is measured before more is asked for. */
const AGAIN_AFTER_MS = 60_000;
/** That nobody takes anything is told once in this time. */
const TOLD_MS = 30 * 60_000;

export class Asking {
  readonly #parts: AskingParts;
  readonly #refused = new Map<ElementName, number>();
  #nextMs: number | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;

  constructor(parts: AskingParts) {
    this.#parts = parts;
  }

  /** There is time enough again. */
  rest(): void {
    this.#nextMs = undefined;
    this.#refused.clear();
  }

  /** While there is too much to do: asks when it is time to, for as much as is beyond `capacity`. */
  consider(carried: () => readonly Carried[], capacity: number, advice: () => string): void {
    const nowMs = this.#parts.env.clock.monotonic();
    this.#nextMs ??= nowMs + FIRST_AFTER_MS;
    if (this.#isAsking || nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + AGAIN_AFTER_MS;
    const { elements, isStuck } = reliefWanted(carried(), capacity, this.#refused, nowMs);
    const delegate = this.#parts.delegate();
    if (elements.length > 0 && delegate) void this.#ask(delegate, elements, advice);
    else if (!delegate && (elements.length > 0 || isStuck)) this.#notTaken(undefined, advice);
    else if (isStuck) this.#notTaken('none that is at home with it can go elsewhere now', advice);
  }

  async #ask(
    delegate: (request: DelegateRequest) => Promise<DelegateResult>,
    elements: readonly ElementName[],
    advice: () => string,
  ): Promise<void> {
    const { env, self, tell } = this.#parts;
    this.#isAsking = true;
    try {
      const { moved, refused } = await delegate({ elements, because: 'load' });
      const nowMs = env.clock.monotonic();
      const why = new Map(refused.map(({ element, reason }) => [element, reason]));
      for (const name of elements) if (why.has(name)) this.#refused.set(name, nowMs);
      if (moved.length > 0) tell(relievedEvent(self, moved));
      else this.#notTaken(refused[0]?.reason ?? 'it has decided on none of them', advice);
    } catch (thrown) {
      this.#notTaken(asPtpError(thrown).message, advice);
    } finally {
      this.#isAsking = false;
    }
  }

  #notTaken(why: string | undefined, advice: () => string): void {
    const { env, self, tell } = this.#parts;
    const nowMs = env.clock.monotonic();
    if (nowMs - this.#toldMs < TOLD_MS) return;
    this.#toldMs = nowMs;
    tell(notRelievedEvent(self, why, advice()));
  }
}

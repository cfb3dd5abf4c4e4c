/** Whether an element is reached: what its own polls say, and what is known of it from elsewhere. */
import {
  type AccessOutcome,
  answerOf,
  type Elsewhere,
  initialReach,
  type ReachState,
  reconsider,
  type Step,
  step,
} from '../../assess/status.js';
import type { AccessKey, ManagedElement } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { PolledAccess } from './digest-context.js';
import type { PollOutcome } from './try-access.js';

export class ElementReach {
  #state: ReachState;
  /** While an access does not answer: what others find of it. Of most elements there is nothing to keep here. */
  #elsewhere: Map<AccessKey, Elsewhere> | undefined;
  /** Monotonic time of the latest answer, whatever it said; undefined before the first. */
  answeredMs: number | undefined;

  constructor(nowMs: number) {
    this.#state = initialReach(nowMs);
  }

  get state(): ReachState {
    return this.#state;
  }

  adopt(state: ReachState): void {
    this.#state = state;
  }

  forget(key: AccessKey): void {
    this.hear(key, undefined);
  }

  /** Undefined when it answers, and where nobody is asked. */
  elsewhereOf(key: AccessKey): Elsewhere | undefined {
    return this.#elsewhere?.get(key);
  }

  hear(key: AccessKey, elsewhere: Elsewhere | undefined): void {
    if (elsewhere) this.#elsewhere = (this.#elsewhere ?? new Map()).set(key, elsewhere);
    else if (this.#elsewhere?.delete(key) && this.#elsewhere.size === 0) this.#elsewhere = undefined;
  }

  judge(
    element: ManagedElement,
    { index, spec }: PolledAccess,
    outcome: PollOutcome,
    { nowMs, monotonicMs }: { readonly nowMs: number; readonly monotonicMs: number },
  ): readonly NewEvent[] {
    const answer = answerOf(outcome.ok ? undefined : outcome.error.code);
    if (spec.method !== 'file' && (answer === 'answered' || answer === 'wrong')) this.answeredMs = monotonicMs;
    const error = outcome.ok ? undefined : outcome.error.message;
    const said: AccessOutcome = { access: index, time: nowMs, answer, ...(error !== undefined && { error }) };
    return this.#settle(step(this.#state, element, said, this.#together()));
  }

  /**
   * Judges anew by what others found. As long as nobody has said anything it stays as it was: what a former owner did not
   * reach is not down before it was tried from here.
   */
  reconsider(element: ManagedElement, nowMs: number): readonly NewEvent[] {
    return this.#settle(reconsider(this.#state, element, nowMs, this.#together() ?? { is: 'awaited' }));
  }

  #settle({ state, events }: Step): readonly NewEvent[] {
    this.#state = state;
    return events;
  }

  /** Of its accesses together: reached by one of them, it is reached. */
  #together(): Elsewhere | undefined {
    if (!this.#elsewhere) return undefined;
    const all = [...this.#elsewhere.values()];
    const first = (...words: readonly Elsewhere['is'][]) => all.find(({ is }) => words.includes(is));
    return first('reached') ?? first('behind') ?? first('awaited') ?? first('unreached', 'unanswered') ?? all[0];
  }
}

/** The thresholds of an element: the state of each access, and what stands by all of them together. */
import type { Standing } from '../../assess/element-status.js';
import type { ThresholdSample } from '../../assess/threshold-limits.js';
import { limitWords, rank } from '../../assess/threshold-words.js';
import {
  standing,
  stepThresholds,
  type ThresholdEffect,
  type ThresholdInput,
  type ThresholdState,
} from '../../assess/thresholds.js';
import type { AccessKey } from '../../model/element.js';
import type { MetricValue } from '../../model/ptp-store.js';

export class ElementThresholds {
  readonly #states = new Map<AccessKey, ThresholdState>();
  /** What stood by accesses that are gone; it is told as cleared with the next poll. */
  #left: readonly Standing[] = [];
  #standing: readonly Standing[] = [];

  get standing(): readonly Standing[] {
    return this.#standing;
  }

  stateOf(key: AccessKey): ThresholdState | undefined {
    return this.#states.get(key);
  }

  begin(key: AccessKey, state: ThresholdState | undefined): void {
    if (state) this.#states.set(key, state);
    else this.#states.delete(key);
    this.#gather();
  }

  /** For the access that comes in the place of one that goes. */
  take(key: AccessKey): ThresholdState | undefined {
    const state = this.#states.get(key);
    this.begin(key, undefined);
    return state;
  }

  forget(key: AccessKey): void {
    this.#left = [...this.#left, ...standing(this.#states.get(key))];
    this.begin(key, undefined);
  }

  /** @param samples Asked for only where there is a threshold. */
  step(
    key: AccessKey,
    input: Omit<ThresholdInput, 'samples'>,
    samples: () => readonly ThresholdSample[],
  ): readonly ThresholdEffect[] {
    const left = this.#left.map((one): ThresholdEffect => ({ is: 'cleared', why: 'withdrawn', ...one }));
    this.#left = [];
    const before = this.#states.get(key);
    if (input.specs.length === 0 && !before) return left;
    const { state, effects } = stepThresholds(before, { ...input, samples: samples() });
    this.begin(key, input.specs.length === 0 ? undefined : state);
    return [...left, ...effects];
  }

  /** The same values, those marked that are beyond a threshold. */
  marked(values: readonly MetricValue[]): readonly MetricValue[] {
    if (this.#standing.length === 0) return values;
    const worst = new Map<string, Standing>();
    for (const one of this.#standing) {
      const id = `${one.spec.metric}\n${one.instance}`;
      const known = worst.get(id);
      if (!known || rank(one.spec.severity) > rank(known.spec.severity)) worst.set(id, one);
    }
    return values.map((value) => {
      const crossed = worst.get(`${value.name}\n${value.instance}`);
      return crossed ? { ...value, severity: crossed.spec.severity, threshold: limitWords(crossed.spec) } : value;
    });
  }

  #gather(): void {
    this.#standing = [...this.#states.values()].flatMap(standing);
  }
}

/** The thresholds of an element: the state of each access, and what stands by all of them together. */
import type { Standing } from '../../assess/element-status.js';
import type { ThresholdSample } from '../../assess/threshold-limits.js';
import { limitWords, rank } from '../../assess/threshold-words.js';
import { standing, stepThresholds, type ThresholdEffect, type ThresholdState } from '../../assess/thresholds.js';
import type { AccessKey, AccessSpec } from '../../model/element.js';
import type { MetricValue } from '../../model/ptp-store.js';
import type { Moment } from '../pool/bundle/content.js';

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

  /** What the thresholds of an access say of its values as they stand. @param values Of a poll that was answered. */
  step(
    key: AccessKey,
    { intervalMs, thresholds: specs }: AccessSpec,
    values: Iterable<MetricValue> | undefined,
    { nowMs, monotonicMs: timeMs }: Moment,
  ): readonly ThresholdEffect[] {
    const left = this.#left.map((one): ThresholdEffect => ({ is: 'cleared', why: 'withdrawn', ...one }));
    this.#left = [];
    const before = this.#states.get(key);
    if (specs.length === 0 && !before) return left;
    const samples = Array.from(values ?? [], ({ name, instance, value, unit, time }): ThresholdSample => {
      return { metric: name, instance, value, unit, isOld: time !== nowMs };
    });
    const input = { timeMs, intervalMs, specs, isAnswered: values !== undefined, samples };
    const { state, effects } = stepThresholds(before, input);
    this.begin(key, specs.length === 0 ? undefined : state);
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

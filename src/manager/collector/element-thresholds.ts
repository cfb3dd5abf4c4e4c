/** The thresholds of an element: the state of each access, and what stands by all of them together. */
import type { Standing } from '../../assess/element-status.js';
import { agreeingWith } from '../../assess/threshold-agreement.js';
import type { ThresholdSample } from '../../assess/threshold-limits.js';
import { limitWords, rank, thresholdKey } from '../../assess/threshold-words.js';
import { standing, stepThresholds, type ThresholdEffect, type ThresholdState } from '../../assess/thresholds.js';
import type { AccessKey, AccessSpec, ThresholdSpec } from '../../model/element.js';
import type { Shape } from '../../model/measured.js';
import type { MetricValue } from '../../model/ptp-store.js';
import { wholeOf } from '../../model/whole-metrics.js';
import type { Moment } from '../pool/bundle/content.js';
import type { LatestValues } from './latest-values.js';

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
    const isCalm = this.#standing.length === 0 && (state === undefined || state.thresholds.length === 0);
    if (state) this.#states.set(key, state);
    else this.#states.delete(key);
    if (!isCalm) this.#gather();
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

  /** Of the conditions that stand, or may come to stand without another crossing. */
  *watchedKeys(): Generator<string, void, undefined> {
    for (const { thresholds } of this.#states.values())
      for (const { spec, watches } of thresholds)
        for (const { instance, phase } of watches) if (phase !== 'calm') yield thresholdKey({ spec, instance });
  }

  /**
   * What the thresholds of an access say of its values as they stand.
   * @param values Of a poll that was answered.
   * @param stands Conditions that stand by their alarms.
   */
  step(
    key: AccessKey,
    { intervalMs, thresholds: specs }: AccessSpec,
    values: LatestValues | undefined,
    { nowMs, monotonicMs: timeMs }: Moment,
    stands: ReadonlySet<string> = NOTHING,
  ): readonly ThresholdEffect[] {
    const left = this.#left.map((one): ThresholdEffect => ({ is: 'cleared', why: 'withdrawn', ...one }));
    this.#left = [];
    const known = this.#states.get(key);
    if (specs.length === 0 && !known) return left;
    const samples = values ? samplesFor(specs, values, nowMs) : [];
    const before = agreeingWith(known, { timeMs, specs, samples }, stands);
    const input = { timeMs, intervalMs, specs, isAnswered: values !== undefined, samples };
    const { state, effects } = stepThresholds(before, input);
    this.begin(key, specs.length === 0 ? undefined : state);
    return [...left, ...effects];
  }

  #gather(): void {
    this.#standing = [...this.#states.values()].flatMap(standing);
  }
}

const NOTHING: ReadonlySet<string> = new Set();

/** The same values, those marked that are beyond a threshold. */
export function marked(values: readonly MetricValue[], standing: readonly Standing[]): readonly MetricValue[] {
  if (standing.length === 0) return values;
  const worst = new Map<string, Standing>();
  for (const one of standing) {
    const id = `${one.spec.metric}\n${one.instance}`;
    const known = worst.get(id);
    if (!known || rank(one.spec.severity) > rank(known.spec.severity)) worst.set(id, one);
  }
  return values.map((value) => {
    const crossed = worst.get(`${value.name}\n${value.instance}`);
    return crossed ? { ...value, severity: crossed.spec.severity, threshold: limitWords(crossed.spec) } : value;
  });
}

/** Of many values those that thresholds look at. */
function samplesFor(specs: readonly ThresholdSpec[], values: LatestValues, nowMs: number): ThresholdSample[] {
  const samples: ThresholdSample[] = [];
  const metrics = new Set(specs.map(({ metric }) => metric));
  for (const { name: metric, instance, value, unit, time } of values.kept)
    samples.push({ metric, instance, value, unit, isOld: time !== nowMs });
  for (const measured of values.measured)
    for (const place of watchedPlaces(measured.shape, specs, metrics)) {
      const named = measured.shape.names[place];
      if (!named) continue;
      const { metric, instance, unit } = named;
      samples.push({ metric, instance, unit, value: measured.valueAt(place), isOld: measured.time !== nowMs });
    }
  return samples;
}

/** By shape and thresholds, which are the same from poll to poll. */
const watched = new WeakMap<Shape, WeakMap<readonly ThresholdSpec[], readonly number[]>>();

/** Where the metrics of the thresholds stand, and the wholes of which they are shares. */
function watchedPlaces(shape: Shape, specs: readonly ThresholdSpec[], metrics: ReadonlySet<string>): readonly number[] {
  const ofShape = watched.get(shape) ?? new WeakMap<readonly ThresholdSpec[], readonly number[]>();
  watched.set(shape, ofShape);
  const known = ofShape.get(specs);
  if (known) return known;
  const wanted = new Set(metrics);
  for (const { metric, unit } of shape.names) {
    const whole = metrics.has(metric) ? wholeOf(metric, unit) : undefined;
    if (whole !== undefined) wanted.add(whole);
  }
  const places = shape.names.flatMap(({ metric }, place) => (wanted.has(metric) ? place : []));
  ofShape.set(specs, places);
  return places;
}

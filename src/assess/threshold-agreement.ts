/**
 * What a threshold raised stands until a value says otherwise, also where its state does not know of that any more: an
 * alarm has been kept by another manager, and the bundle is older than it, or there is none. Pure.
 */
import type { ThresholdSpec } from '../model/element.js';
import { keyOf } from './alarms/bounds.js';
import type { ThresholdSample } from './threshold-limits.js';
import { thresholdKey } from './threshold-words.js';
import type { ThresholdState, ThresholdWatch } from './thresholds.js';

interface Agreeing {
  readonly timeMs: number;
  readonly specs: readonly ThresholdSpec[];
  readonly samples: readonly ThresholdSample[];
}

/** @param stands Conditions that stand by their alarms. @returns The state, those of them raised whose instance is known. */
export function agreeingWith(
  before: ThresholdState | undefined,
  { timeMs, specs, samples }: Agreeing,
  stands: ReadonlySet<string>,
): ThresholdState | undefined {
  if (stands.size === 0) return before;
  const all = new Map((before?.thresholds ?? []).map((one) => [thresholdKey({ ...one, instance: '' }), one]));
  let isOther = false;
  for (const spec of specs) {
    const place = thresholdKey({ spec, instance: '' });
    const watches = new Map((all.get(place)?.watches ?? []).map((watch) => [watch.instance, watch]));
    const named = samples.flatMap(({ metric, instance }) => (metric === spec.metric ? [instance] : []));
    const found = new Set(['', ...watches.keys(), ...named]);
    const raised = [...found].flatMap((instance) => {
      const watch = watches.get(instance);
      const isRaised = watch?.phase === 'raised' || watch?.phase === 'easing';
      return !isRaised && stands.has(keyOf(thresholdKey({ spec, instance })))
        ? [raisedOf(instance, watch, timeMs)]
        : [];
    });
    if (raised.length === 0) continue;
    isOther = true;
    for (const watch of raised) watches.set(watch.instance, watch);
    all.set(place, { spec: all.get(place)?.spec ?? spec, watches: [...watches.values()] });
  }
  return isOther ? { timeMs, ...before, thresholds: [...all.values()] } : before;
}

const raisedOf = (instance: string, watch: ThresholdWatch | undefined, timeMs: number): ThresholdWatch => ({
  instance,
  phase: 'raised',
  sinceMs: timeMs,
  seenMs: watch?.seenMs ?? timeMs,
  raises: Math.max(1, watch?.raises ?? 0),
});

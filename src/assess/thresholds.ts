/**
 * When a `THRESHOLD` raises, and when what it raised is cleared: a state machine for each threshold and instance.
 *
 * Pure: time is an argument, by a clock that nobody sets. The state is JSON-able and travels with the element.
 *
 * Of a limit (`above`, `below`), by what the values say (`threshold-limits.ts`):
 *
 * ```
 *            ┌────────────── not beyond ──────────────┐
 *            ▼                                        │
 *   calm ── beyond, and for > 0 ──▶ beyond ───────────┤
 *    ▲ │                              │ beyond, held for `for`
 *    │ │                              ▼
 *    │ └── beyond, and for = 0 ──▶ raised ◀── not good ── easing
 *    │                              │  │                    ▲ │
 *    │◀── good (cleared) ───────────┘  └── good, flapping ──┘ │
 *    └◀── good, held for ten minutes (cleared) ───────────────┘
 * ```
 *
 * Events are given on entering `raised` from `calm` or `beyond`, and on leaving `raised` or `easing` for `calm`; so for
 * each threshold and instance they alternate. It is flapping when it has been raised three times without being calm for
 * ten minutes in between.
 *
 * Of `noData`: calm while values come; raised when none has come for so long; cleared by the next.
 *
 * What harms nothing:
 * - No value, as after a counter's reset or a failed poll: nothing is said by that, so all stays as it is.
 * - A gap: time in which no value came for longer than three intervals (at least a minute) counts as one interval. So
 *   does time in which nobody polled, for `noData`.
 * - An instance that has gone for good: after a day without a value, beside polls that were answered, what stands is
 *   cleared.
 * - A threshold that is not in the configuration any more, or was changed: what it raised is cleared.
 */
import type { ThresholdSpec } from '../model/element.js';
import { type Beside, type Finding, findingOf, finite, type ThresholdSample } from './threshold-limits.js';

/** `calm` says that it was raised lately; instances of which there is nothing to say have no watch at all. */
export const THRESHOLD_PHASES = ['calm', 'beyond', 'raised', 'easing'] as const;
export type ThresholdPhase = (typeof THRESHOLD_PHASES)[number];

/** One threshold, one instance. */
export interface ThresholdWatch {
  readonly instance: string;
  readonly phase: ThresholdPhase;
  /** When the phase began; later by gaps that do not count. */
  readonly sinceMs: number;
  /** When a value came last. */
  readonly seenMs: number;
  /** How often it was raised without being calm for long; counted to {@link FLAPPING}. */
  readonly raises: number;
}

/** JSON-able; all of one access. Thresholds without a watch are left out. */
export interface ThresholdState {
  /** Of the latest step. */
  readonly timeMs: number;
  /** There was no room for a watch, and that has been told. */
  readonly isFull?: true;
  readonly thresholds: readonly { readonly spec: ThresholdSpec; readonly watches: readonly ThresholdWatch[] }[];
}

export interface ThresholdInput {
  /** Monotonic, milliseconds. */
  readonly timeMs: number;
  readonly intervalMs: number;
  readonly specs: readonly ThresholdSpec[];
  /** The poll was answered; `samples` is empty otherwise. */
  readonly isAnswered: boolean;
  /** At most one of each metric and instance; those that no threshold names are looked at as wholes of shares only. */
  readonly samples: readonly ThresholdSample[];
}

interface OfOne {
  readonly spec: ThresholdSpec;
  readonly instance: string;
  /** What was found; undefined where no value has led to it. */
  readonly found?: Omit<Finding, 'side'>;
}

export type ThresholdEffect =
  | (OfOne & { readonly is: 'raised' })
  /** `why`: the value is good again, or comes again; there is none any more; the configuration has it no more. */
  | (OfOne & {
      readonly is: 'cleared';
      readonly why: 'good' | 'gone' | 'withdrawn';
      /** It has been good for long before this was told. */
      readonly wasFlapping?: true;
    })
  /** More is beyond its threshold than is watched. */
  | { readonly is: 'full' };

export interface ThresholdStep {
  readonly state: ThresholdState;
  readonly effects: readonly ThresholdEffect[];
}

/** Raised so often, it takes {@link CALM_MS} to be cleared. */
export const FLAPPING = 3;
export const CALM_MS = 10 * 60_000;
/** What has had no value for so long is given up. */
export const GONE_MS = 24 * 3600_000;
/** Three intervals, or this if it is more, without a value are a gap. */
const SHORTEST_GAP_MS = 60_000;
/** Of all watches of one access, in characters of JSON; see `AccessMemory` for what there is room for. */
const MOST_CHARACTERS = 40_000;
const WATCH_CHARACTERS = 80;

/** @param before Undefined before the first poll. */
export function stepThresholds(before: ThresholdState | undefined, input: ThresholdInput): ThresholdStep {
  if (isCalm(before, input)) return { state: { timeMs: input.timeMs, thresholds: [] }, effects: [] };
  const effects: ThresholdEffect[] = [];
  const known = new Map((before?.thresholds ?? []).map((one) => [keyOf(one.spec), one] as const));
  const specs = new Map(input.specs.map((spec) => [keyOf(spec), spec] as const));
  for (const [key, { spec, watches }] of known)
    if (!specs.has(key))
      for (const { instance } of watches.filter(isStanding)) effects.push(cleared('withdrawn', { spec, instance }));

  const moment = momentOf(before, input);
  const stepped = [...specs].flatMap(([key, spec]) => {
    const all = new Map((known.get(key)?.watches ?? []).map((one) => [one.instance, shifted(one, moment.backMs)]));
    const stepOne = spec.noDataMs === undefined ? stepLimit : stepNoData;
    return stepOne(spec, all, moment).map((one) => ({ ...one, spec, isKnown: all.has(one.instance) }));
  });
  // Room goes to those first that have had it: what stands has to be cleared one day.
  const room = new Room();
  const kept = new Map<ThresholdSpec, ThresholdWatch[]>();
  for (const { spec, watch, effect } of [
    ...stepped.filter((one) => one.isKnown),
    ...stepped.filter((one) => !one.isKnown),
  ]) {
    if (watch && !room.take(watch)) continue;
    if (effect) effects.push(effect);
    if (watch) listOf(kept, spec).push(watch);
  }
  if (room.isFull && !before?.isFull) effects.push({ is: 'full' });
  const thresholds = [...specs.values()].flatMap((spec) => {
    const watches = kept.get(spec);
    return watches ? [{ spec, watches }] : [];
  });
  return { state: { timeMs: input.timeMs, ...(room.isFull && { isFull: true }), thresholds }, effects };
}

/** Nothing is watched, and nothing has come to be: so it is at nearly every poll, and little is to be done for it. */
function isCalm(before: ThresholdState | undefined, input: ThresholdInput): boolean {
  if (before && (before.isFull || before.thresholds.length > 0)) return false;
  let numberOf: Beside | undefined;
  const beside: Beside = (metric, instance) => {
    numberOf ??= besideIn(input.samples);
    return numberOf(metric, instance);
  };
  for (const spec of input.specs) {
    if (spec.noDataMs !== undefined) return false;
    for (const sample of input.samples)
      if (sample.metric === spec.metric && findingOf(spec, sample, beside)?.side === 'beyond') return false;
  }
  return true;
}

function listOf(kept: Map<ThresholdSpec, ThresholdWatch[]>, spec: ThresholdSpec): ThresholdWatch[] {
  const list = kept.get(spec) ?? [];
  kept.set(spec, list);
  return list;
}

/** What stands now, in the order of the thresholds. */
export const standing = (state: ThresholdState | undefined): readonly OfOne[] =>
  (state?.thresholds ?? []).flatMap(({ spec, watches }) =>
    watches.filter(isStanding).map(({ instance }) => ({ spec, instance })),
  );

/** The same by another clock. */
export const withTimes = (state: ThresholdState, by: (timeMs: number) => number): ThresholdState => ({
  ...state,
  timeMs: by(state.timeMs),
  thresholds: state.thresholds.map(({ spec, watches }) => ({
    spec,
    watches: watches.map((watch) => ({ ...watch, sinceMs: by(watch.sinceMs), seenMs: by(watch.seenMs) })),
  })),
});

/** By specification, which lives as long as the configuration. */
const keys = new WeakMap<ThresholdSpec, string>();

function keyOf(spec: ThresholdSpec): string {
  const known = keys.get(spec);
  if (known !== undefined) return known;
  const { metric, above, below, clear, forMs, noDataMs, severity } = spec;
  const key = JSON.stringify([metric, above, below, clear, forMs, noDataMs, severity]);
  keys.set(spec, key);
  return key;
}

const isStanding = ({ phase }: ThresholdWatch): boolean => phase === 'raised' || phase === 'easing';

const cleared = (why: 'good' | 'gone' | 'withdrawn', of: OfOne) => ({ is: 'cleared', why, ...of }) as const;

/** What became of a watch: none where there is nothing more to say of it. */
interface Stepped {
  readonly instance: string;
  readonly watch?: ThresholdWatch;
  readonly effect?: ThresholdEffect;
}

class Room {
  #left = MOST_CHARACTERS;
  isFull = false;

  take({ instance }: ThresholdWatch): boolean {
    const need = instance.length + WATCH_CHARACTERS;
    if (need > this.#left) {
      this.isFull = true;
      return false;
    }
    this.#left -= need;
    return true;
  }
}

interface Moment extends ThresholdInput {
  /** By how much the clock went back: one that does is another's, and ages count. */
  readonly backMs: number;
  /** Longer without a value is a gap. */
  readonly gapMs: number;
  /** Time since the latest step that does not count. */
  readonly unwatchedMs: number;
  readonly numberOf: Beside;
}

function momentOf(before: ThresholdState | undefined, input: ThresholdInput): Moment {
  const { timeMs, intervalMs, samples } = input;
  const gapMs = Math.max(3 * intervalMs, SHORTEST_GAP_MS);
  const passedMs = before ? timeMs - before.timeMs : 0;
  return {
    ...input,
    backMs: Math.min(0, passedMs),
    gapMs,
    unwatchedMs: passedMs > gapMs ? passedMs - intervalMs : 0,
    numberOf: besideIn(samples),
  };
}

function besideIn(samples: readonly ThresholdSample[]): Beside {
  let numbers: Map<string, Map<string, number | undefined>> | undefined;
  return (metric, instance) => {
    numbers ??= byMetric(samples);
    return numbers.get(metric)?.get(instance);
  };
}

function byMetric(samples: readonly ThresholdSample[]): Map<string, Map<string, number | undefined>> {
  const numbers = new Map<string, Map<string, number | undefined>>();
  for (const { metric, instance, value } of samples) {
    const of = numbers.get(metric) ?? new Map<string, number | undefined>();
    numbers.set(metric, of);
    of.set(instance, finite(value));
  }
  return numbers;
}

const shifted = (watch: ThresholdWatch, byMs: number): ThresholdWatch =>
  byMs === 0 ? watch : { ...watch, sinceMs: watch.sinceMs + byMs, seenMs: watch.seenMs + byMs };

function stepLimit(
  spec: ThresholdSpec,
  before: ReadonlyMap<string, ThresholdWatch>,
  moment: Moment,
): readonly Stepped[] {
  const stepped: Stepped[] = [];
  const found = new Set<string>();
  for (const sample of moment.samples) {
    if (sample.metric !== spec.metric || found.has(sample.instance)) continue;
    const finding = findingOf(spec, sample, moment.numberOf);
    if (!finding) continue;
    found.add(sample.instance);
    const watch = before.get(sample.instance);
    if (watch || finding.side === 'beyond') stepped.push(stepWatch(spec, sample.instance, watch, finding, moment));
  }
  for (const [instance, watch] of before) if (!found.has(instance)) stepped.push(withoutValue(spec, watch, moment));
  return stepped;
}

function stepWatch(
  spec: ThresholdSpec,
  instance: string,
  before: ThresholdWatch | undefined,
  { side, ...found }: Finding,
  { timeMs, gapMs, intervalMs }: Moment,
): Stepped {
  const silentMs = before ? timeMs - before.seenMs : 0;
  const sinceMs = (before?.sinceMs ?? timeMs) + (silentMs > gapMs ? silentMs - intervalMs : 0);
  const heldMs = timeMs - sinceMs;
  const raises = before?.raises ?? 0;
  const stay: ThresholdWatch = { instance, phase: before?.phase ?? 'calm', sinceMs, seenMs: timeMs, raises };
  const enter = (phase: ThresholdPhase): ThresholdWatch => ({ ...stay, phase, sinceMs: timeMs });
  const raise = (): Stepped => ({
    instance,
    watch: { ...enter('raised'), raises: Math.min(raises + 1, FLAPPING) },
    effect: { is: 'raised', spec, instance, found },
  });
  const effect = cleared('good', { spec, instance, found });

  switch (stay.phase) {
    case 'calm':
      if (side === 'beyond') return spec.forMs === 0 ? raise() : { instance, watch: enter('beyond') };
      return heldMs >= CALM_MS ? { instance } : { instance, watch: stay };
    case 'beyond':
      if (side === 'beyond') return heldMs >= spec.forMs ? raise() : { instance, watch: stay };
      return raises > 0 ? { instance, watch: enter('calm') } : { instance };
    case 'raised':
      if (side !== 'good') return { instance, watch: stay };
      return raises >= FLAPPING ? { instance, watch: enter('easing') } : { instance, watch: enter('calm'), effect };
    case 'easing':
      if (side !== 'good') return { instance, watch: enter('raised') };
      return heldMs >= CALM_MS ? { instance, effect: { ...effect, wasFlapping: true } } : { instance, watch: stay };
  }
}

function withoutValue(spec: ThresholdSpec, watch: ThresholdWatch, { timeMs, isAnswered }: Moment): Stepped {
  const { instance } = watch;
  return isAnswered && timeMs - watch.seenMs >= GONE_MS ? gone(spec, watch) : { instance, watch };
}

const gone = (spec: ThresholdSpec, watch: ThresholdWatch): Stepped => {
  const { instance } = watch;
  return { instance, ...(isStanding(watch) && { effect: cleared('gone', { spec, instance }) }) };
};

function stepNoData(
  spec: ThresholdSpec,
  before: ReadonlyMap<string, ThresholdWatch>,
  { samples, timeMs, unwatchedMs }: Moment,
): readonly Stepped[] {
  const stepped: Stepped[] = [];
  const came = new Set<string>();
  const fresh = (instance: string): ThresholdWatch => ({
    instance,
    phase: 'calm',
    sinceMs: timeMs,
    seenMs: timeMs,
    raises: 0,
  });
  for (const { metric, instance, isOld } of samples) {
    if (metric !== spec.metric || isOld || came.has(instance)) continue;
    came.add(instance);
    const known = before.get(instance);
    stepped.push({
      instance,
      watch: fresh(instance),
      ...(known && isStanding(known) && { effect: cleared('good', { spec, instance }) }),
    });
  }
  // Before the first value nobody knows what instances there are: the one without a name stands for them.
  if (came.size === 0 && before.size === 0) return [{ instance: '', watch: fresh('') }];
  for (const [instance, watch] of before) {
    if (came.has(instance)) continue;
    const seenMs = watch.seenMs + unwatchedMs;
    const silentMs = timeMs - seenMs;
    if (came.size > 0 && (instance === '' || silentMs >= GONE_MS)) stepped.push(gone(spec, watch));
    else if (isStanding(watch) || silentMs < (spec.noDataMs ?? 0))
      stepped.push({ instance, watch: { ...watch, seenMs } });
    else
      stepped.push({
        instance,
        watch: { ...watch, phase: 'raised', sinceMs: timeMs, seenMs },
        effect: { is: 'raised', spec, instance },
      });
  }
  return stepped;
}

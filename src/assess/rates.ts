/**
 * Counters to rates: what a counter gained since it was last read, per second, as `NAME.rate`.
 *
 * Pure. The state is written as plain JSON and travels with the element to its next owner. Arithmetic on what no double
 * holds is done in bigint, so that 64 bits lose nothing. A counter that fell has either wrapped or restarted:
 *
 * | width   | uptime went on                | uptime unknown                                     | uptime went back |
 * |---------|-------------------------------|----------------------------------------------------|------------------|
 * | 32 bits | wrapped                       | wrapped, if from the last to the first quarter     | restarted        |
 * | 64 bits | wrapped, if by a credible gain | wrapped, if by a credible gain                     | restarted        |
 * | unknown | restarted                     | restarted                                          | restarted        |
 *
 * A counter that was read in 32 bits and is read in 64 now (the agent left the wide ones out for a poll) has gained
 * nothing that can be told: its lower half was all that was known.
 *
 * After a restart there is no rate for one interval: what was counted before it is unknown. The uptime itself wraps
 * after 497 days (RFC 3418 `sysUpTime`, 2^32 hundredths of a second), which is told from a restart by the time passed.
 */

import { type Named, type Shape, shapeOf } from '../model/measured.js';

/** A value as it was read; `Reading` of the access layer is one. */
export interface CounterReading {
  readonly metric: string;
  readonly instance: string;
  readonly value: number | bigint | string;
  readonly unit: string;
  /** `By` read with the rate unit `bit/s` is multiplied by eight; otherwise `rateUnit` is only a name, default `unit/s`. */
  readonly counter?: { readonly bits: 32 | 64 | undefined; readonly rateUnit?: string };
}

export interface RateReading {
  readonly metric: string;
  readonly instance: string;
  /** Mean over the time since the counter was last read. */
  readonly value: number;
  readonly unit: string;
}

/** Instance, the counter's value in decimal, and when it was read if that is not the state's own time. */
export type CounterEntry = readonly [instance: string, value: string, timeMs?: number];

/** What the next poll must know. JSON-able; about 25 bytes per counter. */
export interface RateState {
  /** Wall clock of the latest poll, milliseconds since 1970. */
  readonly timeMs: number;
  readonly uptimeMs?: number;
  readonly counters: readonly CounterGroup[];
}

/** All of a metric; those of 32 bits apart from the others. */
export type CounterGroup = readonly [metric: string, entries: readonly CounterEntry[], bits?: 32];

export interface RateInput {
  /** Wall clock of this poll, milliseconds since 1970. */
  readonly timeMs: number;
  /** Of the device; must have one source for all polls of an access. */
  readonly uptimeMs?: number;
  readonly readings: readonly CounterReading[];
}

/** A counter that was not read for so long is forgotten. */
const FORGET_MS = 24 * 3600_000;
/** Counters kept for one access; those past it get no rate. */
const MAX_COUNTERS = 100_000;
/** More than this between two readings of a 64-bit counter was never counted: 2^56 bytes are 72 petabytes. */
const CREDIBLE_GAIN = 2n ** 56n;
/** sysUpTime counts hundredths of a second in 32 bits. */
const UPTIME_WRAP_MS = 2 ** 32 * 10;
/** How far the device's clock and ours may differ within one interval: this, or a tenth of it. */
const CLOCK_SLACK_MS = 2000;

const slack = (intervalMs: number): number => Math.max(CLOCK_SLACK_MS, intervalMs / 10);

/**
 * @param before As it came with the element, or as the last call gave it.
 * @returns The rates, in the order of the readings, and what the next call must know.
 */
export function deriveRates(
  before: RateState | undefined,
  input: RateInput,
): { readonly rates: readonly RateReading[]; readonly state: Baseline } {
  const known = before === undefined || before instanceof Baseline ? before : Baseline.from(before);
  const elapsed = known ? passed(known, input) : undefined;
  const counters = new Counters(known);
  const rates: RateReading[] = [];
  for (const reading of input.readings) {
    const { counter, metric, instance } = reading;
    if (!counter || !isWhole(reading.value)) continue;
    const value = narrow(reading.value);
    const old = counters.add(reading, value, counter.bits === 32);
    if (old === undefined || !known || !elapsed) continue;
    const readMs = known.timeOf(old);
    const ms = readMs === known.timeMs ? elapsed.ms : elapsed.ms + (known.timeMs - readMs);
    if (ms <= 0) continue;
    if (counter.bits === 64 && known.isNarrow(old)) continue;
    const perSecond = rateOf(known.valueOf(old), value, counter.bits, elapsed.uptime, ms);
    if (perSecond === undefined) continue;
    const unit = counter.rateUnit ?? `${reading.unit}/s`;
    const factor = reading.unit === 'By' && unit === 'bit/s' ? 8 : 1;
    rates.push({ metric: rateName(metric), instance, value: perSecond * factor, unit });
  }
  if (elapsed?.uptime !== 'restarted') counters.keepUnread(input.timeMs);
  return { rates, state: counters.baseline(input) };
}

/** The counters of one poll, as they come. As long as they are those of the last poll in its order, nothing is looked up. */
class Counters {
  readonly #known: Baseline | undefined;
  readonly #values: number[] = [];
  readonly #isNarrow: boolean[] = [];
  readonly #wide = new Map<number, bigint>();
  /** When a counter was read that was not read this time. */
  readonly #times = new Map<number, number>();
  /** From where the order is another one: names, and which there are. */
  #own: { readonly names: Named[]; readonly seen: Set<string> } | undefined;

  constructor(known: Baseline | undefined) {
    this.#known = known;
    if (!known) this.#own = { names: [], seen: new Set() };
  }

  /** Where it was at the last poll. The first of several readings of the same counter in one poll counts. */
  add(named: Named, value: number | bigint, isNarrow: boolean): number | undefined {
    const place = this.#values.length;
    if (place >= MAX_COUNTERS) return undefined;
    if (!this.#own && this.#known?.isAt(named, place)) {
      this.#push(value, isNarrow);
      return place;
    }
    const { names, seen } = this.#begun();
    const key = keyOf(named.metric, named.instance);
    if (seen.has(key)) return undefined;
    seen.add(key);
    names.push(named);
    this.#push(value, isNarrow);
    return this.#known?.shape.placeOf(named.metric, named.instance);
  }

  /** Counters that were not read this time wait for the next: their rate is then the mean over the gap. */
  keepUnread(timeMs: number): void {
    const known = this.#known;
    if (!known || (!this.#own && this.#values.length === known.shape.names.length)) return;
    const { names, seen } = this.#begun();
    known.shape.names.forEach((named, place) => {
      const readMs = known.timeOf(place);
      if (names.length >= MAX_COUNTERS || seen.has(keyOf(named.metric, named.instance))) return;
      if (timeMs - readMs > FORGET_MS || readMs > timeMs) return;
      this.#times.set(names.length, readMs);
      names.push(named);
      this.#push(known.valueOf(place), known.isNarrow(place));
    });
  }

  baseline({ timeMs, uptimeMs }: RateInput): Baseline {
    const known = this.#known?.shape;
    const isSame = !this.#own && this.#values.length === known?.names.length;
    const shape = isSame && known ? known : shapeOf(this.#begun().names, known);
    return new Baseline(timeMs, uptimeMs, shape, this.#values, this.#isNarrow, this.#wide, this.#times);
  }

  #push(value: number | bigint, isNarrow: boolean): void {
    this.#isNarrow.push(isNarrow);
    if (typeof value === 'bigint') this.#wide.set(this.#values.length, value);
    this.#values.push(typeof value === 'number' ? value : Number.NaN);
  }

  #begun() {
    if (!this.#own) {
      const names = this.#known?.shape.names.slice(0, this.#values.length) ?? [];
      this.#own = { names, seen: new Set(names.map(({ metric, instance }) => keyOf(metric, instance))) };
    }
    return this.#own;
  }
}

const keyOf = (metric: string, instance: string): string => `${metric}\n${instance}`;
const rateNames = new Map<string, string>();
const MOST_RATE_NAMES = 10_000;

/** One text for all rates of that name, however many elements have it. */
function rateName(metric: string): string {
  const known = rateNames.get(metric);
  if (known !== undefined) return known;
  const name = `${metric}.rate`;
  if (rateNames.size < MOST_RATE_NAMES) rateNames.set(metric, name);
  return name;
}

/** What counters were at, kept closely: their names are the same from poll to poll. */
export class Baseline implements RateState {
  readonly timeMs: number;
  readonly uptimeMs: number | undefined;
  /** Its units are of no matter. */
  readonly shape: Shape;
  /** By place; not a number where the value is among the wide ones. */
  readonly #values: readonly number[];
  /** By place: whether it was read in 32 bits. */
  readonly #narrow: readonly boolean[];
  /** What no double holds. */
  readonly #wide: ReadonlyMap<number, bigint> | undefined;
  /** When a counter was read, if that is not {@link timeMs}. */
  readonly #times: ReadonlyMap<number, number> | undefined;

  constructor(
    timeMs: number,
    uptimeMs: number | undefined,
    shape: Shape,
    values: readonly number[],
    isNarrow: readonly boolean[],
    wide: ReadonlyMap<number, bigint>,
    times: ReadonlyMap<number, number>,
  ) {
    this.timeMs = timeMs;
    this.uptimeMs = uptimeMs;
    this.shape = shape;
    this.#values = values.slice();
    this.#narrow = asKnown(shape, isNarrow);
    this.#wide = wide.size > 0 ? wide : undefined;
    this.#times = times.size > 0 ? times : undefined;
  }

  static from({ timeMs, uptimeMs, counters }: RateState): Baseline {
    const names: Named[] = [];
    const values: number[] = [];
    const isNarrow: boolean[] = [];
    const wide = new Map<number, bigint>();
    const times = new Map<number, number>();
    for (const [metric, entries, bits] of counters)
      for (const [instance, written, readMs] of entries) {
        if (!isWhole(written)) continue;
        const value = narrow(written);
        if (typeof value === 'bigint') wide.set(names.length, value);
        if (readMs !== undefined) times.set(names.length, readMs);
        names.push({ metric, instance, unit: '' });
        isNarrow.push(bits === 32);
        values.push(typeof value === 'number' ? value : Number.NaN);
      }
    return new Baseline(timeMs, uptimeMs, shapeOf(names), values, isNarrow, wide, times);
  }

  isAt({ metric, instance }: Named, place: number): boolean {
    const there = this.shape.names[place];
    return there !== undefined && there.metric === metric && there.instance === instance;
  }

  valueOf(place: number): number | bigint {
    return this.#wide?.get(place) ?? this.#values[place] ?? 0;
  }

  isNarrow(place: number): boolean {
    return this.#narrow[place] === true;
  }

  timeOf(place: number): number {
    return this.#times?.get(place) ?? this.timeMs;
  }

  get counters(): RateState['counters'] {
    const wide = new Map<string, CounterEntry[]>();
    const narrow = new Map<string, CounterEntry[]>();
    this.shape.names.forEach(({ metric, instance }, place) => {
      const counters = this.isNarrow(place) ? narrow : wide;
      const entries = counters.get(metric) ?? [];
      counters.set(metric, entries);
      const readMs = this.#times?.get(place);
      const value = String(this.valueOf(place));
      entries.push(readMs === undefined ? [instance, value] : [instance, value, readMs]);
    });
    return [...wide, ...[...narrow].map(([metric, entries]): CounterGroup => [metric, entries, 32])];
  }

  /** As it travels. */
  toJSON(): RateState {
    const { timeMs, uptimeMs, counters } = this;
    return { timeMs, ...(uptimeMs !== undefined && { uptimeMs }), counters };
  }
}

/** By shape: which of its counters are of 32 bits is mostly the same for all who have it. */
const widths = new WeakMap<Shape, readonly boolean[]>();

function asKnown(shape: Shape, isNarrow: readonly boolean[]): readonly boolean[] {
  const known = widths.get(shape);
  if (known?.length === isNarrow.length && known.every((one, place) => one === isNarrow[place])) return known;
  const own = isNarrow.slice();
  widths.set(shape, own);
  return own;
}

/** Whether the device went on counting: `unknown` where it does not tell its uptime. */
type Uptime = 'went on' | 'restarted' | 'unknown';

/**
 * How long it is since the state's poll. The device's own clock is believed where the wall clock was set meanwhile.
 * Zero or less: no rate.
 */
function passed(
  before: Pick<RateState, 'timeMs'> & { readonly uptimeMs?: number | undefined },
  input: RateInput,
): { readonly ms: number; readonly uptime: Uptime } {
  const wallMs = input.timeMs - before.timeMs;
  if (before.uptimeMs === undefined || input.uptimeMs === undefined) return { ms: wallMs, uptime: 'unknown' };
  const upMs = input.uptimeMs - before.uptimeMs;
  if (upMs < 0) {
    const wrappedMs = upMs + UPTIME_WRAP_MS;
    const wrapped = wrappedMs > 0 && wallMs > 0 && Math.abs(wrappedMs - wallMs) <= slack(wallMs);
    return { ms: wallMs, uptime: wrapped ? 'went on' : 'restarted' };
  }
  // An agent that shows a standing uptime is no better a clock than ours.
  const ms = upMs > 0 && Math.abs(upMs - wallMs) > slack(upMs) ? upMs : wallMs;
  return { ms, uptime: restartedWithin(before.uptimeMs, input.uptimeMs, wallMs) ? 'restarted' : 'went on' };
}

/**
 * Restarted, and by now up for longer than before: then its uptime is shorter than the time that passed. Where our
 * own clock was set ahead this is a false alarm, which costs one interval's rate.
 */
function restartedWithin(beforeMs: number, nowMs: number, wallMs: number): boolean {
  return nowMs > beforeMs && nowMs + slack(wallMs) < wallMs;
}

/** What the counter gained; undefined when it restarted, or nobody can tell. */
function gained(old: bigint, now: bigint, bits: 32 | 64 | undefined, uptime: Uptime): bigint | undefined {
  if (uptime === 'restarted') return undefined;
  if (now >= old) {
    const gain = now - old;
    return bits === 64 && gain > CREDIBLE_GAIN ? undefined : gain;
  }
  if (bits === undefined) return undefined;
  const range = 2n ** BigInt(bits);
  if (old >= range) return undefined;
  const gain = now + range - old;
  if (bits === 64) return gain <= CREDIBLE_GAIN ? gain : undefined;
  if (uptime === 'went on') return gain;
  return old >= (range / 4n) * 3n && now < range / 4n ? gain : undefined;
}

/** Per second; undefined as {@link gained}. Two numbers that doubles hold are subtracted without going over bigint. */
function rateOf(
  old: number | bigint,
  now: number | bigint,
  bits: 32 | 64 | undefined,
  uptime: Uptime,
  ms: number,
): number | undefined {
  if (typeof old === 'number' && typeof now === 'number' && now >= old)
    return uptime === 'restarted' ? undefined : perSecond(now - old, ms);
  const gain = gained(BigInt(old), BigInt(now), bits, uptime);
  return gain === undefined ? undefined : perSecond(gain <= MOST_SAFE ? Number(gain) : gain, ms);
}

/** Of what a double holds with its thousandth; of more whole seconds first: 2^56 fits no double with its fraction. */
function perSecond(gain: number | bigint, ms: number): number {
  return typeof gain === 'number' && gain <= Number.MAX_SAFE_INTEGER / 1000
    ? (gain * 1000) / ms
    : Number(gain) / (ms / 1000);
}

const MOST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Only whole numbers that are not negative can be counters. */
function isWhole(value: number | bigint | string): boolean {
  if (typeof value === 'bigint') return value >= 0n;
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0;
  return /^\d{1,20}$/.test(value);
}

/** Of a whole number: a double where that holds it. */
function narrow(value: number | bigint | string): number | bigint {
  if (typeof value === 'number') return value;
  const whole = BigInt(value);
  return whole <= MOST_SAFE ? Number(whole) : whole;
}

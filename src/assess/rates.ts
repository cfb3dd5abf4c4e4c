/**
 * Counters to rates: what a counter gained since it was last read, per second, as `NAME.rate`.
 *
 * Pure. The state is plain JSON and travels with the element to its next owner. All arithmetic on counters is done in
 * bigint, so that 64 bits lose nothing. A counter that fell has either wrapped or restarted:
 *
 * | width   | uptime went on                | uptime unknown                                     | uptime went back |
 * |---------|-------------------------------|----------------------------------------------------|------------------|
 * | 32 bits | wrapped                       | wrapped, if from the last to the first quarter     | restarted        |
 * | 64 bits | wrapped, if by a credible gain | wrapped, if by a credible gain                     | restarted        |
 * | unknown | restarted                     | restarted                                          | restarted        |
 *
 * After a restart there is no rate for one interval: what was counted before it is unknown. The uptime itself wraps
 * after 497 days (RFC 3418 `sysUpTime`, 2^32 hundredths of a second), which is told from a restart by the time passed.
 */

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
  readonly counters: readonly (readonly [metric: string, entries: readonly CounterEntry[]])[];
}

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

/** @returns The rates, in the order of the readings, and the state for the next call. */
export function deriveRates(
  before: RateState | undefined,
  input: RateInput,
): { readonly rates: readonly RateReading[]; readonly state: RateState } {
  const known = before ? indexed(before) : new Map<string, Map<string, Known>>();
  const elapsed = before ? passed(before, input) : undefined;
  const counters = new Map<string, Map<string, CounterEntry>>();
  const rates: RateReading[] = [];
  let count = 0;
  for (const reading of input.readings) {
    const value = reading.counter ? wholeNumber(reading.value) : undefined;
    if (!reading.counter || value === undefined) continue;
    const entries = inner(counters, reading.metric);
    // The first of several readings of the same counter in one poll counts.
    if (entries.has(reading.instance) || count >= MAX_COUNTERS) continue;
    const old = known.get(reading.metric)?.get(reading.instance);
    entries.set(reading.instance, [reading.instance, String(value)]);
    count += 1;
    if (!old || !elapsed || !before) continue;
    const ms = old.timeMs === before.timeMs ? elapsed.ms : elapsed.ms + (before.timeMs - old.timeMs);
    if (ms <= 0) continue;
    const gain = gained(old.value, value, reading.counter.bits, elapsed.uptime);
    if (gain === undefined) continue;
    const unit = reading.counter.rateUnit ?? `${reading.unit}/s`;
    const factor = reading.unit === 'By' && unit === 'bit/s' ? 8 : 1;
    rates.push({
      metric: `${reading.metric}.rate`,
      instance: reading.instance,
      value: perSecond(gain, ms) * factor,
      unit,
    });
  }
  if (before && elapsed?.uptime !== 'restarted') keepUnread(known, counters, input.timeMs, count);
  return { rates, state: stateOf(input, counters) };
}

interface Known {
  readonly value: bigint;
  readonly timeMs: number;
}

function indexed(state: RateState): Map<string, Map<string, Known>> {
  const known = new Map<string, Map<string, Known>>();
  for (const [metric, entries] of state.counters) {
    const of = inner(known, metric);
    for (const [instance, value, timeMs] of entries) {
      const whole = wholeNumber(value);
      if (whole !== undefined) of.set(instance, { value: whole, timeMs: timeMs ?? state.timeMs });
    }
  }
  return known;
}

function inner<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const found = map.get(key) ?? new Map<string, Value>();
  map.set(key, found);
  return found;
}

/** Whether the device went on counting: `unknown` where it does not tell its uptime. */
type Uptime = 'went on' | 'restarted' | 'unknown';

/**
 * How long it is since the state's poll. The device's own clock is believed where the wall clock was set meanwhile.
 * Zero or less: no rate.
 */
function passed(before: RateState, input: RateInput): { readonly ms: number; readonly uptime: Uptime } {
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

/** Whole seconds first: 2^56 fits no double with its fraction. */
function perSecond(gain: bigint, ms: number): number {
  return gain <= BigInt(Number.MAX_SAFE_INTEGER) / 1000n ? (Number(gain) * 1000) / ms : Number(gain) / (ms / 1000);
}

/** Only whole numbers that are not negative can be counters. */
function wholeNumber(value: number | bigint | string): bigint | undefined {
  if (typeof value === 'bigint') return value >= 0n ? value : undefined;
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

/** Counters that were not read this time wait for the next: their rate is then the mean over the gap. */
function keepUnread(
  known: ReadonlyMap<string, ReadonlyMap<string, Known>>,
  counters: Map<string, Map<string, CounterEntry>>,
  timeMs: number,
  read: number,
): void {
  let count = read;
  for (const [metric, entries] of known) {
    for (const [instance, { value, timeMs: readMs }] of entries) {
      if (count >= MAX_COUNTERS) return;
      if (counters.get(metric)?.has(instance) || timeMs - readMs > FORGET_MS || readMs > timeMs) continue;
      inner(counters, metric).set(instance, [instance, String(value), readMs]);
      count += 1;
    }
  }
}

function stateOf(input: RateInput, counters: ReadonlyMap<string, ReadonlyMap<string, CounterEntry>>): RateState {
  return {
    timeMs: input.timeMs,
    ...(input.uptimeMs === undefined ? {} : { uptimeMs: input.uptimeMs }),
    counters: [...counters].map(([metric, entries]) => [metric, [...entries.values()]] as const),
  };
}

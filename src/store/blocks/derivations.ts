/**
 * What follows from a counter beside it: its rate, and of octets how much of an interface's speed that is. Such values
 * are foretold from the counter, and only what differs from that takes room.
 */
import type { Named } from '../../model/measured.js';

/** Place of the counter that a place follows from, if any does. */
export type Derivations = readonly (number | undefined)[];

const RATE = '.rate';
const OF_COUNTERS: Readonly<Record<string, string>> = {
  ifInUtilisation: 'ifInOctets',
  ifOutUtilisation: 'ifOutOctets',
};

export function derivationsOf(names: readonly Pick<Named, 'metric' | 'instance'>[]): Derivations {
  const places = new Map(names.map(({ metric, instance }, place) => [keyOf(metric, instance), place]));
  return names.map(({ metric, instance }) => {
    const counter = metric.endsWith(RATE) ? metric.slice(0, -RATE.length) : OF_COUNTERS[metric];
    return counter === undefined ? undefined : places.get(keyOf(counter, instance));
  });
}

const keyOf = (metric: string, instance: string): string => `${metric}\n${instance}`;

/** What a counter gained a second since it was last there; where that is not known the same as next time. */
export function gains(times: Float64Array, counter: Float64Array): Float64Array {
  const found = new Float64Array(counter.length).fill(Number.NaN);
  let [before, beforeMs] = [Number.NaN, 0];
  counter.forEach((value, at) => {
    if (Number.isNaN(value)) return;
    const timeMs = times[at] ?? 0;
    found[at] = (value - before) / ((timeMs - beforeMs) / 1000);
    [before, beforeMs] = [value, timeMs];
  });
  let next = 0;
  for (let at = found.length - 1; at >= 0; at -= 1) {
    const gain = found[at] ?? Number.NaN;
    if (Number.isFinite(gain)) next = gain;
    else found[at] = next;
  }
  return found;
}

/**
 * By what gains are to be multiplied: what it was for the largest. Bytes to bits, and per cent of a speed in bit/s, are
 * all one 800th of a number that has three digits, mostly.
 */
export function factorOf(values: Float64Array, gained: Float64Array): number {
  let largest = 0;
  let factor = 0;
  gained.forEach((gain, at) => {
    const value = values[at] ?? Number.NaN;
    if (at === 0 || !(gain > largest) || Number.isNaN(value)) return;
    largest = gain;
    factor = value / gain;
  });
  if (!(factor > 0)) return 0;
  const rounded = OF_FACTORS / Number((OF_FACTORS / factor).toPrecision(3));
  return Math.abs(rounded - factor) < 1e-3 * factor ? rounded : factor;
}

const OF_FACTORS = 800;

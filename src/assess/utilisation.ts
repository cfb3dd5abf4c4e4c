/**
 * How much of an interface's speed is used, in per cent and by direction: `ifInUtilisation`, `ifOutUtilisation`.
 * Derived where rates are, as it takes two polls. Pure.
 */
import type { CounterReading, RateReading } from './rates.js';

const SPEED = 'ifSpeed';
const DIRECTIONS: Readonly<Record<string, string>> = {
  'ifInOctets.rate': 'ifInUtilisation',
  'ifOutOctets.rate': 'ifOutUtilisation',
};

export const UTILISATION_METRICS: readonly string[] = Object.values(DIRECTIONS);

/**
 * @param readings Among them `ifSpeed`, in bit/s; where it is 0 or missing, as of a tunnel, nothing is derived.
 * @param rates In bit/s.
 */
export function deriveUtilisation(
  readings: readonly CounterReading[],
  rates: readonly RateReading[],
): readonly RateReading[] {
  const speeds = new Map<string, number>();
  for (const { metric, instance, value } of readings) if (metric === SPEED) speeds.set(instance, Number(value));
  if (speeds.size === 0) return [];
  return rates.flatMap(({ metric, instance, value }) => {
    const name = Object.hasOwn(DIRECTIONS, metric) ? DIRECTIONS[metric] : undefined;
    const speed = speeds.get(instance) ?? 0;
    if (name === undefined || !(speed > 0)) return [];
    return [{ metric: name, instance, value: Math.round((10_000 * value) / speed) / 100, unit: '%' }];
  });
}

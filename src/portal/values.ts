/** The values of an element, sorted for reading. Pure. */
import type { MetricValue } from '../model/ptp-store.js';
import { isInterfaceMetric } from './interfaces.js';
import { naturalPlaces } from './order.js';

const RATE = '.rate';

/** Values of one metric; of one with several instances there are several, in the order that people count. */
export interface ValueGroup {
  readonly metric: string;
  readonly unit: string;
  readonly values: readonly MetricValue[];
}

/**
 * Groups by metric, single values first. Interfaces have their own table, and a counter whose rate is there
 * tells a person nothing: both are left out.
 */
export function valueGroups(
  metrics: readonly MetricValue[],
  placeOf = naturalPlaces(metrics.map((metric) => metric.instance)),
): readonly ValueGroup[] {
  const names = new Set(metrics.map((metric) => metric.name));
  const groups = new Map<string, MetricValue[]>();
  for (const metric of metrics) {
    if (isInterfaceMetric(metric.name) || names.has(metric.name + RATE)) continue;
    const values = groups.get(metric.name) ?? [];
    values.push(metric);
    groups.set(metric.name, values);
  }
  const all = [...groups].map(([metric, values]) => ({
    metric,
    unit: values[0]?.unit ?? '',
    values: values.sort((a, b) => placeOf(a.instance) - placeOf(b.instance)),
  }));
  const single = (group: ValueGroup) => group.values.length === 1;
  return [...all.filter(single), ...all.filter((group) => !single(group))];
}

export const isNumeric = (value: MetricValue['value']): boolean => typeof value !== 'string';

/** Finds values by metric and instance. */
export class ValueSet {
  readonly #instances = new Map<string, Set<string>>();

  add(metric: string, instance: string): void {
    const known = this.#instances.get(metric);
    if (known) known.add(instance);
    else this.#instances.set(metric, new Set([instance]));
  }

  /** A counter belongs to its rate. */
  has({ name, instance }: Pick<MetricValue, 'name' | 'instance'>): boolean {
    return [name, name + RATE].some((one) => this.#instances.get(one)?.has(instance));
  }
}

/** The values of an element, sorted for reading. Pure. */
import type { MetricValue } from '../model/ptp-store.js';
import { isInterfaceMetric } from './interfaces.js';

const RATE = '.rate';

/** Values of one metric; of one with several instances there are several. */
export interface ValueGroup {
  readonly metric: string;
  readonly unit: string;
  readonly values: readonly MetricValue[];
}

/**
 * Groups by metric, single values first. Interfaces have their own table, and a counter whose rate is there
 * tells a person nothing: both are left out.
 */
export function valueGroups(metrics: readonly MetricValue[]): readonly ValueGroup[] {
  const names = new Set(metrics.map((metric) => metric.name));
  const groups = new Map<string, MetricValue[]>();
  for (const metric of metrics) {
    if (isInterfaceMetric(metric.name) || names.has(metric.name + RATE)) continue;
    const values = groups.get(metric.name) ?? [];
    values.push(metric);
    groups.set(metric.name, values);
  }
  const all = [...groups].map(([metric, values]) => ({ metric, unit: values[0]?.unit ?? '', values }));
  const single = (group: ValueGroup) => group.values.length === 1;
  return [...all.filter(single), ...all.filter((group) => !single(group))];
}

export const isNumeric = (value: MetricValue['value']): boolean => typeof value !== 'string';

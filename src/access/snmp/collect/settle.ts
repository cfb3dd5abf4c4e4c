/** What is made of the readings of all parts together. Pure. */
import type { ElementFacts, Reading } from '../../access.js';

/** What tells one thing by several numbers comes from one source: that which used counts with may not be that of the other. */
const FAMILY = /^(memory|storage|swap)(Total|Used|Free|Load)$/;
const familyOf = (metric: string): string => FAMILY.exec(metric)?.[1] ?? metric;

/** Metrics that say what the device is, not how it is: they become facts. */
const FACTS: Readonly<Record<string, 'model'>> = { model: 'model' };

export interface Settled {
  readonly readings: readonly Reading[];
  readonly facts: ElementFacts;
}

/**
 * One value for one thing: a metric that the element's own configuration has is not taken from elsewhere, one that its
 * device type has not from a standard MIB, and memory that is known without buffers and caches not with them, too.
 *
 * @param bySource The most particular source first.
 */
export function settled(bySource: readonly (readonly Reading[])[]): Settled {
  const taken = new Set<string>();
  const readings: Reading[] = [];
  const facts: { model?: string } = {};
  for (const [at, source] of bySource.entries()) {
    if (source.length === 0) continue;
    const names = new Set<string>();
    for (const reading of source) {
      const fact = Object.hasOwn(FACTS, reading.metric) ? FACTS[reading.metric] : undefined;
      if (fact) {
        const text = String(reading.value).trim();
        if (text) facts[fact] ??= text;
        continue;
      }
      if (taken.has(reading.metric) || taken.has(familyOf(reading.metric))) continue;
      // What the element's own configuration has takes the place of nothing else.
      names.add(at === 0 ? reading.metric : familyOf(reading.metric));
      readings.push(reading);
    }
    for (const name of names) taken.add(name);
  }
  return { readings: readings.length === 0 ? readings : withLoads(withoutRawMemory(readings)), facts };
}

/** Of a host that tells memory as a whole, and by rows that count buffers and caches as used, the whole. */
function withoutRawMemory(readings: readonly Reading[]): readonly Reading[] {
  const isWhole = readings.some(({ metric, instance }) => metric === 'memoryLoad' && instance === '');
  if (!isWhole) return readings;
  return readings.filter(({ metric, instance }) => instance === '' || !/^memory(Total|Used|Load)$/.test(metric));
}

/** `memoryLoad` and `storageLoad` in per cent where a device tells used and free, or used and total, alone. */
function withLoads(readings: readonly Reading[]): readonly Reading[] {
  const loads = ['memory', 'storage'].flatMap((kind) => {
    const of = (part: string) =>
      new Map(
        readings.flatMap(({ metric, instance, value }) =>
          metric === `${kind}${part}` ? [[instance, Number(value)]] : [],
        ),
      );
    const [used, free, total, load] = ['Used', 'Free', 'Total', 'Load'].map(of);
    if (!used || load?.size) return [];
    const instances = new Set([...used.keys(), ...(free?.keys() ?? [])]);
    return [...instances].flatMap((instance): Reading[] => {
      const all = total?.get(instance) ?? (used.get(instance) ?? Number.NaN) + (free?.get(instance) ?? Number.NaN);
      const some = used.get(instance) ?? all - (free?.get(instance) ?? Number.NaN);
      if (!(all > 0) || !Number.isFinite(some)) return [];
      return [{ metric: `${kind}Load`, instance, value: Math.round((10_000 * some) / all) / 100, unit: '%' }];
    });
  });
  return loads.length > 0 ? [...readings, ...loads] : readings;
}

/** The latest values of an element as JSON that keeps 64-bit counters and every double whole. */
import type { MetricValue } from '../../model/ptp-store.js';
import type { SampleValue } from '../../model/sample.js';

type Encoded = string | number | { readonly big: string } | { readonly number: string };
type Row = readonly [name: string, instance: string, value: Encoded, unit: string, time: number];

export function encodeLatest(latest: readonly MetricValue[]): string {
  return JSON.stringify(
    latest.map(({ name, instance, value, unit, time }): Row => [name, instance, encode(value), unit, time]),
  );
}

export function decodeLatest(text: string): readonly MetricValue[] {
  const rows: readonly Row[] = JSON.parse(text);
  return rows.map(([name, instance, value, unit, time]) => ({ name, instance, value: decode(value), unit, time }));
}

function encode(value: SampleValue): Encoded {
  if (typeof value === 'bigint') return { big: value.toString() };
  // JSON has neither of them.
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return { number: Object.is(value, -0) ? '-0' : String(value) };
  return value;
}

function decode(value: Encoded): SampleValue {
  if (typeof value !== 'object') return value;
  return 'big' in value ? BigInt(value.big) : Number(value.number);
}

/**
 * The latest values of an element as JSON that keeps 64-bit counters and every double whole.
 *
 * Either all of them, as a list; or what the newest vectors of its tracks do not have: values of other times, and what
 * is no double, with the track that it belongs to.
 */
import type { MetricValue } from '../../model/ptp-store.js';
import type { SampleValue } from '../../model/sample.js';

type Encoded = string | number | { readonly big: string } | { readonly number: string };
type Row = readonly [name: string, instance: string, value: Encoded, unit: string, time: number];
type TextRow = readonly [track: number, name: string, instance: string, value: Encoded, unit: string];

export interface Text extends Omit<MetricValue, 'time'> {
  /** Position among the tracks of its element. */
  readonly track: number;
}

interface Apart {
  readonly kept: readonly Row[];
  readonly texts: readonly TextRow[];
}

export const encodeLatest = (latest: readonly MetricValue[]): string => JSON.stringify(latest.map(rowOf));

export function encodeKept(kept: readonly MetricValue[], texts: readonly Text[]): string {
  if (kept.length === 0 && texts.length === 0) return '[]';
  const rows = texts.map(({ track, name, instance, value, unit }): TextRow => {
    return [track, name, instance, encode(value), unit];
  });
  return JSON.stringify({ kept: kept.map(rowOf), texts: rows } satisfies Apart);
}

/** What is not in vectors. */
export function decodeLatest(written: string): {
  readonly kept: readonly MetricValue[];
  readonly texts: readonly Text[];
} {
  const parsed: readonly Row[] | Apart = JSON.parse(written);
  const { kept, texts } = 'kept' in parsed ? parsed : { kept: parsed, texts: [] };
  return {
    kept: kept.map(([name, instance, value, unit, time]) => ({ name, instance, value: decode(value), unit, time })),
    texts: texts.map(([track, name, instance, value, unit]) => {
      return { track, name, instance, unit, value: decode(value) };
    }),
  };
}

const rowOf = ({ name, instance, value, unit, time }: MetricValue): Row => [name, instance, encode(value), unit, time];

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

/** It is a series, and none of the element's values. */
export const isResponseTime = (metric: string): boolean => metric.startsWith('responseTime.');

/**
 * What is not in vectors once the newest of one track is not there any more.
 * @param track Position of that track among those of its element.
 * @param names Of its values.
 */
export function withoutTrack(
  written: string,
  track: number,
  names: readonly (readonly string[])[],
  { time, values }: { readonly time: number; readonly values: Float64Array },
): string {
  const { kept, texts } = decodeLatest(written);
  const numbers = [...values].flatMap((value, place) => {
    const [name = '', instance = '', unit = ''] = names[place] ?? [];
    return Number.isNaN(value) || isResponseTime(name) ? [] : [{ name, instance, unit, value, time }];
  });
  const own = texts.filter((text) => text.track === track).map(({ track: _, ...text }) => ({ ...text, time }));
  const others = texts
    .filter((text) => text.track !== track)
    .map((text) => ({ ...text, track: text.track > track ? text.track - 1 : text.track }));
  return encodeKept([...kept, ...numbers, ...own], others);
}

/**
 * The body of a bundle: JSON of at most 1 MiB, in which every time is an age.
 *
 * What does not fit is left out in this order: values that the next poll brings anyway, then baselines of counters (one
 * interval without rates). Definition, status and memories of the methods always travel.
 */
import type { RateState } from '../../../assess/rates.js';
import { PtpError } from '../../../base/errors.js';
import type { MetricValue } from '../../../model/ptp-store.js';
import type { SampleValue } from '../../../model/sample.js';
import {
  BODY_VERSION,
  type BundleContent,
  LONGEST_TEXT,
  LONGEST_WORD,
  MOST_BODY,
  MOST_MEMORY,
  MOST_VALUES,
  type Moment,
} from './content.js';
import { withoutSecrets } from './definition.js';

/** Name, instance, unit, age in milliseconds, value. */
type SentValue = readonly [string, string, string, number, SentSample];
/** Integers of 64 bits are decimal text in an object of their own. */
type SentSample = number | string | { readonly whole: string };

/** @throws PtpError `Client.TooLarge` when the definition and the memories alone are too long. */
export function exportBundle(content: BundleContent, moment: Moment): string {
  const { reach, facts, sealed } = content;
  const { since, ...status } = reach;
  const accesses: Record<string, unknown>[] = content.accesses.map(({ cursor, failures, costMs, memory }) => ({
    cursor,
    failures,
    costMs,
    memory: fitting(memory),
    latest: [],
  }));
  const body: Record<string, unknown> = {
    version: BODY_VERSION,
    definition: withoutSecrets(content.element),
    reach: { ...status, sinceAgoMs: moment.nowMs - since },
    facts,
    sealed,
    accesses,
    latest: [],
  };
  let left = MOST_BODY - Buffer.byteLength(JSON.stringify(body));
  if (left < 0)
    throw new PtpError(
      'Client.TooLarge',
      `what is to be handed over of ${content.element.name} is longer than ${MOST_BODY} bytes; give it fewer accesses`,
    );
  content.accesses.forEach(({ rates }, index) => {
    const access = accesses[index];
    if (!rates || !access) return;
    const sent = aged(rates, moment.monotonicMs);
    const length = Buffer.byteLength(JSON.stringify(sent)) + ',"rates":'.length;
    if (length > left) return;
    left -= length;
    access.rates = sent;
  });
  const take = (values: readonly MetricValue[]): SentValue[] => {
    const sent: SentValue[] = [];
    for (const value of values) {
      const one = agedValue(value, moment.nowMs);
      const length = one ? Buffer.byteLength(JSON.stringify(one)) + 1 : 0;
      if (!one || length > left || sent.length >= MOST_VALUES) continue;
      left -= length;
      sent.push(one);
    }
    return sent;
  };
  content.accesses.forEach(({ latest }, index) => {
    const access = accesses[index];
    if (access) access.latest = take(latest);
  });
  body.latest = take(content.latest);
  return JSON.stringify(body);
}

/** A memory that the taker's store would not keep is none. */
const fitting = (memory: unknown): unknown =>
  memory === undefined || (JSON.stringify(memory) ?? '').length > MOST_MEMORY ? undefined : memory;

const aged = ({ timeMs, uptimeMs, counters }: RateState, monotonicMs: number) => ({
  agoMs: monotonicMs - timeMs,
  uptimeMs,
  counters: counters
    .filter(([metric]) => metric.length <= LONGEST_WORD)
    .map(([metric, entries]) => [
      metric,
      entries
        .filter(([instance]) => instance.length <= LONGEST_WORD)
        .map(([instance, value, readMs]) =>
          readMs === undefined ? [instance, value] : [instance, value, monotonicMs - readMs],
        ),
    ]),
});

function agedValue({ name, instance, unit, time, value }: MetricValue, nowMs: number): SentValue | undefined {
  const sent = sample(value);
  if ([name, instance, unit].some(({ length }) => length > LONGEST_WORD)) return undefined;
  return sent === undefined ? undefined : [name, instance, unit, nowMs - time, sent];
}

function sample(value: SampleValue): SentSample | undefined {
  if (typeof value === 'bigint') return { whole: String(value) };
  const fits = typeof value === 'string' ? value.length <= LONGEST_TEXT : Number.isFinite(value);
  return fits ? value : undefined;
}

/**
 * The body of a bundle: JSON of at most 1 MiB, in which every time is an age.
 *
 * What does not fit is left out in this order: values that the next poll brings anyway, then baselines of counters (one
 * interval without rates). Definition, status, thresholds and memories of the methods always travel.
 */
import type { Learnt } from '../../../access/access.js';
import type { Root } from '../../../assess/dependence/dependence.js';
import type { RateState } from '../../../assess/rates.js';
import { type ThresholdState, type ThresholdWatch, withTimes } from '../../../assess/thresholds.js';
import { PtpError } from '../../../base/errors.js';
import type { MetricValue } from '../../../model/ptp-store.js';
import type { SampleValue } from '../../../model/sample.js';
import { exportAlarms } from './alarms.js';
import {
  BODY_VERSION,
  type BundleContent,
  LONGEST_TEXT,
  LONGEST_WORD,
  MOST_BODY,
  MOST_LEARNT,
  MOST_MEMORY,
  MOST_VALUES,
  type Moment,
} from './content.js';
import { withoutSecrets } from './definition.js';

/** Name, instance, unit, age in milliseconds, value. */
type SentValue = readonly [string, string, string, number, SentSample];
/** Integers of 64 bits are decimal text in an object of their own. */
type SentSample = number | string | { readonly whole: string };

interface SentAccess {
  readonly rates?: unknown;
  readonly latest: readonly SentValue[];
}

interface Sent {
  readonly accesses: readonly SentAccess[];
  readonly latest: readonly SentValue[];
}

/** @throws PtpError `Client.TooLarge` when the definition and the memories alone are too long. */
export function exportBundle(content: BundleContent, moment: Moment): string {
  const { since, behind, ...status } = content.reach;
  const body = {
    version: BODY_VERSION,
    definition: withoutSecrets(content.element),
    reach: {
      ...status,
      sinceAgoMs: moment.nowMs - since,
      behind: behind && agedRoot(behind, moment.nowMs),
    },
    shown: content.shown && {
      status: content.shown.status,
      sinceAgoMs: moment.nowMs - content.shown.since,
      reason: content.element.access.length === 0 ? content.shown.reason : undefined,
    },
    facts: content.facts,
    maintenance: content.maintenance,
    alarms: content.alarms && exportAlarms(content.alarms, moment.nowMs),
    sealed: content.sealed,
    accesses: content.accesses.map(({ cursor, failures, costMs, memory, rates, thresholds, learnt, latest }) => ({
      cursor,
      failures,
      costMs,
      memory: fitting(memory, MOST_MEMORY),
      learnt: learnt && agedLearnt(learnt, moment.monotonicMs),
      rates: rates && aged(rates, moment.monotonicMs),
      thresholds: thresholds && agedThresholds(thresholds, moment.monotonicMs),
      latest: latest.flatMap((value) => agedValue(value, moment.nowMs)).slice(0, MOST_VALUES),
    })),
    latest: content.latest.flatMap((value) => agedValue(value, moment.nowMs)).slice(0, MOST_VALUES),
  };
  const text = JSON.stringify(body);
  if (Buffer.byteLength(text) <= MOST_BODY) return text;
  const least = {
    ...body,
    accesses: body.accesses.map((access) => ({ ...access, rates: undefined, latest: [] })),
    latest: [],
  };
  const left = MOST_BODY - Buffer.byteLength(JSON.stringify(least));
  if (left < 0)
    throw new PtpError(
      'Client.TooLarge',
      `what is to be handed over of ${content.element.name} is longer than ${MOST_BODY} bytes; give it fewer accesses`,
    );
  return JSON.stringify({ ...body, ...fitted(body, left) });
}

/** As much of it as fits: baselines first, then values. */
function fitted<Access extends SentAccess>(
  { accesses, latest }: { readonly accesses: readonly Access[]; readonly latest: readonly SentValue[] },
  bytes: number,
): Sent {
  let left = bytes;
  const fits = (part: unknown, around: number): boolean => {
    const length = Buffer.byteLength(JSON.stringify(part)) + around;
    if (length > left) return false;
    left -= length;
    return true;
  };
  const kept = accesses.map((access) =>
    access.rates !== undefined && fits(access.rates, ',"rates":'.length) ? access : { ...access, rates: undefined },
  );
  const values = (all: readonly SentValue[]): SentValue[] => all.filter((value) => fits(value, 1));
  return { accesses: kept.map((access) => ({ ...access, latest: values(access.latest) })), latest: values(latest) };
}

const agedRoot = ({ since, ...root }: Root, nowMs: number) => ({ ...root, sinceAgoMs: nowMs - since });

/** A memory that the taker's store would not keep is none. */
const fitting = (memory: unknown, most: number): unknown =>
  memory === undefined || (JSON.stringify(memory) ?? '').length > most ? undefined : memory;

const agedLearnt = ({ what, atMs }: Learnt, monotonicMs: number) => ({
  agoMs: monotonicMs - atMs,
  what: fitting(what, MOST_LEARNT),
});

const aged = ({ timeMs, uptimeMs, counters }: RateState, monotonicMs: number) => ({
  agoMs: monotonicMs - timeMs,
  uptimeMs,
  counters: counters
    .filter(([metric]) => metric.length <= LONGEST_WORD)
    .map(([metric, entries, ...bits]) => [
      metric,
      entries
        .filter(([instance]) => instance.length <= LONGEST_WORD)
        .map(([instance, value, readMs]) =>
          readMs === undefined ? [instance, value] : [instance, value, monotonicMs - readMs],
        ),
      ...bits,
    ]),
});

const agedThresholds = (state: ThresholdState, monotonicMs: number): ThresholdState => {
  const aged = withTimes(state, (timeMs) => monotonicMs - timeMs);
  const travels = ({ instance }: ThresholdWatch): boolean => instance.length <= LONGEST_WORD;
  return {
    ...aged,
    thresholds: aged.thresholds.map((one) => ({ ...one, watches: one.watches.filter(travels) })),
  };
};

function agedValue({ name, instance, unit, time, value }: MetricValue, nowMs: number): SentValue[] {
  const sent = sample(value);
  if (sent === undefined || [name, instance, unit].some(({ length }) => length > LONGEST_WORD)) return [];
  return [[name, instance, unit, nowMs - time, sent]];
}

function sample(value: SampleValue): SentSample | undefined {
  if (typeof value === 'bigint') return { whole: String(value) };
  const fits = typeof value === 'string' ? value.length <= LONGEST_TEXT : Number.isFinite(value);
  return fits ? value : undefined;
}

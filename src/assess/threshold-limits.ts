/** What a `THRESHOLD` says of one value: whether it lies beyond the limit, and where it is good again. Pure. */
import type { ThresholdSpec } from '../model/element.js';
import type { SampleValue } from '../model/sample.js';
import { wholeOf } from '../model/whole-metrics.js';

/** A value as it is stored; `MetricValue` is one but for the name. */
export interface ThresholdSample {
  readonly metric: string;
  readonly instance: string;
  readonly value: SampleValue;
  readonly unit: string;
  /** It stands from a poll before, as values of logs do until the next one. */
  readonly isOld?: boolean;
}

/**
 * `beyond` the limit, `good` on the good side of `clear`, or `between` the two. Without `clear` there is nothing
 * between: what does not lie beyond the limit is good.
 */
export type Side = 'beyond' | 'between' | 'good';

export interface Finding {
  readonly side: Side;
  /** The value in the unit of the limit: a share where the limit is one. */
  readonly value: number;
  readonly unit: string;
}

/** Finds the value of another metric of the same instance. */
export type Beside = (metric: string, instance: string) => number | undefined;

/** @returns Undefined where nothing can be said: no number, or a share of a whole that is not known. */
export function findingOf(spec: ThresholdSpec, sample: ThresholdSample, beside: Beside): Finding | undefined {
  const limits = limitsOf(spec);
  if (!limits) return undefined;
  const measured = inUnitOf(limits, sample, beside);
  if (!measured) return undefined;
  const { isAbove, limit, clear } = limits;
  const { value } = measured;
  const isBeyond = isAbove ? value > limit : value < limit;
  const isGood = isAbove ? value <= clear : value >= clear;
  return { side: isBeyond ? 'beyond' : isGood ? 'good' : 'between', ...measured };
}

interface Limits {
  readonly isAbove: boolean;
  readonly isShare: boolean;
  readonly limit: number;
  readonly clear: number;
}

/** By specification, which lives as long as the configuration. */
const known = new WeakMap<ThresholdSpec, { readonly limits: Limits | undefined }>();

function limitsOf(spec: ThresholdSpec): Limits | undefined {
  const found = known.get(spec);
  if (found) return found.limits;
  const limit = numberOf(spec.above ?? spec.below);
  const limits =
    limit === undefined
      ? undefined
      : {
          isAbove: spec.above !== undefined,
          isShare: (spec.above ?? spec.below ?? '').endsWith('%'),
          limit,
          clear: numberOf(spec.clear) ?? limit,
        };
  known.set(spec, { limits });
  return limits;
}

function inUnitOf(
  { isShare }: Limits,
  { metric, instance, value, unit }: ThresholdSample,
  beside: Beside,
): Omit<Finding, 'side'> | undefined {
  const number = finite(value);
  if (number === undefined) return undefined;
  if (!isShare || unit === '%') return { value: number, unit };
  const whole = wholeOf(metric, unit);
  const total = whole === undefined ? undefined : beside(whole, instance);
  return total !== undefined && total > 0 ? { value: (100 * number) / total, unit: '%' } : undefined;
}

const numberOf = (limit: string | undefined): number | undefined =>
  limit === undefined ? undefined : finite(limit.replace(/%$/, ''));

/** Devices say numbers as text, too. */
export function finite(value: SampleValue): number | undefined {
  if (typeof value === 'string' && !/^\s*[-+]?\d{1,30}(\.\d{1,30})?([eE][-+]?\d{1,3})?\s*$/.test(value))
    return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

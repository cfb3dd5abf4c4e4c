/** Texts and JSON values as measured values. */
import type { MetricSpec } from '../model/element.js';
import type { Reading } from './access.js';

/** Longest text that is kept as a value. */
const MOST_TEXT = 4096;

/**
 * A number written in decimal, with an exponent or a sign; a whole one that a double cannot hold becomes a bigint.
 * Undefined for everything else.
 */
export function numberFrom(text: string): number | bigint | undefined {
  const trimmed = text.trim();
  if (/^\d{16,20}$/.test(trimmed)) {
    const whole = BigInt(trimmed);
    return whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : whole;
  }
  if (!/^[+-]?(\d{1,300}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * What an expression found as a reading. A metric with a unit, or a counter, is a number or nothing; another is a
 * number where it is written as one without leading zeros, else text.
 */
export function measured(spec: MetricSpec, instance: string, found: unknown): Reading[] {
  const value = valueFrom(spec, found);
  if (value === undefined) return [];
  const counter = spec.counter ? { counter: { bits: undefined } } : {};
  return [{ metric: spec.name, instance, value, unit: spec.unit ?? '1', ...counter }];
}

function valueFrom(spec: MetricSpec, found: unknown): number | bigint | string | undefined {
  if (typeof found === 'number') return Number.isFinite(found) ? found : undefined;
  if (typeof found === 'boolean') return found ? 1 : 0;
  if (typeof found !== 'string') return undefined;
  const number = numberFrom(found);
  if (spec.unit !== undefined || spec.counter) return number;
  return number !== undefined && !/^\s*[+-]?0\d/.test(found) ? number : found.trim().slice(0, MOST_TEXT);
}

/** Delay, loss and jitter of the tries of one poll. */
import type { Reading } from '../access.js';
import type { Try } from './tries.js';

/**
 * Jitter is the mean of the differences, without sign, between the delays of tries that follow each other, lost ones
 * left out (the mean of the packet delay variation of RFC 5481 section 4.1, over round trips). The running estimate of RFC 3550
 * section 6.4.1 is for a stream of packets: with its weight of 1/16 it would say nothing of the few tries of one poll.
 *
 * @param delaysMs Of the answered tries, in their order; at least one.
 * @param count Of all tries.
 */
export function delayReadings(delaysMs: readonly number[], count: number, instance: string): Reading[] {
  const reading = (metric: string, value: number, unit: string): Reading => ({
    metric,
    instance,
    value: Math.round(value * 1000) / 1000,
    unit,
  });
  const jitterMs = jitterOf(delaysMs);
  return [
    reading('delayMin', Math.min(...delaysMs), 'ms'),
    reading('delay', mean(delaysMs), 'ms'),
    reading('delayMax', Math.max(...delaysMs), 'ms'),
    reading('loss', (1 - delaysMs.length / count) * 100, '%'),
    ...(jitterMs === undefined ? [] : [reading('jitter', jitterMs, 'ms')]),
  ];
}

/** Undefined for fewer than two delays. */
export function jitterOf(delaysMs: readonly number[]): number | undefined {
  const differences = delaysMs.slice(1).map((delay, index) => Math.abs(delay - (delaysMs[index] ?? delay)));
  return differences.length > 0 ? mean(differences) : undefined;
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/**
 * The readings of all tries, and what the last answered one found.
 *
 * @throws PtpError `Access.*` of the last try when all are lost.
 */
export function measureTries<Found>(
  tries: readonly Try<Found>[],
  instance: string,
): { readonly readings: readonly Reading[]; readonly found: Found } {
  const answered = tries.flatMap((one) => ('lost' in one ? [] : [one]));
  const last = answered.at(-1);
  if (last) {
    const delaysMs = answered.map(({ delayMs }) => delayMs);
    return { readings: delayReadings(delaysMs, tries.length, instance), found: last.found };
  }
  throw tries.flatMap((one) => ('lost' in one ? [one.lost] : [])).at(-1) ?? new Error('a probe without a try');
}

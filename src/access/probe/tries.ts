/** Several tries of one poll: begun one after the other at a fixed pace, so that a lost one holds up none. */
import { type Clock, sleep } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { withTimeLimit } from '../../base/time-limit.js';
import { accessFailure } from '../failure.js';
import { type ProbeSettings, SPACING_MS } from './settings.js';

export type Try<Found> =
  | { readonly delayMs: number; readonly found: Found }
  /** Nothing came back in time, or a refusal. */
  | { readonly lost: PtpError };

/** What one try does: it resolves with what it found and ends by its signal. */
export type TryOnce<Found> = (signal: AbortSignal) => Promise<{ readonly delayMs: number; readonly found: Found }>;

/** Codes that say that nobody was there; any other answer is one, and a wrong one. */
const LOSSES: readonly string[] = ['Access.Timeout', 'Access.Refused', 'Access.Unreachable'];

/**
 * In the order of the tries.
 *
 * @throws PtpError `Access.*` of a try that was answered wrongly: that is no loss. What aborted the signal.
 */
export function makeTries<Found>(
  clock: Clock,
  { count, limitMs, place }: Pick<ProbeSettings, 'count' | 'limitMs' | 'place'>,
  signal: AbortSignal,
  once: TryOnce<Found>,
): Promise<readonly Try<Found>[]> {
  const late = () => new PtpError('Access.Timeout', `${place} did not answer within ${Math.round(limitMs) / 1000} s`);
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const oneTry = async (_: unknown, order: number): Promise<Try<Found>> => {
    try {
      if (order > 0) await sleep(clock, order * SPACING_MS, both);
      return await withTimeLimit(clock, limitMs, both, late, once);
    } catch (thrown) {
      if (both.aborted) throw thrown;
      const failure = accessFailure(thrown, place);
      if (LOSSES.includes(failure.code)) return { lost: failure };
      ended.abort(failure);
      throw failure;
    }
  };
  return Promise.all(Array.from({ length: count }, oneTry));
}

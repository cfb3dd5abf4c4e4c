/** One poll of one access: up to `retries` + 1 tries, each within its time. */
import type { AccessMethod, PollAnswer, PollRequest } from '../../access/access.js';
import type { Clock } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import { type Outer, withEnding, withTimeLimit } from '../../base/time-limit.js';

export type PollOutcome =
  | { readonly ok: true; readonly answer: PollAnswer; readonly responseMs: number }
  | { readonly ok: false; readonly error: PtpError };

/**
 * Tries until one succeeds or trying again cannot help. Never rejects; an abort of `signal` ends it with the
 * signal's reason.
 */
export async function tryAccess(
  method: AccessMethod,
  request: PollRequest,
  clock: Clock,
  signal: Outer,
): Promise<PollOutcome> {
  const { timeoutMs, retries } = request.access;
  const ask = method.pollUntil;
  const limitMs = method.tryLimitMs?.(request.access) ?? timeoutMs;
  const late = () => new PtpError('Access.Timeout', `no answer within ${limitMs / 1000} s`);
  for (let left = retries; ; left -= 1) {
    const startedMs = clock.monotonic();
    try {
      // A method with a defect that does not settle costs one poll of one element and no more.
      const answer = ask
        ? await withEnding(clock, limitMs, signal, late, (ending) => ask(request, ending))
        : await withTimeLimit(clock, limitMs, signal, late, (trySignal) => method.poll(request, trySignal));
      return { ok: true, answer, responseMs: answer.responseMs ?? clock.monotonic() - startedMs };
    } catch (thrown) {
      if (signal.aborted) return { ok: false, error: asPtpError(signal.reason) };
      const error = asPtpError(thrown);
      if (left === 0 || !error.retryable) return { ok: false, error };
    }
  }
}

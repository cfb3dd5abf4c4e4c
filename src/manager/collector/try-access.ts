/** One poll of one access: up to `retries` + 1 tries, each within its time. */
import type { AccessMethod, PollAnswer, PollRequest } from '../../access/access.js';
import type { Clock } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';

export type PollOutcome =
  | { readonly ok: true; readonly answer: PollAnswer; readonly responseMs: number }
  | { readonly ok: false; readonly error: PtpError };

/**
 * Tries until one succeeds or trying again cannot help. Never rejects; an abort of `signal` ends it with
 * `Server.Unavailable`.
 */
export async function tryAccess(
  method: AccessMethod,
  request: PollRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<PollOutcome> {
  const { timeoutMs, retries } = request.access;
  const limitMs = method.tryLimitMs?.(request.access) ?? timeoutMs;
  for (let left = retries; ; left -= 1) {
    const startedMs = clock.monotonic();
    try {
      const answer = await withTimeout(clock, limitMs, signal, (trySignal) => method.poll(request, trySignal));
      return { ok: true, answer, responseMs: clock.monotonic() - startedMs };
    } catch (thrown) {
      if (signal.aborted) return { ok: false, error: new PtpError('Server.Unavailable', 'the manager is stopping') };
      const error = asPtpError(thrown);
      if (left === 0 || !error.retryable) return { ok: false, error };
    }
  }
}

/**
 * Runs `work` and aborts it after `timeoutMs`. Settles then even if `work` does not, so that a method with a defect
 * costs one poll of one element and no more.
 */
export async function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timedOut = new PtpError('Access.Timeout', `no answer within ${timeoutMs / 1000} s`);
  let timer: { cancel(): void } | undefined;
  const onAbort = () => controller.abort(outer.reason);
  outer.addEventListener('abort', onAbort, { once: true });
  try {
    return await new Promise<T>((resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
      timer = clock.after(timeoutMs, () => controller.abort(timedOut));
      if (outer.aborted) controller.abort(outer.reason);
      else work(controller.signal).then(resolve, reject);
    });
  } finally {
    timer?.cancel();
    outer.removeEventListener('abort', onAbort);
  }
}

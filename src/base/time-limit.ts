/** Work that others wait for, held to its time. */
import type { Clock } from './env.js';

/**
 * Runs `work` with a signal that aborts with `outer`, or after `limitMs` with the error that `late` makes. Settles then
 * even if `work` does not: what does not listen to its signal is left behind and holds nobody up. With an `outer` that
 * has aborted already `work` is not begun.
 */
export async function withTimeLimit<Result>(
  clock: Clock,
  limitMs: number,
  outer: AbortSignal | undefined,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  outer?.throwIfAborted();
  const over = new AbortController();
  let refuse: (reason: unknown) => void = () => {};
  const end = (reason: unknown): void => {
    over.abort(reason);
    refuse(over.signal.reason);
  };
  const onAbort = () => end(outer?.reason);
  outer?.addEventListener('abort', onAbort, { once: true });
  const timer = clock.after(limitMs, () => end(late()));
  try {
    return await new Promise<Result>((resolve, reject) => {
      refuse = reject;
      work(over.signal).then(resolve, reject);
    });
  } finally {
    timer.cancel();
    outer?.removeEventListener('abort', onAbort);
  }
}

/** Work that others wait for, held to its time. */
import type { Clock } from './env.js';

/** What an AbortSignal says to those who listen for it. */
export type Outer = Pick<AbortSignal, 'aborted' | 'reason' | 'throwIfAborted'> & {
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
};

/**
 * An AbortController and its signal in one, for what is begun again and again and nearly never ended: it is made in a
 * tenth of the time.
 */
export class Ending implements Outer {
  aborted = false;
  reason: unknown;
  #listeners: readonly (() => void)[] = [];

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener();
    this.#listeners = [];
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.filter((one) => one !== listener);
  }
}

/**
 * Runs `work` with a signal that aborts with `outer`, or after `limitMs` with the error that `late` makes. Settles then
 * even if `work` does not: what does not listen to its signal is left behind and holds nobody up. With an `outer` that
 * has aborted already `work` is not begun.
 */
export async function withTimeLimit<Result>(
  clock: Clock,
  limitMs: number,
  outer: Outer | undefined,
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

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
  #listeners: readonly (() => void)[] = NOBODY;

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener();
    this.#listeners = NOBODY;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    const [only, ...others] = this.#listeners;
    if (only === listener && others.length === 0) this.#listeners = NOBODY;
    else this.#listeners = this.#listeners.filter((one) => one !== listener);
  }
}

const NOBODY: readonly (() => void)[] = [];

/**
 * Runs `work` with a signal that aborts with `outer`, or after `limitMs` with the error that `late` makes. Settles then
 * even if `work` does not: what does not listen to its signal is left behind and holds nobody up. With an `outer` that
 * has aborted already `work` is not begun.
 */
export function withTimeLimit<Result>(
  clock: Clock,
  limitMs: number,
  outer: Outer | undefined,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  return limited({ clock, limitMs, outer, late, over }, () => work(over.signal));
}

/** The same for work that is given an {@link Ending}. */
export function withEnding<Result>(
  clock: Clock,
  limitMs: number,
  outer: Outer | undefined,
  late: () => Error,
  work: (ending: Outer) => Promise<Result>,
): Promise<Result> {
  const over = new Ending();
  return limited({ clock, limitMs, outer, late, over }, () => work(over));
}

interface Limit {
  readonly clock: Clock;
  readonly limitMs: number;
  readonly outer: Outer | undefined;
  readonly late: () => Error;
  readonly over: { abort(reason: unknown): void };
}

async function limited<Result>(
  { clock, limitMs, outer, late, over }: Limit,
  work: () => Promise<Result>,
): Promise<Result> {
  outer?.throwIfAborted();
  let refuse: (reason: unknown) => void = () => {};
  const end = (reason: unknown): void => {
    over.abort(reason);
    refuse(reason);
  };
  const onAbort = () => end(outer?.reason);
  outer?.addEventListener('abort', onAbort, { once: true });
  const timer = clock.after(limitMs, () => end(late()));
  try {
    return await new Promise<Result>((resolve, reject) => {
      refuse = reject;
      work().then(resolve, reject);
    });
  } finally {
    timer.cancel();
    outer?.removeEventListener('abort', onAbort);
  }
}

/**
 * Bounds how much is polled at once. Accesses that failed last time have a lane of their own: however many of them
 * wait for their timeouts, those that answer are never behind them.
 */

const SLOTS = { healthy: 512, failing: 128 } as const;
export type Lane = keyof typeof SLOTS;

export class Lanes {
  readonly #running: Record<Lane, number> = { healthy: 0, failing: 0 };
  readonly #waiting: Record<Lane, (() => void)[]> = { healthy: [], failing: [] };

  /** Runs `work` when the lane has room; at most one waiting entry for each access, so the queue is bounded too. */
  async run<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    if (this.#running[lane] >= SLOTS[lane]) await new Promise<void>((resolve) => this.#waiting[lane].push(resolve));
    else this.#running[lane] += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting[lane].shift();
      if (next) next();
      else this.#running[lane] -= 1;
    }
  }

  /**
   * Polls that run, over both lanes; those that wait for a place and the share of the places that is taken, of those
   * that answer: what does not answer may wait.
   */
  get load(): { readonly running: number; readonly waiting: number; readonly share: number } {
    return {
      running: this.#running.healthy + this.#running.failing,
      waiting: this.#waiting.healthy.length,
      share: this.#running.healthy / SLOTS.healthy,
    };
  }
}

/**
 * Has elements judged anew when one of their windows begins or ends. The wall clock is looked at every few seconds, so
 * that it may jump as it likes; a poll within that time comes to the same.
 */
import { nextEdgeMs, windowAt } from '../../assess/maintenance.js';
import type { Env, Timer } from '../../base/env.js';
import type { ElementReview } from '../collector/element-review.js';

/** The longest between two looks. */
export const LOOK_MS = 5_000;
/** Elements in one piece: a window may be for all of them. */
const AT_A_TIME = 100;

export interface MaintenanceWatchParts {
  readonly env: Env;
  readonly review: () => Pick<ElementReview, 'withWindows' | 'judge'>;
}

export class MaintenanceWatch {
  readonly #parts: MaintenanceWatchParts;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(parts: MaintenanceWatchParts) {
    this.#parts = parts;
  }

  /** Looks from now on, if it does not do so already. */
  start(): void {
    if (!this.#timer) this.#arm(LOOK_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #arm(delayMs: number): void {
    if (!this.#isClosed) this.#timer = this.#parts.env.clock.after(delayMs, () => this.#look());
  }

  #look(): void {
    const { env, review } = this.#parts;
    const nowMs = env.clock.now();
    const all = review().withWindows();
    const due = all.filter(({ maintenance: { windows, window } }) => windowAt(windows, nowMs)?.id !== window?.id);
    for (const { name } of due.slice(0, AT_A_TIME)) void review().judge(name);
    const edgesMs = all.flatMap(({ maintenance }) => nextEdgeMs(maintenance.windows, nowMs) ?? []);
    const nextMs = edgesMs.reduce((least, edgeMs) => Math.min(least, edgeMs - nowMs), LOOK_MS);
    this.#arm(due.length > AT_A_TIME ? 1 : Math.max(1, nextMs));
  }
}

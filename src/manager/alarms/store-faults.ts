/**
 * Says loudly that the store takes nothing: by an alarm that does not wait to be on disk, as every other does. Events of it
 * are in the log afterwards, when there is a log again (`store-faults.ts` of the manager).
 *
 * Told when writes have failed for five seconds, without one that worked in between; over with the first that works.
 */
import type { Clock } from '../../base/env.js';
import type { PtpError } from '../../base/errors.js';
import type { NewEvent } from '../../model/event.js';

export interface StoreFaultsParts {
  readonly clock: Clock;
  /** Shows what an event raises at once. */
  readonly tellAtOnce: (event: NewEvent) => void;
  /** Ends what stands of that key. */
  readonly end: (key: string, text: string) => void;
}

const TOLD_MS = 5000;
const KEY = 'store';

export class StoreFaults {
  readonly #parts: StoreFaultsParts;
  #sinceMs: number | undefined;
  #isTold = false;

  constructor(parts: StoreFaultsParts) {
    this.#parts = parts;
  }

  /** A write has failed. What it was given may be at fault, too; then the next one works. */
  failed({ code, message }: PtpError): void {
    if (code !== 'Store.Failed' && code !== 'Server.Busy') return;
    const { clock, tellAtOnce } = this.#parts;
    this.#sinceMs ??= clock.monotonic();
    if (this.#isTold || clock.monotonic() - this.#sinceMs < TOLD_MS) return;
    this.#isTold = true;
    const text = `the store takes nothing, and what is polled waits for it: ${message}`;
    tellAtOnce({ time: clock.now(), severity: 'critical', name: 'storeFailed', text, alarm: KEY });
  }

  /** A write has worked. */
  worked(): void {
    const sinceMs = this.#sinceMs;
    if (sinceMs === undefined) return;
    const { clock, end } = this.#parts;
    this.#sinceMs = undefined;
    if (!this.#isTold) return;
    this.#isTold = false;
    end(KEY, `the store takes data again, after ${Math.round((clock.monotonic() - sinceMs) / 1000)} s`);
  }
}

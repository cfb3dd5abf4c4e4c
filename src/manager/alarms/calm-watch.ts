/** Pages in which time alone will change something: while there are any, they are looked at every ten seconds. */
import type { AlarmPages } from '../../assess/alarms/book.js';
import type { Clock, Timer } from '../../base/env.js';

/** How often it is looked whether something has been calm for long. */
const LOOK_MS = 10_000;

export class CalmWatch {
  readonly #clock: Clock;
  readonly #pass: (pages: AlarmPages) => void;
  readonly #waiting = new Set<AlarmPages>();
  #look: Timer | undefined;
  #isClosed = false;

  /** @param pass Tells pages that time has passed. */
  constructor(clock: Clock, pass: (pages: AlarmPages) => void) {
    this.#clock = clock;
    this.#pass = pass;
  }

  /** Something has become of them. */
  watch(pages: AlarmPages): void {
    if (!pages.isWaiting) {
      this.#waiting.delete(pages);
      return;
    }
    this.#waiting.add(pages);
    if (!this.#isClosed) this.#look ??= this.#clock.after(LOOK_MS, () => this.#lookAtAll());
  }

  forget(pages: AlarmPages): void {
    this.#waiting.delete(pages);
  }

  close(): void {
    this.#isClosed = true;
    this.#look?.cancel();
  }

  #lookAtAll(): void {
    this.#look = undefined;
    for (const pages of [...this.#waiting]) {
      this.#pass(pages);
      this.watch(pages);
    }
  }
}

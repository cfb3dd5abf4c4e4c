/**
 * A connection that is made anew when it is lost.
 *
 * open --lost--> closed --asked--> opening --> open
 *                               `--fails--> closed, and whoever asks within the pause that follows is refused at once
 */
import type { Clock } from '../../base/env.js';
import { asPtpError, type PtpError } from '../../base/errors.js';
import type { Session } from './session.js';

/** The pause after a failure, doubled after each that follows. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

export class Link {
  readonly #clock: Clock;
  readonly #open: () => Promise<Session>;
  #session: Session | undefined;
  #failure: PtpError | undefined;
  #failedAt = 0;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(clock: Clock, open: () => Promise<Session>) {
    this.#clock = clock;
    this.#open = open;
  }

  /** Whether the last that was heard of the server is that it does not work. */
  get isFailing(): boolean {
    return this.#failure !== undefined;
  }

  /** @throws PtpError `Store.Failed` */
  async session(): Promise<Session> {
    if (this.#session && !this.#session.isLost) return this.#session;
    if (this.#failure && this.#clock.monotonic() - this.#failedAt < this.#pauseMs) throw this.#failure;
    try {
      this.#session = await this.#open();
      this.#failure = undefined;
      this.#pauseMs = FIRST_PAUSE_MS;
      return this.#session;
    } catch (thrown) {
      this.#pauseMs = this.#failure ? Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
      this.#failure = asPtpError(thrown);
      this.#failedAt = this.#clock.monotonic();
      throw thrown;
    }
  }

  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }
}

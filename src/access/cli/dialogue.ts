/**
 * Asking and waiting on a line to a device: what is sent, what comes back until something is seen in it, all of it
 * bounded in time and size.
 *
 * Nothing tells for certain that a device has said all. So it is looked at when it has been quiet for a moment, and
 * again after longer moments: what is doubtful at first is believed when nothing follows.
 */
import type { Clock, Timer } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { pagerAt } from './pager.js';
import { shownLine, shownText } from './screen.js';

/** Characters of one answer. */
export const MOST_ANSWER = 2 ** 20;
/** Times that one answer may be held back. */
const MOST_PAGES = 5000;
/** When a device that has fallen silent is looked at. The first is longer than the gaps within what is sent at once. */
const QUIET_MS = [40, 300, 1000, 2000, 4000] as const;
/** Of what came last, kept to see the line that is under way. */
const TAIL = 2000;

/** The way to the device. */
export interface Wire {
  write(text: string): void;
  /** What the Enter key sends. */
  readonly enter: string;
  readonly clock: Clock;
  /** For errors, without credentials. */
  readonly place: string;
}

/** What there is to be seen. */
export interface Moment {
  /** The line that is under way, as it is shown. */
  readonly line: string;
  readonly quietMs: number;
  /** The device has ended it; nothing more will come. */
  readonly isEnded: boolean;
  /** All since the question, as it is shown. */
  text(): string;
}

export interface Question<Found> {
  /** Undefined: nothing is said, only listened. */
  readonly say?: string;
  readonly limitMs: number;
  /** Undefined while it is not seen yet. */
  readonly look: (moment: Moment) => Found | undefined;
  /** Why time was over, seeing the last line. */
  readonly late: (line: string) => PtpError;
}

interface Waiting {
  readonly looked: (quietMs: number) => void;
  readonly failed: (error: PtpError) => void;
}

export class Dialogue {
  readonly #wire: Wire;
  #pieces: string[] = [];
  #length = 0;
  #tail = '';
  #pages = 0;
  #quiet: Timer | undefined;
  #waiting: Waiting | undefined;
  #ended = false;
  #lost: PtpError | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  get enter(): string {
    return this.#wire.enter;
  }

  /** @throws PtpError `Access.*` */
  async ask<Found>(question: Question<Found>): Promise<{ readonly found: Found; readonly text: string }> {
    const { say, limitMs, look, late } = question;
    if (this.#lost) throw this.#lost;
    if (say !== undefined) {
      this.#forget();
      if (!this.#ended) this.#wire.write(say);
    }
    let limit: Timer | undefined;
    try {
      return await new Promise((resolve, reject) => {
        const looked = (quietMs: number) => {
          try {
            const moment = { line: this.#line(), quietMs, isEnded: this.#ended, text: () => this.#text() };
            const found = look(moment);
            if (found !== undefined) resolve({ found, text: this.#text() });
            else if (this.#ended) reject(brokenOff(this.#wire.place));
          } catch (thrown) {
            reject(thrown);
          }
        };
        this.#waiting = { looked, failed: reject };
        limit = this.#wire.clock.after(limitMs, () => reject(late(this.#line())));
        if (this.#ended) looked(Number.POSITIVE_INFINITY);
        else {
          this.#turnPage();
          this.#lookWhenQuiet(0);
        }
      });
    } finally {
      limit?.cancel();
      this.#quiet?.cancel();
      this.#waiting = undefined;
    }
  }

  /** Text that came from the device. */
  take(text: string): void {
    if (this.#lost || this.#ended) return;
    this.#add(text);
    if (this.#length > MOST_ANSWER) this.fail(tooMuch(this.#wire.place));
    else if (this.#waiting) {
      this.#turnPage();
      this.#lookWhenQuiet(0);
    }
  }

  /** The device ended it, in whatever way; what it said stays. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#quiet?.cancel();
    this.#waiting?.looked(Number.POSITIVE_INFINITY);
  }

  fail(error: PtpError): void {
    if (this.#ended) return;
    this.#lost ??= error;
    this.#quiet?.cancel();
    this.#waiting?.failed(this.#lost);
  }

  #turnPage(): void {
    const pager = pagerAt(this.#line(), this.#wire.enter);
    if (!pager) return;
    this.#pages += 1;
    if (this.#pages > MOST_PAGES)
      this.#lost ??= new PtpError('Access.TooLarge', `${this.#wire.place} answered with more than ${MOST_PAGES} pages`);
    if (this.#lost) {
      this.#waiting?.failed(this.#lost);
      return;
    }
    // Not every device takes its sign away again.
    this.#add(`\x1b[${pager.length}D\x1b[K`);
    this.#wire.write(pager.answer);
  }

  #add(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    this.#tail = (this.#tail + text).slice(-TAIL);
  }

  #lookWhenQuiet(step: number): void {
    const quietMs = QUIET_MS[step];
    this.#quiet?.cancel();
    if (quietMs === undefined) return;
    this.#quiet = this.#wire.clock.after(quietMs - (QUIET_MS[step - 1] ?? 0), () => {
      this.#lookWhenQuiet(step + 1);
      this.#waiting?.looked(quietMs);
    });
  }

  #line(): string {
    return shownLine(this.#tail.slice(this.#tail.lastIndexOf('\n') + 1));
  }

  #text(): string {
    const raw = this.#pieces.join('');
    this.#pieces = [raw];
    return shownText(raw);
  }

  #forget(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#tail = '';
    this.#pages = 0;
  }
}

export const tooMuch = (place: string): PtpError =>
  new PtpError(
    'Access.TooLarge',
    `${place} answered with more than ${MOST_ANSWER / 2 ** 20} MiB; at most that is read of each command`,
  );

export const brokenOff = (place: string): PtpError =>
  new PtpError('Access.Refused', `${place} broke the connection off`);

/**
 * Traps that go out: of every event that has been stored and whose rule says `trap`, to the rule's destination, or to all
 * of type `trap` where it names none. Paced and bounded: the event log is complete, a trap is only a call to look there.
 */
import { ruleFor } from '../../assess/event-rules.js';
import type { Env, Timer } from '../../base/env.js';
import type { Destination, EventRule } from '../../config/settings.js';
import type { NewEvent, PtpEvent } from '../../model/event.js';
import { isRelayed } from './source.js';

export interface TrapNoticesParts {
  readonly env: Env;
  readonly rules: () => readonly EventRule[];
  readonly destinations: () => readonly Destination[];
  /** @throws PtpError that says why it could not be sent. */
  readonly send: (event: PtpEvent, destination: Destination) => Promise<void>;
  readonly tell: (event: Pick<NewEvent, 'name' | 'severity' | 'text'>) => void;
}

const MOST_WAITING = 2000;
/** Together 200 a second: what a receiver can be expected to keep up with. */
const TOGETHER = 20;
const PAUSE_MS = 100;
/** Failures are told at once, and then at most so often. */
const TOLD_MS = 300_000;

export class TrapNotices {
  readonly #parts: TrapNoticesParts;
  readonly #waiting: { readonly event: PtpEvent; readonly to: Destination }[] = [];
  #isSending = false;
  #isOver = false;
  #unsent = 0;
  readonly #counts = { sent: 0, unsent: 0 };
  #reason: string | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;
  #telling: Timer | undefined;

  constructor(parts: TrapNoticesParts) {
    this.#parts = parts;
  }

  /** Since the start. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  /** Events that are on disk now. */
  stored(events: readonly PtpEvent[]): void {
    if (this.#isOver) return;
    const destinations = this.#parts.destinations();
    if (destinations.length === 0) return;
    const rules = this.#parts.rules();
    for (const event of events) {
      for (const to of destinationsOf(event, rules, destinations)) {
        if (this.#waiting.length < MOST_WAITING) this.#waiting.push({ event, to });
        else this.#failed(`more than ${MOST_WAITING} were waiting`);
      }
    }
    if (!this.#isSending && this.#waiting.length > 0) void this.#send();
  }

  /** What still waits goes out at once, so that the last word of a manager is told. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#telling?.cancel();
    await Promise.all(this.#waiting.splice(0).map(({ event, to }) => this.#sendOne(event, to)));
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting.length > 0 && !this.#isOver) {
      await Promise.all(this.#waiting.splice(0, TOGETHER).map(({ event, to }) => this.#sendOne(event, to)));
      if (this.#waiting.length > 0)
        await new Promise<void>((resolve) => void this.#parts.env.clock.after(PAUSE_MS, resolve));
    }
    this.#isSending = false;
  }

  async #sendOne(event: PtpEvent, to: Destination): Promise<void> {
    try {
      await this.#parts.send(event, to);
      this.#counts.sent += 1;
    } catch (thrown) {
      this.#failed(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  #failed(reason: string): void {
    this.#unsent += 1;
    this.#counts.unsent += 1;
    this.#reason = reason;
    if (this.#isOver || this.#telling) return;
    const { clock } = this.#parts.env;
    const waitMs = Math.max(0, this.#toldMs + TOLD_MS - clock.monotonic());
    this.#telling = clock.after(waitMs, () => {
      this.#telling = undefined;
      this.#toldMs = clock.monotonic();
      const text = `${this.#unsent} traps could not be sent: ${this.#reason}`;
      this.#unsent = 0;
      this.#parts.tell({ name: UNSENT, severity: 'minor', text });
    });
  }
}

const UNSENT = 'trapsNotSent';

/** Where an event is to be told by a trap. Pure. */
export function destinationsOf(
  event: Pick<NewEvent, 'name' | 'severity' | 'source'>,
  rules: readonly EventRule[],
  destinations: readonly Destination[],
): readonly Destination[] {
  // That a trap could not be sent is not told by another one.
  if (event.name === UNSENT || isRelayed(event.source)) return [];
  const rule = ruleFor(rules, event);
  if (!rule?.actions.includes('trap')) return [];
  return destinations.filter(({ id, type }) => type === 'trap' && (rule.to === undefined || rule.to === id));
}

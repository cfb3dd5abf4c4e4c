/**
 * Brings events to the store, many with one write, and says when each is there. What the store does not take is kept
 * and tried again; how much that may be is bounded, and {@link EventWriter.hasRoom} says whether there is room.
 */
import type { Env } from '../../base/env.js';
import type { NewEvent } from '../../model/event.js';
import type { Store } from '../../store/store.js';

const MOST_WAITING = 10_000;
const MOST_TOGETHER = 1000;
/** A write costs as much as dozens of events, so the first one waits so long for others. */
const GATHERED_MS = 25;
/** Where so many have come by then, there are more to come: they are waited for, too, so long in all. */
const MANY = 100;
const MANY_GATHERED_MS = 100;
const AGAIN_MS = 1000;
/** At the end. */
const PATIENCE_MS = 5000;

interface Waiting {
  readonly event: NewEvent;
  readonly stored: (() => void) | undefined;
}

export class EventWriter {
  readonly #env: Env;
  readonly #store: Pick<Store, 'recordEvents'>;
  readonly #waiting: Waiting[] = [];
  #isWriting = false;
  #isFailing = false;
  #isOver = false;
  #emptied: (() => void) | undefined;
  #enough = (): void => {};

  constructor(env: Env, store: Pick<Store, 'recordEvents'>) {
    this.#env = env;
    this.#store = store;
  }

  get hasRoom(): boolean {
    return this.#waiting.length < MOST_WAITING;
  }

  /** Takes it even without room: summaries are few, and hold what would be lost. */
  add(event: NewEvent, stored?: () => void): void {
    this.#waiting.push({ event, stored });
    if (!this.#isWriting) void this.#write();
    else if (this.#waiting.length === MOST_TOGETHER) this.#enough();
  }

  /** Resolves when all is stored, or after five seconds. */
  async close(): Promise<void> {
    if (this.#waiting.length > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve;
        this.#enough();
        this.#env.clock.after(PATIENCE_MS, resolve);
      });
    }
    this.#isOver = true;
    const left = this.#waiting.length;
    if (left > 0) this.#env.log.error('events of traps could not be stored', { count: left });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0 && !this.#isOver) {
      if (this.#waiting.length < MOST_TOGETHER && !this.#emptied) await this.#gathered();
      const batch = this.#waiting.slice(0, MOST_TOGETHER);
      try {
        await this.#store.recordEvents(batch.map(({ event }) => event));
        this.#waiting.splice(0, batch.length);
        this.#isFailing = false;
        for (const { stored } of batch) stored?.();
      } catch (thrown) {
        this.#fail(thrown);
        await new Promise<void>((resolve) => void this.#env.clock.after(AGAIN_MS, resolve));
      }
    }
    this.#isWriting = false;
    this.#emptied?.();
  }

  /** Resolves when there is enough for a write, or it is time, or the end. */
  async #gathered(): Promise<void> {
    await this.#hasEnoughOr(GATHERED_MS);
    const count = this.#waiting.length;
    if (count >= MANY && count < MOST_TOGETHER && !this.#emptied)
      await this.#hasEnoughOr(MANY_GATHERED_MS - GATHERED_MS);
  }

  #hasEnoughOr(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#env.clock.after(ms, resolve);
      this.#enough = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #fail(thrown: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    this.#env.log.error('traps cannot be stored and wait', { count: this.#waiting.length, reason });
  }
}

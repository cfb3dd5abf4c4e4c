/** Events of the manager itself: what cannot be stored is logged at least. */
import type { Env } from '../base/env.js';
import type { NewEvent } from '../model/event.js';
import type { Store } from '../store/store.js';

/** What happens to many elements at once shares a write. */
const TOGETHER_MS = 100;

export class OwnEvents {
  readonly #env: Env;
  readonly #store: Pick<Store, 'recordEvents'>;
  readonly #waiting: NewEvent[] = [];

  constructor(env: Env, store: Pick<Store, 'recordEvents'>) {
    this.#env = env;
    this.#store = store;
  }

  /** Resolves when it is stored, or cannot be. */
  record(event: Omit<NewEvent, 'time'>): Promise<void> {
    return this.#write([{ ...event, time: this.#env.clock.now() }]);
  }

  /** As of now, stored a moment later together with others. */
  recordSoon(events: readonly Omit<NewEvent, 'time'>[]): void {
    if (events.length === 0) return;
    const time = this.#env.clock.now();
    this.#waiting.push(...events.map((event) => ({ ...event, time })));
    if (this.#waiting.length === events.length)
      this.#env.clock.after(TOGETHER_MS, () => void this.#write(this.#waiting.splice(0)));
  }

  async #write(events: readonly NewEvent[]): Promise<void> {
    try {
      await this.#store.recordEvents(events);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : undefined;
      for (const { name, text } of events)
        this.#env.log.error('event could not be stored', { event: name, text, reason });
    }
  }
}

/** Events that strangers can cause at will: the first few of a minute one by one, the others as a number. */
import type { Clock, Timer } from '../base/env.js';
import type { NewEvent } from '../model/event.js';

type Told = Omit<NewEvent, 'time'>;

export interface FewEventsOptions {
  readonly clock: Clock;
  readonly record: (event: Told) => Promise<void>;
  /** Told of those that were not told one by one. */
  readonly others: (count: number) => Told;
  /** In a minute. Default 10. */
  readonly most?: number;
}

const MINUTE_MS = 60_000;

export class FewEvents {
  readonly #options: FewEventsOptions;
  #count = 0;
  #timer: Timer | undefined;

  constructor(options: FewEventsOptions) {
    this.#options = options;
  }

  /** Resolves when it is stored, or only counted. */
  async tell(event: Told): Promise<void> {
    const { clock, record, most = 10 } = this.#options;
    this.#count += 1;
    this.#timer ??= clock.after(MINUTE_MS, () => this.#sum());
    if (this.#count <= most) await record(event);
  }

  #sum(): void {
    const { record, others, most = 10 } = this.#options;
    const left = this.#count - most;
    this.#timer = undefined;
    this.#count = 0;
    if (left > 0) void record(others(left));
  }
}

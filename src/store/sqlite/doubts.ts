/**
 * Records whose transaction may have been committed although its answer was lost, as happens with a server: whoever tries
 * them again must not store them twice. They are known again as the objects that they are.
 *
 * in doubt --the store is back--> stored: left out of every further try
 *                            `--> not stored: stored like new ones
 */
import type { PtpEvent } from '../../model/event.js';
import { InDoubt } from './failures.js';

interface Doubtful {
  readonly batch: number;
  readonly records: readonly { readonly record: object; readonly events: readonly PtpEvent[] }[];
}

export class Doubts {
  readonly #wasCommitted: (batch: number) => Promise<boolean>;
  #open: readonly Doubtful[] = [];
  #settling: Promise<void> | undefined;
  readonly #stored = new WeakMap<object, readonly PtpEvent[]>();
  /** Whether there have ever been any: {@link left} need not be asked otherwise. */
  isUsed = false;

  /** @param wasCommitted Rejects as long as that cannot be known. */
  constructor(wasCommitted: (batch: number) => Promise<boolean>) {
    this.#wasCommitted = wasCommitted;
  }

  /** Those that are still to be stored. Rejects as long as that cannot be known. */
  async left<Item extends object>(records: readonly Item[]): Promise<readonly Item[]> {
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
    });
    await this.#settling;
    return records.filter((record) => !this.#stored.has(record));
  }

  /** Of those that turned out to be stored. */
  eventsOf(records: readonly object[]): readonly PtpEvent[] {
    return this.isUsed ? records.flatMap((record) => this.#stored.get(record) ?? []) : NONE;
  }

  /** @param eventsOf The events of each record as they are if it has been stored, by the ids that they would have. */
  note<Item extends object>(
    thrown: unknown,
    records: readonly Item[],
    eventsOf: (ids: readonly number[]) => readonly (readonly PtpEvent[])[],
  ): void {
    if (!(thrown instanceof InDoubt)) return;
    const events = eventsOf(thrown.ids);
    const doubtful = records.map((record, at) => ({ record, events: events[at] ?? NONE }));
    this.#open = [...this.#open, { batch: thrown.batch, records: doubtful }];
    this.isUsed = true;
  }

  async #settle(): Promise<void> {
    for (const one of this.#open) {
      const isStored = await this.#wasCommitted(one.batch);
      this.#open = this.#open.filter((other) => other !== one);
      if (isStored) for (const { record, events } of one.records) this.#stored.set(record, events);
    }
  }
}

const NONE: readonly PtpEvent[] = [];

/** A store that keeps events in memory, and takes them when a test lets it. */
import type { NewEvent, PtpEvent } from '../../../../src/model/event.js';
import { settle } from '../../../support/fake-clock.js';

export class FakeEvents {
  readonly events: NewEvent[] = [];
  /** Events of each write. */
  readonly writes: number[] = [];
  isFull = false;
  #held: (() => void)[] | undefined;

  async recordEvents(events: readonly NewEvent[]): Promise<readonly PtpEvent[]> {
    if (this.isFull) throw new Error('no space left on device');
    await new Promise<void>((resolve) => (this.#held ? this.#held.push(resolve) : resolve()));
    this.writes.push(events.length);
    this.events.push(...events);
    return events.map((event, at) => ({ ...event, id: this.events.length - events.length + at + 1, manager: 'EM1' }));
  }

  /** Nothing is on disk from now on until {@link release}. */
  hold(): void {
    this.#held = [];
  }

  async release(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
    await settle();
  }

  get names(): readonly string[] {
    return this.events.map(({ name }) => name);
  }
}

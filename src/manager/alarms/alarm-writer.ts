/**
 * Brings alarms to the store that did not come with a poll or an event, many with one write. What the store does not take
 * waits, each alarm in its latest version, and is tried again.
 */
import type { Env } from '../../base/env.js';
import { asPtpError, type PtpError } from '../../base/errors.js';
import type { Alarm } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { Store } from '../../store/store.js';

const MOST_TOGETHER = 1000;
/** Past it those that are over and wait for longest are given up: what stands is told again, what is over is not needed. */
const MOST_WAITING = 50_000;
const AGAIN_MS = 1000;
/** At the end. */
const PATIENCE_MS = 5000;

interface Asking {
  readonly alarms: readonly Alarm[];
  readonly answer: (fault: PtpError | undefined) => void;
}

export class AlarmWriter {
  readonly #env: Env;
  readonly #store: Pick<Store, 'recordAlarms'>;
  readonly #onWritten: (alarms: readonly Alarm[]) => void;
  readonly #waiting = new Map<string, Alarm>();
  #asking: Asking[] = [];
  #isWriting = false;
  #isOver = false;
  #fault: PtpError | undefined;
  #emptied: (() => void) | undefined;

  /** @param onWritten Called with what is on disk, before whoever waits for it. */
  constructor(env: Env, store: Pick<Store, 'recordAlarms'>, onWritten: (alarms: readonly Alarm[]) => void) {
    this.#env = env;
    this.#store = store;
    this.#onWritten = onWritten;
  }

  /**
   * Resolves when they are on disk, or with why they are not yet: they are tried again then all the same.
   */
  write(alarms: readonly Alarm[]): Promise<PtpError | undefined> {
    if (alarms.length === 0) return Promise.resolve(undefined);
    for (const alarm of alarms) this.#wait(alarm);
    return new Promise((answer) => {
      this.#asking.push({ alarms, answer });
      if (!this.#isWriting) void this.#write();
    });
  }

  /** What the store has not taken when it was asked to: it may go with the next write of anything. */
  late(): readonly Alarm[] {
    return this.#fault ? [...this.#waiting.values()].slice(0, MOST_TOGETHER) : [];
  }

  /** These have gone to disk otherwise. */
  written(alarms: readonly Alarm[]): void {
    if (this.#waiting.size === 0) return;
    for (const { id, revision } of alarms)
      if ((this.#waiting.get(id)?.revision ?? revision + 1) <= revision) this.#waiting.delete(id);
  }

  /** The element is another manager's now. */
  forget(element: ElementName): void {
    for (const [id, alarm] of this.#waiting) if (alarm.element === element) this.#waiting.delete(id);
  }

  /** Resolves when nothing waits any more, or after five seconds. */
  async close(): Promise<void> {
    if (this.#waiting.size > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve;
        this.#env.clock.after(PATIENCE_MS, resolve);
      });
    }
    this.#isOver = true;
    if (this.#waiting.size > 0) this.#env.log.error('alarms could not be stored', { count: this.#waiting.size });
  }

  #wait(alarm: Alarm): void {
    const known = this.#waiting.get(alarm.id);
    if (known && known.revision > alarm.revision) return;
    this.#waiting.set(alarm.id, alarm);
    if (this.#waiting.size <= MOST_WAITING) return;
    for (const [id, { severity }] of this.#waiting) {
      if (severity !== 'cleared') continue;
      this.#waiting.delete(id);
      return;
    }
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.size > 0 && !this.#isOver) {
      const batch = [...firstOf(this.#waiting, MOST_TOGETHER)];
      const wasFailing = this.#fault !== undefined;
      this.#fault = await this.#store.recordAlarms(batch).then(
        () => undefined,
        (thrown: unknown) => asPtpError(thrown),
      );
      if (this.#fault) {
        if (!wasFailing) this.#say(this.#fault);
        for (const { answer } of this.#asking.splice(0)) answer(this.#fault);
        await new Promise<void>((resolve) => void this.#env.clock.after(AGAIN_MS, resolve));
      } else {
        this.written(batch);
        this.#onWritten(batch);
        this.#answer();
      }
    }
    this.#isWriting = false;
    this.#answer();
    this.#emptied?.();
  }

  /** Those of whose alarms nothing waits any more, and who waits for a version that is older than what waits now, too. */
  #answer(): void {
    const waits = ({ alarms }: Asking) =>
      alarms.some(({ id, revision }) => this.#waiting.get(id)?.revision === revision);
    const asking = this.#asking;
    this.#asking = asking.filter(waits);
    for (const one of asking) if (!waits(one)) one.answer(undefined);
  }

  #say({ message }: PtpError): void {
    this.#env.log.error('alarms cannot be stored and wait', { count: this.#waiting.size, reason: message });
  }
}

function* firstOf(waiting: ReadonlyMap<string, Alarm>, most: number): Generator<Alarm, void, undefined> {
  let left = most;
  for (const alarm of waiting.values()) {
    if (left === 0) return;
    left -= 1;
    yield alarm;
  }
}

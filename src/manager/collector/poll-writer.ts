/**
 * Brings polls to the store in groups and shows them to others only when they are on disk.
 *
 * Everything that becomes visible has been acknowledged by the store before, so nothing that anybody saw is lost by a
 * crash. Groups keep the number of disk syncs independent of the number of elements.
 */
import type { Env, Timer } from '../../base/env.js';
import { asPtpError, type PtpError } from '../../base/errors.js';
import type { AccessKey } from '../../model/element.js';
import type { PollRecord, Store } from '../../store/store.js';

/** How long a poll waits for others to share its disk sync. */
const GROUP_MS = 200;
/** Polls that wait for a store that does not take them; the oldest are dropped past it, and that is told. */
const MOST_WAITING = 20_000;
const RETRY_MS = 1000;

export interface PollWriterParts {
  readonly env: Env;
  readonly store: Pick<Store, 'recordPolls'>;
  /** Called in order, once the poll of that access is on disk. */
  readonly onStored: (poll: PollRecord, access: AccessKey) => void;
}

interface Waiting {
  readonly poll: PollRecord;
  readonly access: AccessKey;
  /** @param kept False when the poll has been given up. */
  readonly stored: (kept: boolean) => void;
}

export class PollWriter {
  readonly #parts: PollWriterParts;
  #waiting: Waiting[] = [];
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #dropped = 0;
  /** Why the store does not take polls now; undefined while it does. */
  fault: string | undefined;

  constructor(parts: PollWriterParts) {
    this.#parts = parts;
  }

  /** Resolves with true when the poll is on disk, with false when it has been given up. */
  add(poll: PollRecord, access: AccessKey): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push({ poll, access, stored: resolve });
      if (this.#waiting.length > MOST_WAITING) {
        this.#waiting.shift()?.stored(false);
        this.#dropped += 1;
      }
      this.#arm(GROUP_MS);
    });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Of the room for polls that wait, the share that is taken. */
  get share(): number {
    return this.#waiting.length / MOST_WAITING;
  }

  /** Polls given up since the start because the store did not take them. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Writes all that waits, once; what the store refuses now is given up. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#writing;
    if (this.#waiting.length > 0) await this.#write();
    this.#timer?.cancel();
    for (const { stored } of this.#waiting.splice(0)) stored(false);
  }

  #arm(delayMs: number): void {
    if (this.#timer || this.#writing) return;
    this.#timer = this.#parts.env.clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
        if (this.#waiting.length > 0) this.#arm(this.fault ? RETRY_MS : GROUP_MS);
      });
    });
  }

  async #write(): Promise<void> {
    const group = this.#waiting;
    this.#waiting = [];
    const left = await this.#store(group);
    this.#waiting = [...left, ...this.#waiting];
  }

  /** @returns What is to be tried again. */
  async #store(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    try {
      await this.#parts.store.recordPolls(group.map(({ poll }) => poll));
    } catch (thrown) {
      const error = asPtpError(thrown);
      if (!error.retryable) return this.#storeApart(group, error);
      if (!this.fault) this.#parts.env.log.error('the store does not take polls; they wait', { reason: error.message });
      this.fault = error.message;
      return group;
    }
    if (this.fault) this.#parts.env.log.info('the store takes polls again', { dropped: this.#dropped });
    this.fault = undefined;
    for (const { poll, access, stored } of group) {
      this.#parts.onStored(poll, access);
      stored(true);
    }
    return [];
  }

  /** One poll that the store refuses for good must not hold up the others: halves find it, and it is given up. */
  async #storeApart(group: readonly Waiting[], error: PtpError): Promise<readonly Waiting[]> {
    const [first, ...others] = group;
    if (first && others.length === 0) {
      this.#parts.env.log.error('the store refuses a poll; it is given up', {
        access: first.access,
        reason: error.message,
      });
      this.#dropped += 1;
      first.stored(false);
      return [];
    }
    const middle = group.length >> 1;
    const left = await this.#store(group.slice(0, middle));
    return [...left, ...(await this.#store(group.slice(middle)))];
  }
}

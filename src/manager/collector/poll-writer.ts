/**
 * Brings polls to the store in groups and shows them to others only when they are on disk.
 *
 * Everything that becomes visible has been acknowledged by the store before, so nothing that anybody saw is lost by a
 * crash. Groups keep the number of disk syncs independent of the number of elements.
 *
 * taken --the store fails--> waiting in memory --there is much--> waiting in files --the store takes polls--> taken, in
 * the order in which they were polled. Only what neither memory nor files have room for is given up, the oldest first.
 */
import type { Env, Timer } from '../../base/env.js';
import { asPtpError, type PtpError } from '../../base/errors.js';
import type { AccessKey } from '../../model/element.js';
import type { PollRecord, Store } from '../../store/store.js';
import type { PollSpill, SpilledPoll } from './poll-spill.js';

/** How long a poll waits for others to share its disk sync; one that brings new numbers alone may wait for longer. */
const GROUP_MS = 200;
const NUMBERS_MS = 500;
/** Polls that wait for a store that does not take them; the oldest are dropped past it, and that is told. */
const MOST_WAITING = 20_000;
/** Of them so many stay in memory where there are files for the others, each of which holds so many. */
const MOST_IN_MEMORY = 10_000;
const IN_A_FILE = 2000;
const RETRY_MS = 1000;

export interface PollWriterParts {
  readonly env: Env;
  readonly store: Pick<Store, 'recordPolls' | 'queryEvents'>;
  /** For polls that memory has no room for. Absent: they are given up. */
  readonly spill?: PollSpill;
  /** Called in order, once the poll of that access is on disk. */
  readonly onStored: (poll: PollRecord, access: AccessKey) => void;
  /** The store takes no polls from now on, and why; or, with nothing, it does again. */
  readonly onStoreFault?: (fault: string | undefined) => void;
}

const isNews = ({ events, alarms = [], memory, isVerdict }: PollRecord): boolean =>
  isVerdict === true || events.length > 0 || alarms.length > 0 || memory !== undefined;

interface Waiting extends SpilledPoll {
  /** @param kept False when the poll has been given up, or put aside in a file. */
  readonly stored: (kept: boolean) => void;
}

export class PollWriter {
  readonly #parts: PollWriterParts;
  #waiting: Waiting[] = [];
  #timer: Timer | undefined;
  #timerMs = 0;
  /** Among what waits is more than numbers. */
  #isNews = false;
  #writing: Promise<void> | undefined;
  #dropped = 0;
  #isSpillFull = false;
  /** The oldest file is of a former process, which may have stored it and not removed it. */
  #isInDoubt: boolean;
  /** Why the store does not take polls now; undefined while it does. */
  fault: string | undefined;

  constructor(parts: PollWriterParts) {
    this.#parts = parts;
    this.#isInDoubt = parts.spill?.isEmpty === false;
    if (this.#isInDoubt) this.#arm(GROUP_MS);
  }

  /**
   * Stores what a former process has left in files, as far as the store takes it. To be awaited before anything is read
   * from the store: places in logs, alarms and states in those files are newer than what it has.
   */
  async takeUp(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writing ??= this.#bringBack()
      .then(() => {})
      .finally(() => this.#written());
    await this.#writing;
  }

  /** Resolves with true when the poll is on disk, with false when it has been given up or has to wait in a file. */
  add(poll: PollRecord, access: AccessKey): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push({ poll, access, stored: resolve });
      if (this.#waiting.length > MOST_WAITING) this.#giveUp(this.#waiting.splice(0, 1));
      this.#isNews ||= isNews(poll);
      this.#arm(this.#delayMs);
    });
  }

  /** Somebody waits for what has been added. */
  hurry(): void {
    if (this.#waiting.length > 0 && this.fault === undefined) this.#arm(0);
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

  /** Writes all that waits, once; what the store refuses now waits in files for the next start, or is given up. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#writing;
    if (this.#waiting.length > 0) await this.#write();
    this.#timer?.cancel();
    await this.#putAside(0);
    for (const { stored } of this.#waiting.splice(0)) stored(false);
  }

  get #delayMs(): number {
    if (this.fault !== undefined) return RETRY_MS;
    return this.#isNews ? GROUP_MS : NUMBERS_MS;
  }

  #arm(delayMs: number): void {
    const { clock } = this.#parts.env;
    const atMs = clock.monotonic() + delayMs;
    if (this.#writing || (this.#timer && this.#timerMs <= atMs)) return;
    this.#timer?.cancel();
    this.#timerMs = atMs;
    this.#timer = clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#writing = this.#write().finally(() => this.#written());
    });
  }

  #written(): void {
    this.#writing = undefined;
    if (this.#waiting.length > 0 || this.#parts.spill?.isEmpty === false) this.#arm(this.#delayMs);
  }

  async #write(): Promise<void> {
    if (await this.#bringBack()) {
      const group = this.#waiting;
      this.#waiting = [];
      this.#isNews = false;
      const left = await this.#store(group);
      this.#waiting = [...left, ...this.#waiting];
    }
    if (this.#waiting.length > MOST_IN_MEMORY) await this.#putAside(MOST_IN_MEMORY / 2);
  }

  /** Stores what waits in files, which is older than all else. @returns Whether nothing is left there. */
  async #bringBack(): Promise<boolean> {
    const { spill, env } = this.#parts;
    while (spill && !spill.isEmpty) {
      try {
        const polls = await spill.first();
        const isStored = await this.#isStored(polls);
        if (isStored === undefined) return false;
        if (!isStored && (await this.#store(polls.map((one) => ({ ...one, stored: () => {} })))).length > 0)
          return false;
      } catch (thrown) {
        env.log.error('polls that waited in a file are lost', { reason: asPtpError(thrown).message });
      }
      await spill.dropFirst();
      this.#isSpillFull = false;
      // Files hold what is older, so what came meanwhile goes behind it.
      if (this.#waiting.length > MOST_IN_MEMORY) await this.#putAside(MOST_IN_MEMORY / 2);
    }
    return true;
  }

  /**
   * Whether all of a file has been stored before; undefined when the store does not say. A file without events may be
   * stored twice: that changes nothing but counts of polls.
   */
  async #isStored(polls: readonly SpilledPoll[]): Promise<boolean | undefined> {
    const event = this.#isInDoubt ? polls.flatMap(({ poll }) => poll.events).at(-1) : undefined;
    if (!event) return false;
    const { name, text } = event;
    const time = Math.trunc(event.time);
    try {
      const whole = [{ column: 'name', value: name }] as const;
      const { rows } = await this.#parts.store.queryEvents({ from: time, to: time + 1, whole, offset: 0, limit: 1000 });
      const isStored = rows.some((row) => row.text === text);
      this.#isInDoubt = isStored;
      return isStored;
    } catch (thrown) {
      this.#fail(asPtpError(thrown).message);
      return undefined;
    }
  }

  /** Puts the oldest that wait into files, until there are no more than so many. */
  async #putAside(left: number): Promise<void> {
    const { spill, env } = this.#parts;
    while (spill && !this.#isSpillFull && this.#waiting.length > left) {
      const group = this.#waiting.splice(0, Math.min(IN_A_FILE, this.#waiting.length - left));
      const isFirst = spill.isEmpty;
      try {
        const path = await spill.put(group.map(({ poll, access }) => ({ poll, access })));
        if (isFirst) env.log.warn('polls that the store does not take wait in files', { file: path });
        for (const { stored } of group) stored(false);
      } catch (thrown) {
        this.#isSpillFull = true;
        this.#waiting = [...group, ...this.#waiting];
        env.log.error('polls that the store does not take cannot wait in files; the oldest will be given up', {
          reason: asPtpError(thrown).message,
        });
      }
    }
  }

  #giveUp(polls: readonly Waiting[]): void {
    this.#dropped += polls.length;
    for (const { stored } of polls) stored(false);
  }

  /** @returns What is to be tried again. */
  async #store(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    if (group.length === 0) return [];
    try {
      await this.#parts.store.recordPolls(group.map(({ poll }) => poll));
    } catch (thrown) {
      const error = asPtpError(thrown);
      if (!error.retryable) return this.#storeApart(group, error);
      this.#fail(error.message);
      return group;
    }
    this.#recover();
    for (const { poll, access, stored } of group) {
      this.#parts.onStored(poll, access);
      stored(true);
    }
    return [];
  }

  #fail(fault: string): void {
    const before = this.fault;
    this.fault = fault;
    if (before !== undefined) return;
    this.#parts.env.log.error('the store does not take polls; they wait', { reason: fault });
    this.#parts.onStoreFault?.(fault);
  }

  #recover(): void {
    const before = this.fault;
    this.fault = undefined;
    if (before === undefined) return;
    this.#isSpillFull = false;
    this.#parts.env.log.info('the store takes polls again', { dropped: this.#dropped });
    this.#parts.onStoreFault?.(undefined);
  }

  /** One poll that the store refuses for good must not hold up the others: halves find it, and it is given up. */
  async #storeApart(group: readonly Waiting[], error: PtpError): Promise<readonly Waiting[]> {
    const [first, ...others] = group;
    if (first && others.length === 0) {
      this.#parts.env.log.error('the store refuses a poll; it is given up', {
        access: first.access,
        reason: error.message,
      });
      this.#giveUp([first]);
      return [];
    }
    const middle = group.length >> 1;
    const left = await this.#store(group.slice(0, middle));
    return [...left, ...(await this.#store(group.slice(middle)))];
  }
}

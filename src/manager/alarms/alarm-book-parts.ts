/** What a book of alarms is made from, and small things that it does with them. */
import type { AlarmPages, BookMoment } from '../../assess/alarms/book.js';
import type { AlarmInput } from '../../assess/alarms/life.js';
import type { Env, Random } from '../../base/env.js';
import type { EventRule } from '../../config/settings.js';
import { type Alarm, type AlarmRoot, BY_ITSELF } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { Store } from '../../store/store.js';
import type { AlarmKeeper } from './keeper.js';

export interface AlarmBookParts {
  readonly env: Env;
  /** Of this manager. */
  readonly manager: string;
  readonly store: Pick<Store, 'recordAlarms' | 'loadAlarms'>;
  readonly rules: () => readonly EventRule[];
  readonly keeper: AlarmKeeper;
  /** Has what is told of elements of other managers taken to them. Absent: it stays here. */
  readonly elsewhere?: Elsewhere;
  /** What is known of an alarm when it is raised: people are spared of it from the beginning. */
  readonly sparing?: (alarm: Alarm) => Sparing;
  /** Whether an element that is not polled here any more is watched by nobody at all. Absent: others watch it. */
  readonly isWithdrawn?: (element: ElementName) => boolean;
  /** Alarms of an element that is polled here have changed by something else than a poll. */
  readonly onBetweenPolls?: (element: ElementName) => void;
}

/** What is told of elements that are not polled here. */
export interface Elsewhere {
  /** The book has been read. */
  start(): Promise<void>;
  close(): void;
  told(element: ElementName, key: string, event: NewEvent): void;
  /** What has to be on disk before the events are; undefined: nothing. */
  noting(): Promise<void> | undefined;
}

export interface Sparing {
  readonly root?: AlarmRoot;
  readonly silencedBy?: string;
}

/** What becomes of an open alarm besides what is told of it. */
export type Change = Exclude<AlarmInput, { is: 'told' }>;

/** What is raised is rooted and silenced from the beginning. @returns Each of `changed` in its latest version. */
export function spared(
  sparing: AlarmBookParts['sparing'],
  pages: AlarmPages,
  changed: readonly Alarm[],
  moment: BookMoment,
): readonly Alarm[] {
  if (!sparing) return newest(changed);
  const all = changed.flatMap((alarm) => {
    if (alarm.revision > 1) return [alarm];
    const { root, silencedBy } = sparing(alarm);
    const inputs: Change[] = [
      ...(root ? [{ is: 'rooted', root } as const] : []),
      ...(silencedBy === undefined ? [] : [{ is: 'silenced', by: silencedBy } as const]),
    ];
    return [alarm, ...inputs.flatMap((input) => pages.change(alarm.id, input, moment))];
  });
  return newest(all);
}

export const overElsewhere = (alarm: Alarm, nowMs: number): Alarm => ({
  ...alarm,
  severity: 'cleared',
  cleared: { by: BY_ITSELF, at: nowMs, note: 'it was over when the element came back from another manager' },
  changedAt: nowMs,
  revision: alarm.revision + 1,
});

/** Of several versions of an alarm the last. */
export function newest(alarms: readonly Alarm[]): readonly Alarm[] {
  if (alarms.length < 2) return alarms;
  return [...new Map(alarms.map((alarm) => [alarm.id, alarm])).values()];
}

/** Bytes by chance of one id, and of as many as are fetched at once: the way there takes longer than all else of an alarm. */
const CHANCE_BYTES = 6;
const SUPPLY_BYTES = 64 * CHANCE_BYTES;

/** Alarms that are raised one after the other stand beside each other on disk, which takes half the time of places by chance. */
export class AlarmIds {
  readonly #random: Random;
  #supply: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @param nowMs Wall clock, milliseconds since 1970. */
  next(nowMs: number): string {
    if (this.#used === this.#supply.length) {
      this.#supply = this.#random.bytes(SUPPLY_BYTES);
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += CHANCE_BYTES;
    const time = Math.max(0, Math.trunc(nowMs)).toString(16).padStart(12, '0');
    return time + this.#supply.toString('hex', from, this.#used);
  }
}

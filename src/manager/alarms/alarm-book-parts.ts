/** What a book of alarms is made from, and small things that it does with them. */
import type { Env, Random } from '../../base/env.js';
import type { EventRule } from '../../config/settings.js';
import { type Alarm, type AlarmRoot, BY_ITSELF } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { Store } from '../../store/store.js';
import type { AlarmKeeper } from './keeper.js';

export interface AlarmBookParts {
  readonly env: Env;
  /** Of this manager. */
  readonly manager: string;
  readonly store: Pick<Store, 'recordAlarms' | 'loadAlarms'>;
  readonly rules: () => readonly EventRule[];
  readonly keeper: AlarmKeeper;
  /** What is known of an alarm when it is raised: people are spared of it from the beginning. */
  readonly sparing?: (alarm: Alarm) => Sparing;
  /** Whether an element that is not polled here any more is watched by nobody at all. Absent: others watch it. */
  readonly isWithdrawn?: (element: ElementName) => boolean;
  /** Alarms of an element that is polled here have changed by something else than a poll. */
  readonly onBetweenPolls?: (element: ElementName) => void;
}

export interface Sparing {
  readonly root?: AlarmRoot;
  readonly silencedBy?: string;
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

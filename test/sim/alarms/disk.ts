/** The disk of a manager in the world of alarms: what is not synced when it crashes is gone. */
import type { Clock } from '../../../src/base/env.js';
import type { Alarm } from '../../../src/model/alarm.js';
import type { ElementName } from '../../../src/model/element.js';
import type { AlarmSubject, KeptAlarm, KeptAlarms, KeptChange, KeptSet } from '../../../src/model/kept-alarm.js';
import type { Stream } from '../../../src/sim/random.js';
import type { Store } from '../../../src/store/store.js';

export type AlarmStore = Pick<Store, 'recordAlarms' | 'loadAlarms' | 'queryAlarms' | 'changeKept' | 'loadKept'> & {
  forgetElement(element: ElementName): Promise<void>;
};

export class Disk {
  readonly alarms = new Map<string, Alarm>();
  readonly sets = new Map<AlarmSubject, KeptSet>();
  readonly kept = new Map<string, KeptAlarm>();
  readonly #clock: Clock;
  readonly #chance: Stream;
  /** Changed by every start: what an earlier one has not synced is not written any more. */
  #start = 0;
  #freeAtMs = 0;

  constructor(clock: Clock, chance: Stream) {
    this.#clock = clock;
    this.#chance = chance;
  }

  crash(): void {
    this.#start += 1;
  }

  /** As one start of the manager sees it. */
  store(): AlarmStore {
    const start = this.#start;
    const write = (change: () => void): Promise<void> => this.#synced(start, change);
    return {
      recordAlarms: (alarms) =>
        write(() => {
          for (const alarm of alarms)
            if ((this.alarms.get(alarm.id)?.revision ?? 0) <= alarm.revision) this.alarms.set(alarm.id, alarm);
        }),
      loadAlarms: async () => [...this.alarms.values()].filter(({ severity }) => severity !== 'cleared'),
      queryAlarms: async ({ id }) => {
        const rows = [...this.alarms.values()].filter((alarm) => alarm.id === id && alarm.severity === 'cleared');
        return { rows, total: rows.length };
      },
      changeKept: (change) => write(() => this.#changeKept(change)),
      loadKept: async (subjects) => this.#loadKept(subjects),
      forgetElement: (element) =>
        write(() => {
          for (const [id, alarm] of this.alarms)
            if (alarm.element === element && alarm.severity !== 'cleared') this.alarms.delete(id);
        }),
    };
  }

  #changeKept({ sets, alarms, forgotten, removed }: KeptChange): void {
    for (const subject of forgotten) {
      this.sets.delete(subject);
      for (const [id, one] of this.kept) if (one.subject === subject) this.kept.delete(id);
    }
    for (const id of removed) this.kept.delete(id);
    for (const set of sets) this.sets.set(set.subject, set);
    for (const alarm of alarms) this.kept.set(alarm.id, alarm);
  }

  #loadKept(subjects?: readonly AlarmSubject[]): KeptAlarms {
    const isWanted = ({ subject }: { readonly subject: AlarmSubject }) => !subjects || subjects.includes(subject);
    return { sets: [...this.sets.values()].filter(isWanted), alarms: [...this.kept.values()].filter(isWanted) };
  }

  /** In order, each after the one before. */
  #synced(start: number, change: () => void): Promise<void> {
    const nowMs = this.#clock.monotonic();
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + this.#chance.spread(1, 30);
    return new Promise((resolve) => {
      this.#clock.after(this.#freeAtMs - nowMs, () => {
        if (start !== this.#start) return;
        change();
        resolve();
      });
    });
  }
}

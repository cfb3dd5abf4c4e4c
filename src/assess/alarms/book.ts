/**
 * All conditions of an element, or of a manager itself: at most one open alarm for each key, and of all of them not more
 * than there is room for. What comes beyond that is summed up in one alarm, which says so.
 *
 * No clock and no chance of its own: the same tellings at the same times give the same alarms.
 */
import type { Alarm } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import { SEVERITIES, type Severity } from '../../model/status.js';
import { isCountedAlready } from './condition.js';
import { type AlarmInput, type Condition, step, type Telling, wakeAt } from './life.js';

/** Open alarms of an element or a manager, besides those that have room always. */
export const MOST_OPEN = 500;
/** So many again, and there is room for others. */
const ROOMY = 450;
/** Conditions that are gone and remembered because they may be flapping. */
const MOST_GONE = 1000;
/** Of the alarm that sums up. */
export const FULL_KEY = 'alarmsFull';

export interface BookMoment {
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: number;
  readonly newId: () => string;
}

/** An event that speaks of a condition. */
export interface Told extends Telling {
  readonly key: string;
}

/** By key, and of open alarms the key by id. */
interface Written {
  readonly conditions: Map<string, Condition>;
  readonly keys: Map<string, string>;
  /** Keys of what time alone may change. */
  readonly waiting: Set<string>;
  /** Gone, the longest first. */
  readonly gone: Set<string>;
}

export class AlarmPages {
  readonly #manager: string;
  readonly #element: ElementName | undefined;
  /** Most elements never have any. */
  #written: Written | undefined;
  /** Open ones that take room. */
  #taken = 0;

  /** @param element Undefined: the manager's own. */
  constructor(manager: string, element?: ElementName) {
    this.#manager = manager;
    this.#element = element;
  }

  /** Open alarms. */
  get size(): number {
    return this.#written?.keys.size ?? 0;
  }

  *open(): Generator<Alarm, void, undefined> {
    for (const key of this.#written?.keys.values() ?? []) {
      const alarm = this.ofKey(key);
      if (alarm) yield alarm;
    }
  }

  get(id: string): Alarm | undefined {
    const key = this.#written?.keys.get(id);
    return key === undefined ? undefined : this.ofKey(key);
  }

  ofKey(key: string): Alarm | undefined {
    return this.#written?.conditions.get(key)?.alarm;
  }

  /** The worst that nothing else of the element's status knows of; the oldest of these. */
  get worstBeside(): Alarm | undefined {
    let worst: Alarm | undefined;
    for (const alarm of this.open())
      if (!isCountedAlready(alarm.key) && (!worst || rank(alarm.severity) > rank(worst.severity))) worst = alarm;
    return worst;
  }

  /** @returns What is different by it. */
  tell({ key, ...telling }: Told, moment: BookMoment): readonly Alarm[] {
    const isNew = telling.severity !== 'cleared' && !this.ofKey(key);
    if (isNew && takesRoom(key) && this.#taken >= MOST_OPEN) return this.#sumUp(telling, moment);
    return [...this.#step(key, { is: 'told', telling }, moment), ...this.#roomAgain(moment)];
  }

  /** What becomes of an open one. @returns What is different by it; nothing when it is not open. */
  change(id: string, input: Exclude<AlarmInput, { is: 'told' }>, moment: BookMoment): readonly Alarm[] {
    const key = this.#written?.keys.get(id);
    if (key === undefined) return [];
    return [...this.#step(key, input, moment), ...this.#roomAgain(moment)];
  }

  /** Ends those that nobody will say anything of any more. */
  end(which: (alarm: Alarm) => boolean, text: string, moment: BookMoment): readonly Alarm[] {
    const ended = [...this.open()].filter(which).flatMap(({ key, name }) => {
      const telling = { severity: 'cleared', name, text, isFinal: true } as const;
      return this.#step(key, { is: 'told', telling }, moment);
    });
    return [...ended, ...this.#roomAgain(moment)];
  }

  /** Time has passed. */
  pass(moment: BookMoment): readonly Alarm[] {
    const changed = [...(this.#written?.waiting ?? [])].flatMap((key) => this.#step(key, { is: 'time' }, moment));
    return [...changed, ...this.#roomAgain(moment)];
  }

  /** Something in here waits for time alone. */
  get isWaiting(): boolean {
    return (this.#written?.waiting.size ?? 0) > 0;
  }

  /**
   * Goes on with alarms from elsewhere: from the store, or from a former owner. What is newer here stays; of two open
   * ones of a key the one that comes in stays, and the other is over.
   * @returns What is different from what came.
   */
  adopt(alarms: readonly Alarm[], moment: BookMoment): readonly Alarm[] {
    const changed: Alarm[] = [];
    for (const alarm of alarms) {
      const known = this.ofKey(alarm.key);
      if (known?.id === alarm.id && known.revision >= alarm.revision) continue;
      if (known && known.id !== alarm.id && alarm.severity !== 'cleared')
        changed.push(...this.end(({ id }) => id === known.id, `the same condition as ${alarm.id}`, moment));
      if (alarm.severity !== 'cleared') this.#put(alarm.key, { alarm: this.#owned(alarm, changed) });
      else if (known?.id === alarm.id) this.#put(alarm.key, {});
    }
    return changed;
  }

  #owned(alarm: Alarm, changed: Alarm[]): Alarm {
    const { manager, keptBy: _, ...rest } = alarm;
    if (manager === this.#manager) return alarm;
    const owned = { ...rest, manager: this.#manager, revision: alarm.revision + 1 };
    changed.push(owned);
    return owned;
  }

  #step(key: string, input: AlarmInput, { nowMs, newId }: BookMoment): readonly Alarm[] {
    const before = this.#written?.conditions.get(key) ?? {};
    const element = this.#element;
    const occasion = { manager: this.#manager, key, nowMs, newId, ...(element !== undefined && { element }) };
    const { condition, changed } = step(before, input, occasion);
    if (condition !== before) this.#put(key, condition);
    return changed ? [changed] : [];
  }

  #put(key: string, condition: Condition): void {
    this.#written ??= { conditions: new Map(), keys: new Map(), waiting: new Set(), gone: new Set() };
    const { conditions, keys, waiting, gone } = this.#written;
    const before = conditions.get(key);
    if (before?.alarm && before.alarm.id !== condition.alarm?.id) {
      keys.delete(before.alarm.id);
      if (takesRoom(key)) this.#taken -= 1;
    }
    if (condition.alarm && before?.alarm?.id !== condition.alarm.id) {
      keys.set(condition.alarm.id, key);
      if (takesRoom(key)) this.#taken += 1;
    }
    if (wakeAt(condition) === undefined) waiting.delete(key);
    else waiting.add(key);
    gone.delete(key);
    if (condition.alarm) conditions.set(key, condition);
    else if (condition.lately) {
      conditions.set(key, condition);
      gone.add(key);
      forgetGone(this.#written);
    } else conditions.delete(key);
    if (conditions.size === 0 && waiting.size === 0) this.#written = undefined;
  }

  #sumUp({ severity, name, text, source }: Telling, moment: BookMoment): readonly Alarm[] {
    const known = this.ofKey(FULL_KEY);
    const telling = {
      severity: known && rank(known.severity) > rank(severity) ? known.severity : severity,
      name: FULL_KEY,
      text: `more than ${MOST_OPEN} conditions stand here; what is told beyond them is counted in this alarm, the latest: ${name}: ${text}`,
      ...(source !== undefined && { source }),
    };
    return this.#step(FULL_KEY, { is: 'told', telling }, moment);
  }

  #roomAgain(moment: BookMoment): readonly Alarm[] {
    if (this.#taken > ROOMY || !this.ofKey(FULL_KEY)) return [];
    const text = 'there is room again: what comes from now on has an alarm of its own';
    const telling: Telling = { severity: 'cleared', name: FULL_KEY, text, isFinal: true };
    return this.#step(FULL_KEY, { is: 'told', telling }, moment);
  }
}

function forgetGone({ conditions, waiting, gone }: Written): void {
  if (gone.size <= MOST_GONE) return;
  const [oldest] = gone;
  if (oldest === undefined) return;
  gone.delete(oldest);
  waiting.delete(oldest);
  conditions.delete(oldest);
}

/** What polls find of the element itself has room always: there are few of these, and they are why it is watched. */
const takesRoom = (key: string): boolean => key !== FULL_KEY && key !== 'reach' && !key.startsWith('access ');

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** As an event tells of it. */
export const toldBy = (key: string, { severity, name, text, source, isFinal }: NewEvent): Told => ({
  key,
  severity,
  name,
  text,
  ...(source !== undefined && { source }),
  ...(isFinal && { isFinal }),
});

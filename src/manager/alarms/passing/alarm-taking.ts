/**
 * What others have been told of elements that are polled here: their alarms go on here under the id that they have, so that
 * one that is brought twice is one, and nobody is told of it twice.
 */
import { MOST_OPEN } from '../../../assess/alarms/book.js';
import { type Env, sleep } from '../../../base/env.js';
import { PtpError } from '../../../base/errors.js';
import type { Alarm, AlarmAction } from '../../../model/alarm.js';
import { type ElementName, elementName, parseElementName } from '../../../model/element.js';
import type { Input, Output } from '../../../xml/messages/operations.js';
import type { AlarmBook } from '../alarm-book.js';
import { readAlarm } from '../keeping/alarm-text.js';

export interface AlarmTakingParts {
  readonly env: Env;
  readonly self: string;
  readonly book: () => Pick<AlarmBook, 'decided' | 'adopt' | 'tell' | 'shown'>;
  /** Whether it is polled here. */
  readonly isHere: (element: ElementName) => boolean;
  /** Whether it is over, by this manager's own disk. */
  readonly isOver: (id: string) => Promise<boolean>;
}

/** Of one message. */
export const MOST_PASSED = 200;
export const MOST_ENDED = 500;
/** Ids and conditions that are remembered, so that what comes late or twice changes nothing. */
const MOST_REMEMBERED = 2000;
/** Until another manager has it as well, which takes 2.5 s at most. */
const COUNTS_WITHIN_MS = 3000;
const LONGEST_AGE_S = 100 * 365 * 86_400;

/** A condition that is over. */
export interface Ended {
  readonly element: ElementName;
  readonly key: string;
  readonly name: string;
  readonly text: string;
  readonly source?: string;
}

export class AlarmTaking {
  readonly #parts: AlarmTakingParts;
  /** Alarms that have become a telling of another of the same condition. */
  readonly #merged = new Set<string>();
  /** When conditions were over, monotonic: what was told before that may come after it. */
  readonly #endedMs = new Map<string, number>();

  constructor(parts: AlarmTakingParts) {
    this.#parts = parts;
  }

  /** @throws PtpError `Client.Validation`, `Client.TooLarge` */
  async take({ alarms, ended }: Input<'passAlarms'>): Promise<Output<'passAlarms'>> {
    if (alarms.length > MOST_PASSED || ended.length > MOST_ENDED)
      throw new PtpError('Client.TooLarge', `${MOST_PASSED} alarms and ${MOST_ENDED} ends are the most of one message`);
    const told = alarms.map(({ alarm, age }) => ({ alarm: readAlarm(alarm), ageMs: msOf(age) }));
    const over = ended.map(({ element, age, ...one }, index) => ({
      ended: { ...one, element: nameOf(element, `ended[${index + 1}]/element`) },
      id: one.id,
      ageMs: msOf(age),
    }));
    const taken = await Promise.all([
      ...told.map(async ({ alarm, ageMs }) => ((await this.#take(alarm, ageMs)) ? [alarm.id] : [])),
      ...over.map(async ({ ended: one, id, ageMs }) => ((await this.end(one, ageMs)) ? [id] : [])),
    ]);
    return { taken: taken.flat() };
  }

  /** @returns Whether it is this manager's matter, and dealt with. */
  async end({ element, key, ...told }: Ended, ageMs: number): Promise<boolean> {
    const { env, book, isHere } = this.#parts;
    if (!isHere(element)) return false;
    const atMs = env.clock.monotonic() - ageMs;
    remember(this.#endedMs, `${element} ${key}`, atMs);
    const known = book()
      .decided(element)
      .find((one) => one.key === key);
    // Told of again since then.
    if (!known || known.lastAt > env.clock.now() - ageMs) return true;
    const time = env.clock.now();
    return (await book().tell({ ...told, time, severity: 'cleared', element, alarm: key })) === undefined;
  }

  /**
   * How an alarm of a manager that is about an element of this one goes on here: as it is given back, or as one telling more
   * of the same condition. Undefined: not here, or there is nothing to do.
   */
  goesOnAs(alarm: Alarm, ageMs: number): Alarm | 'told again' | undefined {
    const { env, self, book, isHere } = this.#parts;
    const { about: element, keptBy: _, root: __, silencedBy: ___, ...rest } = alarm;
    const key = element && conditionKey(alarm, element);
    if (element === undefined || key === undefined || !isHere(element)) return undefined;
    const open = book().decided(element);
    if (open.length >= MOST_OPEN || open.some((one) => one.key === key)) return 'told again';
    const shift = env.clock.now() - ageMs - alarm.lastAt;
    const at = (action: AlarmAction): AlarmAction => ({ ...action, at: action.at + shift });
    return {
      ...rest,
      element,
      key,
      manager: self,
      raisedAt: alarm.raisedAt + shift,
      changedAt: alarm.changedAt + shift,
      lastAt: alarm.lastAt + shift,
      ...(alarm.goneAt !== undefined && { goneAt: alarm.goneAt + shift }),
      ...(alarm.acknowledged && { acknowledged: at(alarm.acknowledged) }),
      // Above that of its end at the manager that had it.
      revision: alarm.revision + 2,
    };
  }

  /** As an event that tells of it once more. */
  tellAgain({ about: element, name, severity, text, source, ...alarm }: Alarm): Promise<PtpError | undefined> {
    const { env, book } = this.#parts;
    remember(this.#merged, alarm.id);
    const key = element && conditionKey(alarm, element);
    return book().tell({
      time: env.clock.now(),
      severity,
      name,
      text,
      ...(element && { element }),
      ...(source !== undefined && { source }),
      ...(key !== undefined && { alarm: key }),
    });
  }

  /** Has the book go on with it. @returns Whether it is on two disks, or on this one where there is no other. */
  async goOn(alarm: Alarm): Promise<boolean> {
    const { env, book } = this.#parts;
    book().adopt(alarm.element, [alarm]);
    const late = sleep(env.clock, COUNTS_WITHIN_MS).then(() => false);
    return Promise.race([
      book()
        .shown(alarm)
        .then(() => true),
      late,
    ]);
  }

  async #take(alarm: Alarm, ageMs: number): Promise<boolean> {
    const { env, book, isHere, isOver } = this.#parts;
    const { about: element, id, severity } = alarm;
    const key = element && conditionKey(alarm, element);
    if (element === undefined || key === undefined || !isHere(element)) return false;
    const endedMs = this.#endedMs.get(`${element} ${key}`) ?? Number.NEGATIVE_INFINITY;
    if (severity === 'cleared' || endedMs >= env.clock.monotonic() - ageMs) return true;
    if (this.#merged.has(id) || (await isOver(id))) return true;
    const known = book()
      .decided(element)
      .find((one) => one.id === id);
    if (known) return this.goOn(newer(known, alarm));
    const next = this.goesOnAs(alarm, ageMs);
    if (next === undefined) return false;
    if (next === 'told again') return (await this.tellAgain(alarm)) === undefined;
    return this.goOn(next);
  }
}

/** What has happened to it at the manager that brought it once more, before that heard that it is here. */
function newer(known: Alarm, brought: Alarm): Alarm {
  const isMore = brought.count > known.count;
  const { acknowledged } = known.acknowledged ? known : brought;
  if (!isMore && acknowledged === known.acknowledged && brought.told <= known.told) return known;
  return {
    ...known,
    ...(isMore && { text: brought.text, count: brought.count }),
    ...(acknowledged && { acknowledged }),
    told: Math.min(known.change, Math.max(known.told, brought.told)),
    revision: known.revision + 1,
  };
}

/** Within the element; undefined of an alarm that is not about it. */
function conditionKey({ key }: Pick<Alarm, 'key'>, element: ElementName): string | undefined {
  const before = `${element} `;
  return key.length > before.length && key.startsWith(before) ? key.slice(before.length) : undefined;
}

function remember(known: Set<string>, name: string): void;
function remember(known: Map<string, number>, name: string, value: number): void;
function remember(known: Set<string> | Map<string, number>, name: string, value = 0): void {
  known.delete(name);
  if (known instanceof Map) known.set(name, value);
  else known.add(name);
  const [oldest] = known.keys();
  if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
}

/** One that is none is none: nobody's clock goes wrong by it. */
const msOf = (age: number): number => Math.min(Math.max(0, age), LONGEST_AGE_S) * 1000;

function nameOf(text: string, path: string): ElementName {
  const parsed = parseElementName(text);
  if (parsed) return elementName(parsed.kind, parsed.id);
  throw new PtpError('Client.Validation', 'an element is named as kind/ID here, such as device/core1', {
    place: { path },
  });
}

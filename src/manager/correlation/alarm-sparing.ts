/**
 * Of which alarms people are spared: those that follow from others, and those that come while somebody works on the
 * element. Both are looked up when an alarm is raised, and anew whenever its element has been polled or judged.
 */
import { type AlarmedElement, REACH_KEY, rootOfAlarm } from '../../assess/dependence/alarm-root.js';
import { windowWords } from '../../assess/maintenance.js';
import type { Alarm, AlarmRoot } from '../../model/alarm.js';
import type { ElementName, ManagedElement } from '../../model/element.js';
import type { AlarmBook, Sparing } from '../alarms/alarm-book.js';
import type { ElementReview } from '../collector/element-review.js';
import type { DependenceWatch } from './dependence-watch.js';

export interface AlarmSparingParts {
  readonly review: () => Pick<ElementReview, 'stateOf' | 'maintenanceOf'>;
  readonly definitionOf: (element: ElementName) => ManagedElement | undefined;
  readonly deviceOf: DependenceWatch['deviceOf'];
  readonly alarms: () => Pick<AlarmBook, 'ofElement' | 'setRoots' | 'setSilences'>;
}

export class AlarmSparing {
  readonly #parts: AlarmSparingParts;

  constructor(parts: AlarmSparingParts) {
    this.#parts = parts;
  }

  /** Of an alarm that has just been raised. */
  of({ element, about, key }: Pick<Alarm, 'element' | 'about' | 'key'>): Sparing {
    const name = element ?? about;
    return name === undefined ? {} : this.#sparing(name, key);
  }

  /** An element has been polled, or judged anew. */
  refresh(element: ElementName): void {
    const alarms = this.#parts.alarms();
    const roots: [string, AlarmRoot | undefined][] = [];
    const silences: [string, string | undefined][] = [];
    for (const alarm of alarms.ofElement(element)) {
      const { root, silencedBy } = this.#sparing(element, alarm.key);
      if (!isSameRoot(root, alarm.root)) roots.push([alarm.id, root]);
      if (silencedBy !== alarm.silencedBy) silences.push([alarm.id, silencedBy]);
    }
    if (roots.length > 0) alarms.setRoots(roots);
    if (silences.length > 0) alarms.setSilences(silences);
  }

  #sparing(name: ElementName, key: string): Sparing {
    const { review } = this.#parts;
    const window = review().maintenanceOf(name)?.window;
    const about = this.#alarmed(name);
    const root = about && rootOfAlarm(key, about);
    return { ...(root && { root }), ...(window && { silencedBy: windowWords(window) }) };
  }

  #alarmed(name: ElementName): AlarmedElement | undefined {
    const { review, definitionOf, deviceOf, alarms } = this.#parts;
    const reach = review().stateOf(name);
    if (!reach) return undefined;
    const definition = definitionOf(name);
    const device = definition?.device === undefined ? undefined : deviceOf(definition);
    const alarm = alarms()
      .ofElement(name)
      .find((one) => one.key === REACH_KEY)?.id;
    return { name, reach, ...(alarm !== undefined && { alarm }), ...(device && { device }) };
  }
}

const isSameRoot = (one: AlarmRoot | undefined, other: AlarmRoot | undefined): boolean =>
  one?.element === other?.element && one?.alarm === other?.alarm && one?.why === other?.why;

/** Alarms of which nobody is told by themselves, as they follow from another: kept by what they follow from. Pure. */
import type { AlarmRoot } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { Behind } from './message.js';
import type { Notice } from './notice.js';

/** All together; of what comes beyond it only the number is known. */
const MOST_KEPT = 50_000;
const MOST_NAMED = 20;

interface Followers {
  /** Element by alarm; undefined for a condition of a manager. */
  readonly kept: Map<string, ElementName | undefined>;
  more: number;
}

export class BehindRoots {
  readonly #roots = new Map<string, Followers>();
  /** Where an alarm is kept. */
  readonly #rootOf = new Map<string, string>();

  /** @returns What it is kept by: the root's alarm, or else {@link elementKey}. */
  add(alarm: string, element: ElementName | undefined, root: AlarmRoot): string {
    const key = keyOf(root);
    if (this.#rootOf.get(alarm) === key) return key;
    this.remove(alarm);
    const known = this.#roots.get(key);
    if (this.#rootOf.size >= MOST_KEPT) {
      // Of a root of which nothing is kept, nothing would ever be forgotten.
      if (known) known.more += 1;
      return key;
    }
    const followers = known ?? { kept: new Map(), more: 0 };
    this.#roots.set(key, followers);
    followers.kept.set(alarm, element);
    this.#rootOf.set(alarm, key);
    return key;
  }

  remove(alarm: string): void {
    const key = this.#rootOf.get(alarm);
    if (key === undefined) return;
    this.#rootOf.delete(alarm);
    const followers = this.#roots.get(key);
    followers?.kept.delete(alarm);
    if (followers?.kept.size === 0) this.#roots.delete(key);
  }

  /** What follows from the alarm that a notice tells of; undefined when nothing does. */
  of({ alarm, element }: Pick<Notice, 'alarm' | 'element'>): Behind | undefined {
    if (alarm === undefined) return undefined;
    const found = [alarm, ...(element === undefined ? [] : [elementKey(element)])].flatMap(
      (key) => this.#roots.get(key) ?? [],
    );
    if (found.length === 0) return undefined;
    const names = new Set<ElementName>();
    let [alarms, more] = [0, 0];
    for (const followers of found) {
      alarms += followers.kept.size + followers.more;
      more += followers.more;
      for (const one of followers.kept.values()) if (one !== undefined && one !== element) names.add(one);
    }
    return { elements: names.size + more, alarms, names: [...names].slice(0, MOST_NAMED) };
  }
}

/** Of an alarm that is named, or else whichever alarm the element has. */
const keyOf = ({ alarm, element }: AlarmRoot): string => alarm ?? elementKey(element);
export const elementKey = (element: ElementName): string => `element ${element}`;

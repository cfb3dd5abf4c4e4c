/** The alarms of an element: what its polls raise and end, and what stands though nothing says so any more. */
import type { AlarmPages } from '../../assess/alarms/book.js';
import { keyOf } from '../../assess/alarms/bounds.js';
import { accessConditionKey, REACH_KEY, type ReachState } from '../../assess/status.js';
import { thresholdKey } from '../../assess/threshold-words.js';
import type { Alarm } from '../../model/alarm.js';
import { type AccessKey, accessKey, type ElementName, type ManagedElement } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { AlarmBook } from '../alarms/alarm-book.js';
import type { BundleContent } from '../pool/bundle/content.js';
import type { ElementThresholds } from './element-thresholds.js';

type Brought = Pick<BundleContent, 'alarms' | 'unkept'>;

/** How the element is after a poll or a verdict. */
export interface Finding {
  readonly nowMs: number;
  readonly element: ManagedElement;
  readonly reach: ReachState;
  readonly thresholds: ElementThresholds;
  /** The access whose poll was answered, if it was. */
  readonly answered?: AccessKey;
}

export class ElementAlarms {
  readonly #book: AlarmBook | undefined;
  readonly #pages: AlarmPages | undefined;
  /** Accesses that have been answered since the element is polled here: what was brought may be older than an alarm. */
  #answered: readonly AccessKey[] = [];

  /**
   * @param book Undefined: no alarms are raised.
   * @param brought By a bundle; undefined without one: then what the store has stands.
   */
  constructor(book: AlarmBook | undefined, element: ElementName, { alarms, unkept }: Brought = {}) {
    this.#book = book;
    this.#pages = book?.begin(element, alarms, unkept);
  }

  /** For a bundle. */
  get open(): readonly Alarm[] {
    return [...(this.#pages?.open() ?? [])].map(({ keptBy: _, ...alarm }) => {
      const keptBy = this.#book?.get(alarm.id)?.keptBy;
      return { ...alarm, ...(keptBy !== undefined && { keptBy }) };
    });
  }

  /** The worst that neither reach nor thresholds know of. */
  get beside(): Alarm | undefined {
    return this.#pages && this.#pages.size > 0 ? this.#pages.worstBeside : undefined;
  }

  /** Conditions of thresholds that stand by their alarms alone: they were kept, and what was brought is older. */
  raisedBeside({ standing }: Pick<ElementThresholds, 'standing'>): ReadonlySet<string> {
    const raised = new Set<string>();
    for (const { key, goneAt } of this.#pages?.open() ?? [])
      if (goneAt === undefined && key.startsWith('threshold ')) raised.add(key);
    if (raised.size > 0) for (const one of standing) raised.delete(keyOf(thresholdKey(one)));
    return raised;
  }

  /** @returns What is to be stored with the events. */
  take(events: readonly NewEvent[], finding: Finding): readonly Alarm[] {
    const { answered } = finding;
    if (answered !== undefined && !this.#answered.includes(answered)) this.#answered = this.#answered.concat(answered);
    const [book, pages] = [this.#book, this.#pages];
    if (!book || !pages || (events.length === 0 && pages.size === 0)) return [];
    const told = book.ofPoll(pages, events, finding.nowMs);
    const over = pages.size === 0 ? [] : book.endOf(pages, this.#isOver(finding), IN_ORDER, finding.nowMs);
    return over.length === 0 ? told : [...new Map([...told, ...over].map((alarm) => [alarm.id, alarm])).values()];
  }

  /**
   * What stands by alarms alone, where the state that raised them was lost on the way: an owner died before it could tell,
   * or the definition has changed. Only what answers here says so: a bundle may be older than an alarm that was kept. That of
   * thresholds is known when all accesses have been answered.
   */
  #isOver({ reach, element, thresholds }: Finding): (alarm: Alarm) => boolean {
    let watched: ReadonlySet<string> | undefined;
    return ({ key }) => {
      if (key === REACH_KEY) return this.#answered.length > 0 && !OUT.has(reach.status);
      if (key.startsWith('access ')) return this.#isAccessGood(key, element, reach);
      if (!key.startsWith('threshold ')) return false;
      const isKnown = element.access.every(
        (spec, index) => spec.thresholds.length === 0 || this.#answered.includes(accessKey(element.name, index)),
      );
      if (!isKnown) return false;
      watched ??= new Set([...thresholds.watchedKeys()].map(keyOf));
      return !watched.has(key);
    };
  }

  #isAccessGood(key: string, { name }: ManagedElement, { accesses }: ReachState): boolean {
    const index = accesses.findIndex(({ method }, at) => accessConditionKey(at, method) === key);
    const access = accesses[index];
    return !access || (access.standing === 'good' && !access.told && this.#answered.includes(accessKey(name, index)));
  }
}

const IN_ORDER = 'it has been found in order';

const OUT: ReadonlySet<string> = new Set<ReachState['status']>(['down', 'unreachable', 'unknown']);

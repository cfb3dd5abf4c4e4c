/**
 * All alarms of a manager: those of the elements that it polls, and its own.
 *
 * What is decided runs ahead of what is visible, as with polls: {@link AlarmPages} are what the next telling builds on;
 * {@link AlarmBook.open} and the listeners see an alarm when it is on disk here and, where there is another manager to
 * keep it, there as well.
 *
 * ```
 *   event of a poll ──▶ pages ──▶ PollRecord.alarms ──────── disk ──┐
 *   other event ──────▶ pages ──▶ Store.recordEvents ─────── disk ──┼──▶ keeper ──▶ visible: open, listeners
 *   person, root, ────▶ pages ──▶ Store.recordAlarms ─────── disk ──┘
 *   silence, time
 * ```
 *
 * What the disk did not take with its event waits here and is tried again by itself.
 */
import { AlarmPages, type BookMoment, toldBy } from '../../assess/alarms/book.js';
import { conditionOf } from '../../assess/alarms/condition.js';
import type { Timer } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { Alarm, AlarmAction, AlarmRoot } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { AlarmDesk } from '../alarm-desk.js';
import {
  type AlarmBookParts,
  AlarmIds,
  type Change,
  newest,
  overElsewhere,
  type Sparing,
  spared,
} from './alarm-book-parts.js';
import { type AlarmListener, AlarmShow } from './alarm-show.js';
import { AlarmWriter } from './alarm-writer.js';
import { CalmWatch } from './calm-watch.js';

export type { AlarmBookParts, Sparing };

/** By then what still stands of the manager itself has been told of again after a start. */
const RETOLD_MS = 120_000;

export class AlarmBook implements AlarmDesk {
  readonly #parts: AlarmBookParts;
  readonly #ids: AlarmIds;
  readonly #own: AlarmPages;
  /** Of elements that are polled here. */
  readonly #pages = new Map<ElementName, AlarmPages>();
  /** From the store, of elements of which nobody has said yet that they are polled here. */
  readonly #asleep = new Map<ElementName, Alarm[]>();
  readonly #unkept = new Map<ElementName, ReadonlySet<string>>();
  readonly #show: AlarmShow;
  readonly #writer: AlarmWriter;
  readonly #calm: CalmWatch;
  /** Events that have raised or ended something: a store that is tried again is given them again. */
  readonly #taken = new WeakSet<NewEvent>();
  /** To be written, and not to be shown. */
  readonly #unseen = new Set<string>();
  #retold: Timer | undefined;

  constructor(parts: AlarmBookParts) {
    this.#parts = parts;
    this.#ids = new AlarmIds(parts.env.random);
    this.#own = new AlarmPages(parts.manager);
    this.#show = new AlarmShow(parts.keeper);
    this.#calm = new CalmWatch(parts.env.clock, (pages) => this.#pass(pages));
    this.#writer = new AlarmWriter(parts.env, parts.store, (alarms) =>
      this.#show.stored(alarms.filter(({ id }) => !this.#unseen.delete(id))),
    );
  }

  /** Reads what the store has; what belongs to elements is shown when they are polled here. */
  async load(): Promise<void> {
    const startedMs = this.#parts.env.clock.now();
    for (const alarm of await this.#parts.store.loadAlarms()) {
      if (alarm.element === undefined) this.#adopt(this.#own, [alarm]);
      else this.#asleep.set(alarm.element, [...(this.#asleep.get(alarm.element) ?? []), alarm]);
    }
    await this.#parts.elsewhere?.start();
    this.#retold = this.#parts.env.clock.after(RETOLD_MS, () => this.#endOwnOfOld(startedMs));
  }

  open(): readonly Alarm[] {
    return this.#show.open();
  }

  get(id: string): Alarm | undefined {
    return this.#show.get(id);
  }

  /** Open ones of an element. */
  ofElement(element: ElementName): readonly Alarm[] {
    return this.#show.ofElement(element);
  }

  /** All open ones of an element that is polled here, or of the manager itself, also what is not shown yet. */
  decided(element: ElementName | undefined): readonly Alarm[] {
    const pages = element === undefined ? this.#own : this.#pages.get(element);
    return pages ? [...pages.open()] : [];
  }

  /** Another manager has these versions on disk by now. */
  alsoKept(alarms: readonly Alarm[], by: string): void {
    this.#show.alsoKept(alarms, by);
  }

  /** @returns Ends it. */
  onChange(listener: AlarmListener): () => void {
    return this.#show.onChange(listener);
  }

  acknowledge(id: string, { by, note }: Pick<AlarmAction, 'by' | 'note'>): Promise<Alarm> {
    return this.#changed(id, { is: 'acknowledged', by, ...(note !== undefined && { note }) });
  }

  clear(id: string, { by, note }: Pick<AlarmAction, 'by' | 'note'>): Promise<Alarm> {
    return this.#changed(id, { is: 'cleared', by, ...(note !== undefined && { note }) });
  }

  /** What alarms follow from; of one that is not open here nothing is said. */
  setRoots(roots: Iterable<readonly [id: string, root: AlarmRoot | undefined]>): void {
    for (const [id, root] of roots) this.#change(id, { is: 'rooted', ...(root && { root }) });
  }

  /** The windows that silence alarms. */
  setSilences(silences: Iterable<readonly [id: string, by: string | undefined]>): void {
    for (const [id, by] of silences) this.#change(id, { is: 'silenced', ...(by !== undefined && { by }) });
  }

  /** People have been told of alarms up to these changes, also of such as are over by now. */
  markTold(marks: Iterable<readonly [id: string, change: number]>): void {
    for (const [id, change] of marks)
      if (!this.#change(id, { is: 'known', change })) {
        const over = this.#show.overOf(id);
        if (over && over.told < change)
          void this.#write([{ ...over, told: Math.min(change, over.change), revision: over.revision + 1 }]);
      }
  }

  /**
   * An element is polled here from now on. With a bundle its alarms are those of the former owner; without one, those that
   * the store has.
   * @param unkept Ids of those brought of which no copy need know.
   */
  begin(element: ElementName, brought?: readonly Alarm[], unkept: readonly string[] = []): AlarmPages {
    if (unkept.length > 0) this.#unkept.set(element, new Set(unkept));
    else this.#unkept.delete(element);
    const known = this.#pages.get(element);
    const pages = known ?? new AlarmPages(this.#parts.manager, element);
    this.#pages.set(element, pages);
    this.#show.enter(element);
    const stored = this.#asleep.get(element) ?? [];
    this.#asleep.delete(element);
    if (brought) {
      this.#adopt(pages, brought);
      this.#endElsewhere(stored.filter(({ id }) => !pages.get(id)));
    } else this.#adopt(pages, stored);
    return pages;
  }

  /** Of those that were brought: ids of which no copy need know. */
  unkeptOf(element: ElementName): ReadonlySet<string> {
    return this.#unkept.get(element) ?? new Set();
  }

  /**
   * Goes on with what others have kept of an element that is polled here, or of this manager itself.
   * @param element Undefined: the manager's own.
   */
  adopt(element: ElementName | undefined, alarms: readonly Alarm[]): void {
    const pages = element === undefined ? this.#own : this.#pages.get(element);
    if (pages) this.#adopt(pages, alarms);
    if (pages && element !== undefined) this.#parts.onBetweenPolls?.(element);
  }

  /**
   * An element is not polled here any more. Its alarms are its new owner's, and the store forgets them with the element; of
   * one that nobody watches any more they are over.
   */
  leave(element: ElementName): void {
    const pages = this.#pages.get(element);
    this.#pages.delete(element);
    this.#asleep.delete(element);
    this.#unkept.delete(element);
    this.#writer.forget(element);
    if (pages) this.#calm.forget(pages);
    if (pages && pages.size > 0 && this.#parts.isWithdrawn?.(element)) void this.#withdraw(element, pages);
    else this.#show.leave(element);
  }

  /** Events that a poll has brought, for its record. The caller stores what is different, and says so. */
  ofPoll(pages: AlarmPages, events: readonly NewEvent[], nowMs: number): readonly Alarm[] {
    const moment = { ...this.#moment, nowMs };
    const changed = events.flatMap((event) => {
      const key = conditionOf(event, this.#parts.rules());
      return key === undefined ? [] : pages.tell(toldBy(key, event), moment);
    });
    this.#calm.watch(pages);
    return spared(this.#parts.sparing, pages, changed, moment);
  }

  /** Ends what stands no more though no event says so. The caller stores what is different, and says so. */
  endOf(pages: AlarmPages, which: (alarm: Alarm) => boolean, text: string, nowMs: number): readonly Alarm[] {
    const ended = pages.end(which, text, { ...this.#moment, nowMs });
    this.#calm.watch(pages);
    return ended;
  }

  /** Ends conditions of the manager itself that it does not look after any more. */
  endOwn(which: (alarm: Alarm) => boolean, text: string): void {
    void this.#write(this.endOf(this.#own, which, text, this.#parts.env.clock.now()));
  }

  /** As {@link endOwn}, of one key. */
  endOwnOf(key: string, text: string): void {
    if (this.#own.ofKey(key)) this.endOwn((alarm) => alarm.key === key, text);
  }

  /** Other events, about to be stored. The caller stores what is different with them, and says so. */
  ofEvents(events: readonly NewEvent[]): readonly Alarm[] {
    const rules = this.#parts.rules();
    const touched = new Set<ElementName>();
    const changed: Alarm[] = [];
    for (const event of events) {
      const key = conditionOf(event, rules);
      // Most raise nothing, and need not be known again.
      if (key === undefined || this.#taken.has(event)) continue;
      this.#taken.add(event);
      changed.push(...this.#ofEvent(event, key, touched));
    }
    for (const element of touched) this.#parts.onBetweenPolls?.(element);
    return [...newest([...this.#writer.late(), ...changed])];
  }

  /**
   * An event that is not stored one by one; what comes of it is brought to disk by itself.
   * @returns Resolves when it is there, or with why it is not yet.
   */
  tell(event: NewEvent): Promise<PtpError | undefined> {
    return this.#write(this.ofEvents([event]));
  }

  /** What is told of elements of others goes to disk before the events; undefined: there is nothing to wait for. */
  noting(): Promise<void> | undefined {
    return this.#parts.elsewhere?.noting();
  }

  /** Resolves when this version may be seen, or it is not here any more. */
  async shown(alarm: Alarm): Promise<void> {
    await this.#show.whenShown(alarm);
  }

  /**
   * The owner of the element that an alarm of this manager is about goes on with it: here it is history, and no news.
   * @param revision That went there; one that has changed since stays.
   * @param isHere This very manager is the owner, and goes on with the same row on disk.
   * @returns It, as it is over; undefined where it stays.
   */
  passedOn(id: string, revision: number, isHere: boolean): Alarm | undefined {
    const alarm = this.#own.get(id);
    if (alarm?.revision !== revision) return undefined;
    const changed = this.#own.end((one) => one.id === id, 'the owner of the element goes on with it', this.#moment);
    const over = changed.find((one) => one.id === id);
    if (over) this.#show.drop(over);
    if (!isHere) this.#unseen.add(id);
    void this.#write(isHere ? changed.filter((one) => one !== over) : changed);
    return over;
  }

  /** What an event of the manager itself raises is shown at once, and brought to disk when that can be: it says why not yet. */
  tellAtOnce(event: NewEvent): void {
    const changed = this.ofEvents([event]);
    this.#show.stored(changed);
    void this.#write(changed);
  }

  /** These are on disk. */
  stored(alarms: readonly Alarm[]): void {
    this.#writer.written(alarms);
    this.#show.stored(alarms);
  }

  /** These could not be brought to disk with what they came from. */
  notStored(alarms: readonly Alarm[]): void {
    void this.#write(alarms);
  }

  /** Resolves when all that was decided is on disk, as far as the store takes it. */
  async close(): Promise<void> {
    this.#calm.close();
    this.#retold?.cancel();
    await this.#writer.close();
    this.#parts.elsewhere?.close();
  }

  get #moment(): BookMoment {
    const nowMs = this.#parts.env.clock.now();
    return { nowMs, newId: () => this.#ids.next(nowMs) };
  }

  #ofEvent(event: NewEvent, key: string, touched: Set<ElementName>): readonly Alarm[] {
    const { element } = event;
    const pages = element === undefined ? this.#own : this.#pages.get(element);
    const moment = this.#moment;
    const told: Alarm[] = [];
    if (pages) {
      told.push(...pages.tell(toldBy(key, event), moment));
      if (element !== undefined && told.length > 0) touched.add(element);
      this.#calm.watch(pages);
    }
    if (element !== undefined && !pages) this.#parts.elsewhere?.told(element, key, event);
    // Told here, though another manager watches the element, or did when it was raised.
    if (element !== undefined && (!pages || event.severity === 'cleared')) {
      const about = { ...toldBy(`${element} ${key}`, event), about: element };
      told.push(...this.#own.tell(about, moment));
      this.#calm.watch(this.#own);
    }
    return spared(this.#parts.sparing, pages ?? this.#own, told, moment);
  }

  /** They were over at the former owner, who has told so: they are history here, and no news. */
  #endElsewhere(alarms: readonly Alarm[]): void {
    for (const { id } of alarms) this.#unseen.add(id);
    void this.#write(alarms.map((alarm) => overElsewhere(alarm, this.#moment.nowMs)));
  }

  #adopt(pages: AlarmPages, alarms: readonly Alarm[]): void {
    const changed = pages.adopt(alarms, this.#moment);
    this.#calm.watch(pages);
    void this.#write(newest([...alarms, ...changed]));
  }

  async #withdraw(element: ElementName, pages: AlarmPages): Promise<void> {
    const ended = pages.end(() => true, `${element} is not watched any more`, this.#moment);
    await this.#write(ended);
    await Promise.all(ended.map((alarm) => this.#show.whenShown(alarm)));
    if (!this.#pages.has(element)) this.#show.leave(element);
  }

  async #changed(id: string, change: Change): Promise<Alarm> {
    const changed = this.#change(id, change);
    if (!changed) {
      const text = `there is no open alarm ${id} here; it may be over, or at another manager`;
      throw new PtpError('Client.NotFound', text, { place: { path: 'alarm' } });
    }
    const fault = await changed.stored;
    if (fault) throw fault;
    const { alarm } = changed;
    const pages = this.#pagesOf(alarm.element);
    const shown = pages && (await this.#show.whenShown(alarm));
    // Its new owner may have what it was before.
    if (shown && shown.revision >= alarm.revision && this.#pagesOf(alarm.element) === pages) return shown;
    throw new PtpError('Server.Unavailable', `alarm ${id} has gone to another manager meanwhile; ask once more`);
  }

  /** @param element Undefined: the manager itself. @returns Undefined when it is not polled here. */
  #pagesOf(element: ElementName | undefined): AlarmPages | undefined {
    return element === undefined ? this.#own : this.#pages.get(element);
  }

  /** @returns Undefined when it is not open here. */
  #change(
    id: string,
    change: Change,
  ): { readonly alarm: Alarm; readonly stored: Promise<PtpError | undefined> } | undefined {
    const pages = this.#pagesWith(id);
    const before = pages?.get(id);
    if (!pages || !before) return undefined;
    const changed = pages.change(id, change, this.#moment);
    this.#calm.watch(pages);
    const alarm = changed.find((one) => one.id === id) ?? before;
    if (alarm.severity === 'cleared' && alarm.element !== undefined) this.#parts.onBetweenPolls?.(alarm.element);
    return { alarm, stored: this.#write(changed) };
  }

  #pagesWith(id: string): AlarmPages | undefined {
    const element = this.#show.get(id)?.element;
    const pages = element === undefined ? this.#own : this.#pages.get(element);
    return pages?.get(id) ? pages : undefined;
  }

  #write(alarms: readonly Alarm[]): Promise<PtpError | undefined> {
    return this.#writer.write(alarms);
  }

  #pass(pages: AlarmPages): void {
    const changed = pages.pass(this.#moment);
    void this.#write(changed);
    const [first] = changed;
    if (first?.element !== undefined) this.#parts.onBetweenPolls?.(first.element);
  }

  /** Conditions of the manager itself are told of again after a start if they still stand; those of events are not. */
  #endOwnOfOld(startedMs: number): void {
    const isOld = ({ key, about, lastAt }: Alarm) =>
      lastAt < startedMs && about === undefined && !key.startsWith('event ');
    const text = 'the manager has been started anew, and has not found it any more';
    this.endOwn(isOld, text);
  }
}

/**
 * The alarms of a pool, on two disks each (SPEC 6, "Data"): what of this manager's others keep, what this one keeps for
 * others, and what becomes of them when elements change hands.
 *
 * ```
 *   a change ── own disk ──▶ keep() ── keepAlarms ──▶ another manager's disk ──▶ it counts
 *   taken()  ── own disk, getKeptAlarms of all ──▶ merged by version ──▶ the book, and keep() again under the new ownership
 *   released(), stopped() ── keepAlarms ──▶ the new owner: what came at last, or what people said meanwhile
 * ```
 */
import type { Env } from '../../../base/env.js';
import type { Alarm } from '../../../model/alarm.js';
import type { ElementName } from '../../../model/element.js';
import { type AlarmSubject, AT_OWNER, elementOf, ownSubject, subjectOf } from '../../../model/kept-alarm.js';
import { type Epoch, homeEpoch } from '../../../model/manager.js';
import type { Handlers, Peer } from '../../../peer/peer.js';
import type { Store } from '../../../store/store.js';
import type { PoolService } from '../../pool/pool-service.js';
import type { AlarmBook } from '../alarm-book.js';
import type { AlarmKeeper } from '../keeper.js';
import { AlarmKeeping } from './alarm-keeping.js';
import { AlarmTakeover } from './alarm-takeover.js';
import { KeptAlarms } from './kept-alarms.js';

export interface SharedAlarmsParts {
  readonly env: Env;
  readonly self: string;
  readonly incarnation: number;
  readonly store: Pick<Store, 'changeKept' | 'loadKept' | 'queryAlarms'>;
  readonly book: () => Pick<
    AlarmBook,
    'decided' | 'ofElement' | 'open' | 'adopt' | 'alsoKept' | 'onChange' | 'unkeptOf'
  >;
  /** Under which an element is polled here; undefined: it is not. */
  readonly epochOf: (element: ElementName) => Epoch | undefined;
  readonly pool: () => Pick<PoolService, 'view' | 'assignmentOf'>;
  /** The way to a manager that answers, as far as is known. */
  readonly peer: (manager: string) => Peer | undefined;
}

/** To list the members costs a look at all elements. */
const MEMBERS_MS = 1_000;

export class SharedAlarms implements AlarmKeeper {
  readonly #parts: SharedAlarmsParts;
  readonly #kept: KeptAlarms;
  readonly #keeping: AlarmKeeping;
  readonly #takeover: AlarmTakeover;
  /** What elements that have just left had open. */
  readonly #left = new Map<ElementName, Alarm[]>();
  readonly #own: AlarmSubject;
  #others: readonly string[] = [];
  #listedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: SharedAlarmsParts) {
    this.#parts = parts;
    const { env, self, incarnation, store, peer } = parts;
    this.#own = ownSubject(self);
    const alarmsOf = (subject: AlarmSubject): readonly Alarm[] => parts.book().decided(elementOf(subject));
    const epochOf = (subject: AlarmSubject): Epoch | undefined => this.#epochOf(subject);
    this.#kept = new KeptAlarms({
      env,
      self,
      store,
      epochOf,
      own: (subject) => {
        const epoch = epochOf(subject);
        return epoch && { subject, owner: self, epoch, incarnation, number: AT_OWNER, alarms: alarmsOf(subject) };
      },
      onLate: (copy, isAll) => this.#takeover.late(copy, isAll),
    });
    this.#keeping = new AlarmKeeping({
      env,
      self,
      incarnation,
      epochOf,
      candidates: (subject) => this.#candidates(subject),
      alarmsOf: (subject) => this.#standing(subject),
      sinceOf: (subject) => this.#takeover.sinceOf(subject),
      fetch: (manager, subjects) => this.#takeover.fetch(manager, subjects),
      peer,
      noteOwn: (sets) => this.#kept.noteOwn(sets),
      onKept: (alarms, by) => parts.book().alsoKept(alarms, by),
    });
    this.#takeover = new AlarmTakeover({
      env,
      self,
      incarnation,
      kept: this.#kept,
      others: () => this.#alive(),
      peer,
      alarmsOf: (subject) => (epochOf(subject) ? alarmsOf(subject) : undefined),
      adopt: (subject, alarms) => parts.book().adopt(elementOf(subject), alarms),
      overOnDisk: async (id) => {
        const { rows } = await store.queryAlarms({ id, states: ['cleared'], offset: 0, limit: 1 });
        return rows[0];
      },
      onMerged: (subjects) => {
        for (const subject of subjects) if (alarmsOf(subject).length > 0) this.#keeping.look(subject);
      },
    });
  }

  /** To be called once, when the book has been read. */
  start(): void {
    this.#parts.book().onChange(({ left }) => {
      for (const alarm of left)
        if (alarm.element !== undefined)
          this.#left.set(alarm.element, [...(this.#left.get(alarm.element) ?? []), alarm]);
    });
    this.#takeover.taken(this.#own);
  }

  close(): void {
    this.#keeping.close();
    this.#takeover.close();
    this.#kept.close();
  }

  /** See {@link AlarmKeeper.keep}; what has just been taken over waits until all that others have of it is known. */
  async keep(alarm: Alarm): Promise<string | undefined> {
    await this.#takeover.whenGathered(subjectOf(alarm));
    return this.#keeping.keep(alarm);
  }

  /** An element is polled here from now on. */
  taken(element: ElementName): void {
    this.#left.delete(element);
    this.#takeover.taken(element, this.#parts.book().unkeptOf(element));
  }

  /** It is polled here on, under another epoch, or another manager stands in for it. */
  changed(element: ElementName): void {
    if (this.#parts.book().decided(element).length > 0) this.#keeping.look(element);
  }

  /** Its last poll here is done: `to` goes on. */
  released(element: ElementName, to: string): void {
    this.#leave(element, to, true);
  }

  /** It was taken over from this manager, which hears of it now. */
  stopped(element: ElementName): void {
    const { owner } = this.#parts.pool().assignmentOf(element) ?? {};
    this.#leave(element, owner === this.#parts.self ? undefined : owner, false);
  }

  /** What peers ask of it. */
  get handlers(): Handlers {
    return {
      keepAlarms: (input) => this.#kept.keep(input),
      getKeptAlarms: (input) => this.#kept.give(input),
    };
  }

  #leave(element: ElementName, to: string | undefined, isAll: boolean): void {
    const alarms = this.#left.get(element) ?? [];
    this.#left.delete(element);
    this.#takeover.left(element);
    const known = this.#keeping.left(element);
    void this.#kept.forgetOwn(element);
    const next = to ?? known?.keeper;
    if (known && next !== undefined && (isAll || alarms.length > 0))
      this.#keeping.handOn(next, { subject: element, epoch: known.epoch, isAll, alarms });
  }

  /** As they are now; of those that are over already and stand for others still, as others know them. */
  #standing(subject: AlarmSubject): readonly Alarm[] {
    const book = this.#parts.book();
    const element = elementOf(subject);
    const decided = book.decided(element);
    const ids = new Set(decided.map(({ id }) => id));
    const shown = element ? book.ofElement(element) : book.open().filter((alarm) => alarm.element === undefined);
    return [...decided, ...shown.filter(({ id }) => !ids.has(id))];
  }

  #epochOf(subject: AlarmSubject): Epoch | undefined {
    if (subject === this.#own) return homeEpoch(this.#parts.self);
    const element = elementOf(subject);
    return element && this.#parts.epochOf(element);
  }

  /** Whoever is about to have it or stands in for it; else the same one for all, so that one message does. */
  #candidates(subject: AlarmSubject): readonly string[] {
    const { pool, peer } = this.#parts;
    const others = this.#alive();
    const element = elementOf(subject);
    const { owner, standIn } = (element && pool().assignmentOf(element)) ?? {};
    const preferred = [owner, standIn].flatMap((one) => (one !== undefined && others.includes(one) ? [one] : []));
    return [...new Set([...preferred, ...others])].filter((one) => peer(one) !== undefined);
  }

  /** Other members that are not known to be gone, by id from this one on, so that not all go to the first. */
  #alive(): readonly string[] {
    const { env, pool, self } = this.#parts;
    const nowMs = env.clock.monotonic();
    if (nowMs - this.#listedMs < MEMBERS_MS) return this.#others;
    this.#listedMs = nowMs;
    const { view } = pool();
    const ids =
      view.standing === 'member'
        ? view.members.flatMap(({ id, standing }) => (standing === 'gone' || standing === 'leaving' ? [] : [id]))
        : [];
    const sorted = ids.filter((id) => id !== self).sort();
    this.#others = [...sorted.filter((id) => id > self), ...sorted.filter((id) => id < self)];
    return this.#others;
  }
}

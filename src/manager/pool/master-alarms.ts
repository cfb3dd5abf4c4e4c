/**
 * What stands in the pool, as alarms of its master: managers that are gone, elements that nobody watches. Every member
 * finds out who is gone, and notes it; that one calls people for it is the master's alone, and goes on with the next master.
 */
import type { NewEvent } from '../../model/event.js';
import type { PoolNews } from '../../pool/node/state.js';
import type { AlarmBook } from '../alarms/alarm-book.js';
import { eventsOf, isOfMaster, unwatchedEvent, unwatchedKey } from './news.js';
import { UNWATCHED } from './pool-lists.js';
import type { PoolService } from './pool-service.js';

type Told = Omit<NewEvent, 'time'>;

/** Elements that a new master finds unwatched; the others of so many are in its lists. */
const MOST_UNWATCHED = 400;

export class MasterAlarms {
  readonly #self: string;
  readonly #alarms: Pick<AlarmBook, 'endOwn' | 'endOwnOf'>;
  readonly #pool: () => Pick<PoolService, 'assignments'>;
  /** Managers that this one has found to be gone. */
  readonly #gone = new Map<string, readonly Told[]>();
  #isMaster = false;

  constructor(
    self: string,
    alarms: Pick<AlarmBook, 'endOwn' | 'endOwnOf'>,
    pool: () => Pick<PoolService, 'assignments'>,
  ) {
    this.#self = self;
    this.#alarms = alarms;
    this.#pool = pool;
  }

  /** What is to be recorded of it. */
  eventsOf(news: PoolNews): readonly Told[] {
    const events = eventsOf(news, this.#self);
    switch (news.is) {
      case 'mastering':
        return [...events, ...this.#turned(news.begins)];
      case 'found':
        if (news.finding === 'alive') this.#gone.delete(news.member);
        else this.#gone.set(news.member, events);
        return this.#isMaster || news.finding === 'alive' ? events : events.map(({ alarm: _, ...event }) => event);
      case 'dropped':
        this.#gone.delete(news.member);
        return events;
      case 'moves':
        this.#alarms.endOwnOf(unwatchedKey(news.element), `${news.element} goes to ${news.to}`);
        return events;
      default:
        return events;
    }
  }

  #turned(isMaster: boolean): readonly Told[] {
    this.#isMaster = isMaster;
    if (!isMaster) {
      this.#alarms.endOwn(isOfMaster, 'the next master says what it finds');
      return [];
    }
    const { rows } = this.#pool().assignments({ filter: UNWATCHED, pageSize: MOST_UNWATCHED });
    return [
      ...[...this.#gone.values()].flat(),
      ...rows.flatMap(({ element, unwatched }) => (unwatched === undefined ? [] : unwatchedEvent(element, unwatched))),
    ];
  }
}

/**
 * A store that has alarms raised and ended by the events that it is given, and keeps them together, whoever gives them; and
 * that says by an alarm when it takes nothing.
 */
import type { Clock } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import type { Store } from '../../store/store.js';
import type { AlarmBook } from './alarm-book.js';
import { StoreFaults } from './store-faults.js';

type Alarms = Pick<AlarmBook, 'ofEvents' | 'noting' | 'stored' | 'notStored' | 'tellAtOnce' | 'endOwnOf'>;

/** @param alarms Nothing of it is looked at before there is an event. Polls bring their alarms themselves. */
export function alarmingStore(store: Store, clock: Clock, alarms: () => Alarms): Store {
  const faults = new StoreFaults({
    clock,
    tellAtOnce: (event) => alarms().tellAtOnce(event),
    end: (key, text) => alarms().endOwnOf(key, text),
  });
  const watched = async <Result>(writing: Promise<Result>): Promise<Result> => {
    try {
      const result = await writing;
      faults.worked();
      return result;
    } catch (thrown) {
      faults.failed(asPtpError(thrown));
      throw thrown;
    }
  };
  return {
    ...store,
    async recordEvents(events, others = []) {
      const book = alarms();
      const changed = book.ofEvents(events);
      const noting = book.noting();
      if (changed.length === 0 && !noting) return watched(store.recordEvents(events, others));
      try {
        await noting;
        const stored = await watched(store.recordEvents(events, [...others, ...changed]));
        book.stored(changed);
        return stored;
      } catch (thrown) {
        book.notStored(changed);
        throw thrown;
      }
    },
    recordPolls: (polls) => watched(store.recordPolls(polls)),
    recordAlarms: (changed) => watched(store.recordAlarms(changed)),
  };
}

/** A store that has alarms raised and ended by the events that it is given, and keeps them together, whoever gives them. */
import type { Store } from '../../store/store.js';
import type { AlarmBook } from './alarm-book.js';

/** @param alarms Nothing of it is looked at before there is an event. Polls bring their alarms themselves. */
export const alarmingStore = (
  store: Store,
  alarms: () => Pick<AlarmBook, 'ofEvents' | 'stored' | 'notStored'>,
): Store => ({
  ...store,
  async recordEvents(events, others = []) {
    const book = alarms();
    const changed = book.ofEvents(events);
    if (changed.length === 0) return store.recordEvents(events, others);
    try {
      const stored = await store.recordEvents(events, [...others, ...changed]);
      book.stored(changed);
      return stored;
    } catch (thrown) {
      book.notStored(changed);
      throw thrown;
    }
  },
});

/** A store that says which events it has taken, whichever way they came: for all that has to tell others of them. */
import type { PtpEvent } from '../model/event.js';
import type { Store } from './store.js';

/** @param tell Is called when events are on disk, before whoever stored them hears of it; it must not throw. */
export function tellingStore(store: Store, tell: (events: readonly PtpEvent[]) => void): Store {
  const telling = async (stored: Promise<readonly PtpEvent[]>): Promise<readonly PtpEvent[]> => {
    const events = await stored;
    if (events.length > 0) tell(events);
    return events;
  };
  return {
    recordPolls: (polls) => telling(store.recordPolls(polls)),
    recordEvents: (events, alarms) => telling(store.recordEvents(events, alarms)),
    recordAlarms: (alarms) => store.recordAlarms(alarms),
    loadAlarms: () => store.loadAlarms(),
    queryAlarms: (query) => store.queryAlarms(query),
    recordUnwatched: (elements) => store.recordUnwatched(elements),
    loadStates: () => store.loadStates(),
    loadMemories: () => store.loadMemories(),
    forgetElement: (element) => store.forgetElement(element),
    querySamples: (query) => store.querySamples(query),
    listSeries: (element, from, to) => store.listSeries(element, from, to),
    queryEvents: (query) => store.queryEvents(query),
    statusSpans: (from, to, element) => store.statusSpans(from, to, element),
    pollCounts: (from, to, element) => store.pollCounts(from, to, element),
    figures: (from, to, element, wanted) => store.figures(from, to, element, wanted),
    eventCounts: (from, to, element) => store.eventCounts(from, to, element),
    recordHandOvers: (rows) => store.recordHandOvers(rows),
    queryHandOvers: (query) => store.queryHandOvers(query),
    changeKept: (change) => store.changeKept(change),
    loadKept: (subjects) => store.loadKept(subjects),
    changeNotices: (change) => store.changeNotices(change),
    loadNotices: (after, limit) => store.loadNotices(after, limit),
    getNote: (name) => store.getNote(name),
    putNote: (name, value) => store.putNote(name, value),
    sealSamples: (now, all) => store.sealSamples(now, all),
    applyRetention: (now, retention) => store.applyRetention(now, retention),
    sizeBytes: () => store.sizeBytes(),
    close: () => store.close(),
  };
}

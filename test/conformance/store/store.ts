/** What every store must do, whatever engine it stands on. */
import { expect } from 'chai';
import type { Store } from '../../../src/store/store.js';
import { storeAlarms } from './alarms.js';
import { storeEndings } from './endings.js';
import { storeEventPages } from './event-pages.js';
import { storeEvents } from './events.js';
import { storeHandOvers } from './hand-overs.js';
import { storeHistory } from './history.js';
import { storeKeptAlarms } from './kept-alarms.js';
import { storeLevels } from './levels.js';
import { storeNotices } from './notices.js';
import { storeSamples } from './samples.js';
import { storeState } from './state.js';
import { ROUTER, START, type StoreFactory, type StoreSubject } from './subject.js';

export function storeConformance(name: string, factory: () => StoreFactory): void {
  describe(`${name} as a store`, () => {
    let made: StoreFactory;
    let store: Store;
    const subject: StoreSubject = {
      get store() {
        return store;
      },
      async reopened() {
        await store.close();
        store = await made.reopen();
      },
      allEvents: async () => (await store.queryEvents({ offset: 0, limit: 1000 })).rows,
    };

    beforeEach(async () => {
      made = factory();
      store = await made.create();
    });
    afterEach(async () => {
      await store.close();
      await made.destroy();
    });

    it('is empty at first', async () => {
      expect(await store.loadStates()).to.deep.equal([]);
      expect(await store.loadMemories()).to.deep.equal([]);
      expect(await store.querySamples({ element: ROUTER, metric: 'load', from: 0, to: START })).to.deep.equal([]);
      expect(await store.listSeries(ROUTER, 0, START)).to.deep.equal([]);
      expect(await store.queryEvents({ offset: 0, limit: 10 })).to.deep.equal({ rows: [], total: 0 });
      expect(await store.queryHandOvers({ offset: 0, limit: 10 })).to.deep.equal({ rows: [], total: 0 });
      expect(await store.loadAlarms()).to.deep.equal([]);
      expect(await store.queryAlarms({ offset: 0, limit: 10 })).to.deep.equal({ rows: [], total: 0 });
      expect(await store.statusSpans(0, START)).to.deep.equal([]);
      expect(await store.pollCounts(0, START)).to.deep.equal([]);
      expect(await store.figures(0, START)).to.deep.equal([]);
      expect(await store.eventCounts(0, START)).to.deep.equal([]);
      expect(await store.getNote('identity')).to.equal(undefined);
      expect(await store.applyRetention(START, { rawMs: 1, eventsMs: 1, budgetBytes: 1 })).to.deep.equal({
        samplesDropped: 0,
        eventsDropped: 0,
      });
      expect(await store.recordPolls([])).to.deep.equal([]);
      expect(await store.recordEvents([])).to.deep.equal([]);
    });

    it('tells a time in which nobody watched as unknown, until the next poll', async () => {
      const state = { element: ROUTER, status: 'normal', since: START, latest: [] } as const;
      const poll = { element: ROUTER, method: 'snmp', ok: true, samples: [], events: [] };
      await store.recordPolls([{ ...poll, time: START, state }]);
      await subject.reopened();
      await store.recordUnwatched([{ element: ROUTER, since: START + 60_000 }]);
      await store.recordPolls([{ ...poll, time: START + 300_000, state: { ...state, since: START + 300_000 } }]);
      const spans = await store.statusSpans(START, START + 400_000);
      expect(spans.map(({ status, from, to }) => [status, from - START, to - START])).to.deep.equal([
        ['normal', 0, 60_000],
        ['unknown', 60_000, 300_000],
        ['normal', 300_000, 400_000],
      ]);
    });

    storeSamples(subject);
    storeLevels(subject);
    storeEvents(subject);
    storeEventPages(subject);
    storeState(subject);
    storeHandOvers(subject);
    storeAlarms(subject);
    storeKeptAlarms(subject);
    storeNotices(subject);
    storeHistory(subject);
    storeEndings(subject);
  });
}

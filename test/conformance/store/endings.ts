/** What every store forgets in time, and what it does when it is closed. */
import { expect } from 'chai';
import { event, failure, poll, ROUTER, START, type StoreSubject, sample, state } from './subject.js';

export function storeEndings(subject: StoreSubject): void {
  describe('retention', () => {
    const fill = async (count: number) => {
      const names = Array.from({ length: 5 }, (_, index) => `m${index}`);
      for (let at = 0; at < count; at += 100) {
        await subject.store.recordPolls(
          Array.from({ length: Math.min(100, count - at) }, (_, index) => {
            const time = START + (at + index) * 1000;
            return poll(
              time,
              names.map((metric) => sample(metric, time, Math.random())),
              { events: [event(time)] },
            );
          }),
        );
      }
    };

    it('drops what is older, says how many, and leaves the rest', async () => {
      await fill(3000);
      await subject.store.recordPolls([
        poll(START, [], { state: state('normal', START) }),
        poll(START, [], { state: state('down', START + 2000) }),
        poll(START, [], { state: state('normal', START + 4_000_000) }),
      ]);
      const now = START + 3_000_000;
      const result = await subject.store.applyRetention(now, { rawMs: 500_000, eventsMs: 1_000_000 });
      expect(result).to.deep.equal({ samplesDropped: 5 * 2500, eventsDropped: 2000 });
      const [series] = await subject.store.querySamples({ element: ROUTER, metric: 'm0', from: 0, to: now });
      expect(series?.points).to.have.length(500);
      expect(series?.points[0]?.time).to.equal(START + 2_500_000);
      expect((await subject.store.queryEvents({ offset: 0, limit: 1 })).total).to.equal(1000);
      expect((await subject.store.statusSpans(now - 1000, now, ROUTER)).map(({ status }) => status)).to.deep.equal([
        'down',
      ]);
      expect(await subject.store.applyRetention(now, { rawMs: 500_000, eventsMs: 1_000_000 })).to.deep.equal({
        samplesDropped: 0,
        eventsDropped: 0,
      });
    });

    it('keeps to a budget by dropping the oldest samples first', async () => {
      await fill(8000);
      // Without a log that is still to be folded in.
      await subject.reopened();
      const before = await subject.store.sizeBytes();
      // More than the events beside them take.
      const budgetBytes = Math.floor(before * 0.8);
      const now = START + 8_000_000;
      const { samplesDropped, eventsDropped } = await subject.store.applyRetention(now, {
        rawMs: 2 * now,
        eventsMs: 2 * now,
        budgetBytes,
      });
      expect(samplesDropped).to.be.greaterThan(0);
      expect(eventsDropped).to.equal(0);
      const kept = await subject.store.querySamples({ element: ROUTER, metric: 'm3', from: 0, to: now });
      const points = kept[0]?.points ?? [];
      expect(points.length).to.be.greaterThan(0);
      expect(points.at(-1)?.time).to.equal(START + 7_999_000);
      expect(5 * (8000 - points.length)).to.equal(samplesDropped);
      await subject.reopened();
      // An engine's log and its index may come on top.
      expect(await subject.store.sizeBytes()).to.be.at.most(budgetBytes + 65_536);
    });

    it('lets polls through meanwhile', async () => {
      await fill(4000);
      const done: string[] = [];
      const dropping = subject.store
        .applyRetention(START + 9e6, { rawMs: 1, eventsMs: 1 })
        .then(() => done.push('retention'));
      await subject.store
        .recordPolls([poll(START + 9e6, [sample('m0', START + 9e6, 1)])])
        .then(() => done.push('poll'));
      await dropping;
      expect(done).to.deep.equal(['poll', 'retention']);
    });
  });

  it('refuses clearly after it was closed, and closes twice', async () => {
    await subject.store.close();
    await subject.store.close();
    expect((await failure(subject.store.recordEvents([event(START)]))).code).to.equal('Store.Failed');
    expect((await failure(subject.store.loadStates())).code).to.equal('Store.Failed');
  });

  it('stores at closing what was asked before', async () => {
    const pending = Array.from({ length: 20 }, (_, index) => subject.store.recordEvents([event(START + index)]));
    await subject.reopened();
    expect((await Promise.all(pending)).flat()).to.have.length(20);
    expect(await subject.allEvents()).to.have.length(20);
  });
}

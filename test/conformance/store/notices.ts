/** What every store does with notifications that wait. */
import { expect } from 'chai';
import type { WaitingNotice } from '../../../src/store/store.js';
import { failure, HOSTILE, type StoreSubject } from './subject.js';

const notice = (id: number, more: Partial<WaitingNotice> = {}): WaitingNotice => ({
  id,
  destination: 'noc',
  body: `{"about":${id}}`,
  ...more,
});

export function storeNotices(subject: StoreSubject): void {
  describe('notices', () => {
    const all = () => subject.store.loadNotices(0, 1000);

    it('come back as put, by their ids, also after a restart', async () => {
      // Of the size that ids have after many starts.
      const late = notice(4_000_000_000_000_007, { destination: 'mail' });
      await subject.store.changeNotices({ put: [late, notice(2)], removed: [] });
      await subject.store.changeNotices({ put: [notice(1)], removed: [] });
      await subject.reopened();
      expect(await all()).to.deep.equal([notice(1), notice(2), late]);
    });

    it('are replaced and removed with one change, all or none', async () => {
      await subject.store.changeNotices({ put: [notice(1), notice(2), notice(3)], removed: [] });
      await subject.store.changeNotices({ put: [notice(2, { body: 'anew' }), notice(4)], removed: [1, 3, 99] });
      expect(await all()).to.deep.equal([notice(2, { body: 'anew' }), notice(4)]);
      await subject.store.changeNotices({ put: [], removed: [] });
      expect(await all()).to.have.length(2);
    });

    it('removes before it puts', async () => {
      await subject.store.changeNotices({ put: [notice(1)], removed: [] });
      await subject.store.changeNotices({ put: [notice(1, { body: 'anew' })], removed: [1] });
      expect(await all()).to.deep.equal([notice(1, { body: 'anew' })]);
    });

    it('are read part by part', async () => {
      await subject.store.changeNotices({ put: Array.from({ length: 25 }, (_, at) => notice(at + 1)), removed: [] });
      const ids = async (after: number, limit: number) =>
        (await subject.store.loadNotices(after, limit)).map(({ id }) => id);
      expect(await ids(0, 3)).to.deep.equal([1, 2, 3]);
      expect(await ids(22, 10)).to.deep.equal([23, 24, 25]);
      expect(await ids(25, 10)).to.deep.equal([]);
      for (const [after, limit] of [
        [-1, 10],
        [0, 10_001],
        [0.5, 10],
      ] as const)
        expect((await failure(subject.store.loadNotices(after, limit))).code).to.equal('Client.Validation');
    });

    it('may hold any text', async () => {
      const put = HOSTILE.map((text, at) => notice(at + 1, { destination: text.slice(0, 100), body: text }));
      await subject.store.changeNotices({ put, removed: [] });
      expect(await all()).to.deep.equal(put);
    });

    it('takes ten thousand at once', async () => {
      const put = Array.from({ length: 10_000 }, (_, at) => notice(at + 1));
      await subject.store.changeNotices({ put, removed: [] });
      expect(await subject.store.loadNotices(0, 10_000)).to.have.length(10_000);
      await subject.store.changeNotices({ put: [], removed: put.map(({ id }) => id) });
      expect(await all()).to.deep.equal([]);
    });
  });
}

/** Pages of the event log, which every store gives right also while events arrive. */
import { expect } from 'chai';
import type { EventPlace, EventQuery, PtpEvent } from '../../../src/model/event.js';
import { event, failure, START, type StoreSubject } from './subject.js';

const PAGE = 10;

export function storeEventPages(subject: StoreSubject): void {
  const query = (more: Partial<EventQuery>) => subject.store.queryEvents({ offset: 0, limit: PAGE, ...more });

  /** Goes from page to page by the place of the last row, while something happens between the first few of them. */
  async function walked(more: Partial<EventQuery>, between: () => Promise<unknown>): Promise<readonly PtpEvent[]> {
    const all: PtpEvent[] = [];
    let after: EventPlace | undefined;
    for (let page = 1; ; page += 1) {
      const { rows } = await query({ ...more, after });
      all.push(...rows);
      after = rows.at(-1);
      if (!after) return all;
      if (page <= 4) await between();
    }
  }

  describe('pages of events', () => {
    it('are given one by one, each event once, with the number of all', async () => {
      await subject.store.recordEvents(Array.from({ length: 25 }, (_, index) => event(START + (index % 3))));
      const pages = await Promise.all([0, 10, 20, 30].map((offset) => query({ offset })));
      expect(pages.map(({ rows, total }) => [rows.length, total])).to.deep.equal([
        [10, 25],
        [10, 25],
        [5, 25],
        [0, 25],
      ]);
      expect(pages.flatMap(({ rows }) => rows)).to.deep.equal(await subject.allEvents());
      for (const wrong of [
        { limit: 1001 },
        { limit: -1 },
        { offset: -1 },
        { offset: 0.5 },
        { after: { time: Number.NaN, id: 1 } },
      ])
        expect((await failure(query(wrong))).code).to.equal('Client.Validation');
    });

    for (const oldestFirst of [false, true])
      it(`go on behind a place, ${oldestFirst ? 'oldest' : 'newest'} first, each event once while others arrive`, async () => {
        await subject.store.recordEvents(Array.from({ length: 45 }, (_, index) => event(START + (index % 4))));
        const all = await subject.allEvents();
        const seen = await walked({ oldestFirst }, () =>
          subject.store.recordEvents([event(START - 9), event(START + 2), event(START + 99)]),
        );
        const old = seen.filter(({ id }) => all.some((one) => one.id === id));
        expect(old).to.deep.equal(oldestFirst ? all.toReversed() : all);
        expect(new Set(seen.map(({ id }) => id)).size).to.equal(seen.length);
      });

    it('go on behind a place where there is no event, and count all the same', async () => {
      const stored = await subject.store.recordEvents([1, 2, 2, 3].map((time) => event(START + time)));
      const behind = await query({ after: { time: START + 2, id: 0 } });
      expect(behind.rows.map(({ time }) => time - START)).to.deep.equal([1]);
      expect(behind.total).to.equal(4);
      const whole = await query({ after: { time: START + 2, id: Number.MAX_SAFE_INTEGER } });
      expect(whole.rows.map(({ time }) => time - START)).to.deep.equal([2, 2, 1]);
      const second = await query({ after: { time: START + 2, id: Number.MAX_SAFE_INTEGER }, offset: 1, limit: 1 });
      expect(second.rows).to.deep.equal([stored[1]]);
    });

    it('count exactly where there are not too many events', async () => {
      for (let at = 0; at < 10; at += 1)
        await subject.store.recordEvents(
          Array.from({ length: 1000 }, (_, index) => event(START + at, index === 7 ? { text: 'rare' } : {})),
        );
      const { total, isTotalLeast, rows } = await query({ text: 'RARE', limit: 3 });
      expect([total, isTotalLeast, rows.length]).to.deep.equal([10, undefined, 3]);
    });
  });
}

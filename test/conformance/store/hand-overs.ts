/** What every store does with the hand-over ledger. */
import { expect } from 'chai';
import type { HandOver, HandOverQuery } from '../../../src/model/hand-over.js';
import { failure, HOSTILE, MINUTE, ROUTER, START, type StoreSubject, WEB } from './subject.js';

const handOver = (number: number, more: Partial<HandOver> = {}): HandOver => ({
  time: START + number * 1000,
  element: ROUTER,
  from: 'EM1',
  to: 'EM2',
  reason: 'EM1 crashed',
  epoch: { term: 3, number, giver: 'EM3' },
  takeover: true,
  missed: 0,
  doubled: 0,
  seconds: 0.25,
  ...more,
});

export function storeHandOvers(subject: StoreSubject): void {
  describe('hand-overs', () => {
    const numbers = async (query: Partial<HandOverQuery>): Promise<number[]> => {
      const { rows } = await subject.store.queryHandOvers({ offset: 0, limit: 100, ...query });
      return rows.map(({ epoch }) => epoch.number);
    };

    it('come back as noted, the newest first, also after a restart', async () => {
      const rows = [
        handOver(1, { takeover: false, doubled: 1 }),
        handOver(2, { element: WEB, missed: 7, seconds: 1.5 }),
        handOver(3, { from: undefined, reason: '' }),
      ];
      await subject.store.recordHandOvers(rows);
      await subject.store.recordHandOvers([]);
      await subject.reopened();
      const { rows: found, total } = await subject.store.queryHandOvers({ offset: 0, limit: 10 });
      const { from: _, ...anew } = handOver(3, { reason: '' });
      expect(found).to.deep.equal([anew, rows[1], rows[0]]);
      expect(total).to.equal(3);
    });

    it('of one element and epoch are one, the last word counts', async () => {
      await subject.store.recordHandOvers([handOver(1), handOver(1, { doubled: 2 }), handOver(1, { element: WEB })]);
      await subject.store.recordHandOvers([handOver(1, { doubled: 3, missed: 1 })]);
      const { rows } = await subject.store.queryHandOvers({ offset: 0, limit: 10 });
      expect(rows.map(({ element, doubled, missed }) => [element, doubled, missed])).to.have.deep.members([
        [ROUTER, 3, 1],
        [WEB, 0, 0],
      ]);
    });

    it('are given page by page', async () => {
      await subject.store.recordHandOvers(Array.from({ length: 25 }, (_, index) => handOver(index)));
      expect(await numbers({ offset: 20, limit: 10 })).to.deep.equal([4, 3, 2, 1, 0]);
      expect((await subject.store.queryHandOvers({ offset: 30, limit: 10 })).total).to.equal(25);
      for (const [offset, limit] of [
        [-1, 10],
        [0, 1001],
        [0.5, 10],
      ] as const)
        expect((await failure(subject.store.queryHandOvers({ offset, limit }))).code).to.equal('Client.Validation');
    });

    it('are found by time, by words and by whole values', async () => {
      await subject.store.recordHandOvers([
        handOver(1),
        handOver(2, { takeover: false, from: 'EM2', to: 'EM1', reason: 'EM1 is back' }),
        handOver(3, { element: WEB, missed: 1, to: 'em3' }),
        handOver(4, { element: WEB, from: undefined, doubled: 1, epoch: { term: 12, number: 4, giver: 'EM_9' } }),
      ]);
      const cases: [Partial<HandOverQuery>, number[]][] = [
        [{ from: START + 2000, to: START + 4000 }, [3, 2]],
        [{ words: ['IS BACK'] }, [2]],
        [{ words: ['em1', 'core1'] }, [2, 1]],
        [{ words: ['12.4.em_'] }, [4]],
        [{ words: ['EM_'] }, [4]],
        [{ words: ['%'] }, []],
        [{ whole: [{ column: 'element', value: ROUTER }] }, [2, 1]],
        [{ whole: [{ column: 'from', value: 'em2' }] }, [2]],
        [{ whole: [{ column: 'to', value: 'EM3' }] }, [3]],
        [{ whole: [{ column: 'manager', value: 'EM1' }] }, [3, 2, 1]],
        [{ whole: [{ column: 'kind', value: 'planned' }] }, [2]],
        [{ whole: [{ column: 'kind', value: 'takeover' }] }, [4, 3, 1]],
        [{ whole: [{ column: 'flawed', value: 'yes' }] }, [4, 3]],
        [{ whole: [{ column: 'flawed', value: 'yes' }], words: ['crashed'], to: START + 4000 }, [3]],
        [{ whole: [{ column: 'kind', value: 'other' }] }, []],
      ];
      for (const [query, found] of cases) expect(await numbers(query), JSON.stringify(query)).to.deep.equal(found);
    });

    it('keep any text, and look for any', async () => {
      const rows = HOSTILE.map((text, index) => handOver(index, { reason: text }));
      await subject.store.recordHandOvers(rows);
      const { rows: found } = await subject.store.queryHandOvers({ offset: 0, limit: 100 });
      expect(found.map(({ reason }) => reason)).to.deep.equal(HOSTILE.toReversed());
      for (const [index, text] of HOSTILE.entries())
        if (text.length < 1000 && text.trim() !== '') expect(await numbers({ words: [text] })).to.deep.equal([index]);
      const tooLong = subject.store.queryHandOvers({ words: ['x'.repeat(1001)], offset: 0, limit: 1 });
      expect((await failure(tooLong)).code).to.equal('Client.Validation');
    });

    it('go with the events when they are too old', async () => {
      await subject.store.recordHandOvers(Array.from({ length: 2500 }, (_, index) => handOver(index)));
      await subject.store.applyRetention(START + 10 * MINUTE + 2_400_000, {
        rawMs: 1000,
        eventsMs: 10 * MINUTE,
      });
      const { rows, total } = await subject.store.queryHandOvers({ offset: 0, limit: 1000 });
      expect(total).to.equal(100);
      expect(rows.at(-1)?.epoch.number).to.equal(2400);
    });
  });
}

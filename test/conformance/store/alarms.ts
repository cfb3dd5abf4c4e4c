/** What every store does with alarms. */
import { expect } from 'chai';
import type { Alarm, AlarmQuery } from '../../../src/model/alarm.js';
import { failure, HOSTILE, MINUTE, poll, ROUTER, START, type StoreSubject, WEB } from './subject.js';

const alarm = (number: number, more: Partial<Alarm> = {}): Alarm => ({
  id: `a${number}`,
  element: ROUTER,
  manager: 'em1',
  key: `link ${number}`,
  name: 'linkDown',
  severity: 'major',
  worst: 'major',
  text: `port ${number} is down`,
  raisedAt: START + number * 1000,
  changedAt: START + number * 1000,
  lastAt: START + number * 1000,
  count: 1,
  revision: 1,
  change: 1,
  told: 0,
  ...more,
});

/** Over, at a time after the start. */
const over = (number: number, atMs: number, more: Partial<Alarm> = {}): Alarm =>
  alarm(number, {
    severity: 'cleared',
    changedAt: START + atMs,
    cleared: { by: 'ptpmgr', at: START + atMs },
    revision: 2,
    change: 2,
    ...more,
  });

/** With all that an alarm can have. */
const whole = alarm(7, {
  severity: 'minor',
  about: WEB,
  source: 'trap 10.0.0.1',
  lastAt: START + 60_000,
  count: 12,
  acknowledged: { by: 'ada', at: START + 9000, note: 'on it', severity: 'major' },
  isFlapping: true,
  comings: 4,
  goneAt: START + 50_000,
  root: { element: WEB, alarm: 'a1', why: 'behind it' },
  silencedBy: 'window 1',
  revision: 30,
  change: 5,
  told: 4,
});

export function storeAlarms(subject: StoreSubject): void {
  describe('alarms', () => {
    const ids = async (query: Partial<AlarmQuery>): Promise<string[]> => {
      const { rows } = await subject.store.queryAlarms({ offset: 0, limit: 100, ...query });
      return rows.map(({ id }) => id);
    };

    it('come back as they were, those that are open at the start', async () => {
      const { element: _, ...own } = alarm(3, { key: 'clock' });
      await subject.store.recordAlarms([alarm(9), whole, over(2, 5000), own]);
      await subject.store.recordAlarms([]);
      await subject.reopened();
      expect(await subject.store.loadAlarms()).to.deep.equal([own, whole, alarm(9)]);
      const { rows, total } = await subject.store.queryAlarms({ offset: 0, limit: 10 });
      expect(rows).to.deep.equal([alarm(9), whole, over(2, 5000), own]);
      expect(total).to.equal(4);
    });

    it('of one id are one: the newer version counts, whichever comes last', async () => {
      await subject.store.recordAlarms([alarm(1), alarm(1, { revision: 3, count: 3 })]);
      await subject.store.recordAlarms([alarm(1, { revision: 2, count: 2, text: 'of old' })]);
      expect((await subject.store.loadAlarms()).map(({ count, text }) => [count, text])).to.deep.equal([
        [3, 'port 1 is down'],
      ]);
      const bare = alarm(7, { revision: 31 });
      await subject.store.recordAlarms([whole]);
      await subject.store.recordAlarms([bare]);
      expect(await subject.store.loadAlarms()).to.deep.equal([alarm(1, { revision: 3, count: 3 }), bare]);
      await subject.store.recordAlarms([over(1, 9000, { revision: 4 }), over(7, 9000, { revision: 32 })]);
      expect(await subject.store.loadAlarms()).to.deep.equal([]);
    });

    it('are stored with the poll or the events that raised them, or neither is', async () => {
      const told = { time: START, severity: 'major', name: 'linkDown', text: 'down' } as const;
      await subject.store.recordPolls([poll(START, [], { events: [told], alarms: [alarm(1)] })]);
      await subject.store.recordEvents([told], [alarm(2)]);
      await subject.store.recordEvents([], [alarm(3)]);
      const faulty = { ...alarm(4), id: 'no id' };
      expect((await failure(subject.store.recordPolls([poll(START, [], { alarms: [faulty] })]))).code).to.equal(
        'Client.Validation',
      );
      expect((await failure(subject.store.recordEvents([told], [faulty]))).code).to.equal('Client.Validation');
      expect((await failure(subject.store.recordAlarms([alarm(5), faulty]))).code).to.equal('Client.Validation');
      await subject.reopened();
      expect((await subject.store.loadAlarms()).map(({ id }) => id)).to.deep.equal(['a1', 'a2', 'a3']);
      expect(await subject.allEvents()).to.have.length(2);
    });

    it('are found by time, state, severity, element and words', async () => {
      const { element: _, ...own } = alarm(5, { name: 'clockOffset', text: 'the clock of EM2 is off', manager: 'em9' });
      await subject.store.recordAlarms([
        alarm(1, { severity: 'warning', worst: 'critical' }),
        alarm(2, { acknowledged: { by: 'ada', at: START }, source: 'trap 10.0.0.1' }),
        over(3, 8000, { worst: 'critical' }),
        over(4, 9000, { element: WEB, text: 'ÄRGER mit 100%' }),
        own,
      ]);
      const cases: [Partial<AlarmQuery>, string[]][] = [
        [{}, ['a4', 'a3', 'a5', 'a2', 'a1']],
        [{ id: 'a3' }, ['a3']],
        [{ id: 'a3', states: ['raised'] }, []],
        [{ states: ['raised'] }, ['a5', 'a1']],
        [{ states: ['acknowledged', 'cleared'] }, ['a4', 'a3', 'a2']],
        [{ states: [] }, []],
        [{ severity: 'critical' }, ['a3']],
        [{ severity: 'major' }, ['a4', 'a3', 'a5', 'a2']],
        [{ element: WEB }, ['a4']],
        [{ element: ROUTER, states: ['cleared'] }, ['a3']],
        [{ from: START + 8000 }, ['a4', 'a3']],
        [{ from: START + 2000, to: START + 4000 }, ['a3', 'a2']],
        [{ to: START + 2000 }, ['a1']],
        [{ words: ['PORT', 'core1'] }, ['a3', 'a2', 'a1']],
        [{ words: ['10.0.0.1'] }, ['a2']],
        [{ words: ['em9'] }, ['a5']],
        [{ words: ['ärger', 'LINKdown'] }, ['a4']],
        [{ words: ['100%'] }, ['a4']],
        [{ words: ['%'] }, ['a4']],
        [{ words: ['_'] }, []],
      ];
      for (const [query, found] of cases) expect(await ids(query), JSON.stringify(query)).to.deep.equal(found);
    });

    it('are given page by page', async () => {
      await subject.store.recordAlarms(Array.from({ length: 25 }, (_, index) => alarm(index)));
      expect(await ids({ offset: 20, limit: 10 })).to.deep.equal(['a4', 'a3', 'a2', 'a1', 'a0']);
      expect((await subject.store.queryAlarms({ offset: 30, limit: 10 })).total).to.equal(25);
      const after = { changedAt: START + 3000, id: 'a3' };
      const behind = await subject.store.queryAlarms({ after, offset: 1, limit: 10 });
      expect(behind.rows.map(({ id }) => id)).to.deep.equal(['a1', 'a0']);
      expect(behind.total).to.equal(25);
      for (const [offset, limit] of [
        [-1, 10],
        [0, 1001],
        [0.5, 10],
      ] as const)
        expect((await failure(subject.store.queryAlarms({ offset, limit }))).code).to.equal('Client.Validation');
      const tooLong = subject.store.queryAlarms({ words: ['x'.repeat(1001)], offset: 0, limit: 1 });
      expect((await failure(tooLong)).code).to.equal('Client.Validation');
    });

    it('keep any text', async () => {
      const rows = HOSTILE.map((text, index) =>
        alarm(index, { key: text, name: text, text, acknowledged: { by: text, at: START, note: text } }),
      );
      await subject.store.recordAlarms(rows);
      expect(await subject.store.loadAlarms()).to.deep.equal(rows);
    });

    it('that are open go with an element that another manager watches, the others stay', async () => {
      const elsewhere = alarm(3, { element: WEB });
      await subject.store.recordAlarms([alarm(1), over(2, 5000), elsewhere]);
      await subject.store.forgetElement(ROUTER);
      expect(await subject.store.loadAlarms()).to.deep.equal([elsewhere]);
      expect(await ids({})).to.deep.equal(['a2', 'a3']);
    });

    it('that are over go with the events when they are too old; open ones never', async () => {
      await subject.store.recordAlarms([
        alarm(0),
        ...Array.from({ length: 2500 }, (_, index) => over(index + 1, (index + 1) * 1000)),
      ]);
      await subject.store.applyRetention(START + 10 * MINUTE + 2_400_000, { rawMs: 1000, eventsMs: 10 * MINUTE });
      expect((await subject.store.queryAlarms({ offset: 0, limit: 1 })).total).to.equal(102);
      expect((await subject.store.loadAlarms()).map(({ id }) => id)).to.deep.equal(['a0']);
    });
  });
}

/** What every store does with events. */
import { expect } from 'chai';
import { elementName } from '../../../src/model/element.js';
import type { EventColumn, PtpEvent } from '../../../src/model/event.js';
import { SEVERITIES } from '../../../src/model/status.js';
import { event, failure, HOSTILE, poll, ROUTER, START, type StoreSubject, WEB } from './subject.js';

export function storeEvents(subject: StoreSubject): void {
  describe('events', () => {
    it('come back as stored, ids ascending in the order of storing, newest first', async () => {
      const first = await subject.store.recordEvents([
        event(START + 5),
        event(START + 1, { source: 'admin', element: ROUTER }),
      ]);
      const second = await subject.store.recordPolls([
        poll(START, [], { events: [event(START + 3)] }),
        poll(START, [], { events: [event(START + 3)] }),
      ]);
      const stored = [...first, ...second];
      expect(stored.map(({ manager }) => manager)).to.deep.equal(['em1', 'em1', 'em1', 'em1']);
      const ids = stored.map(({ id }) => id);
      expect(ids).to.deep.equal(ids.toSorted((a, b) => a - b));
      expect(new Set(ids).size).to.equal(4);
      const newestFirst = (a: PtpEvent, b: PtpEvent) => b.time - a.time || b.id - a.id;
      expect(await subject.store.queryEvents({ offset: 0, limit: 10 })).to.deep.equal({
        rows: stored.toSorted(newestFirst),
        total: 4,
      });
    });

    it('come back with the condition that they tell of', async () => {
      await subject.store.recordEvents([event(START, { alarm: 'linkDown 1', element: ROUTER }), event(START + 1)]);
      await subject.store.recordPolls([poll(START, [], { events: [event(START + 2, { alarm: 'ünusual\n' })] })]);
      await subject.reopened();
      expect((await subject.allEvents()).map(({ alarm }) => alarm)).to.deep.equal([
        'ünusual\n',
        undefined,
        'linkDown 1',
      ]);
    });

    it('never get the id of a dropped one', async () => {
      const [old] = await subject.store.recordEvents([event(START)]);
      await subject.store.applyRetention(START + 10, { rawMs: 1, eventsMs: 1 });
      await subject.reopened();
      const [next] = await subject.store.recordEvents([event(START + 20)]);
      expect(next?.id).to.be.greaterThan(old?.id ?? Number.POSITIVE_INFINITY);
    });

    it('are found by time, severity, element and all of these together', async () => {
      await subject.store.recordEvents(
        SEVERITIES.flatMap((severity, index) => [
          event(START + index, { severity, element: ROUTER }),
          event(START + index, { severity, element: WEB }),
          event(START + index, { severity }),
        ]),
      );
      const all = await subject.allEvents();
      const rank = (one: PtpEvent) => SEVERITIES.indexOf(one.severity);
      for (const severity of SEVERITIES) {
        const { rows, total } = await subject.store.queryEvents({ severity, offset: 0, limit: 100 });
        expect(rows).to.deep.equal(all.filter((one) => rank(one) >= SEVERITIES.indexOf(severity)));
        expect(total).to.equal(rows.length);
      }
      const query = {
        from: START + 2,
        to: START + 5,
        element: ROUTER,
        severity: 'minor',
        text: 'PORT 1',
        offset: 0,
        limit: 100,
      } as const;
      const { rows } = await subject.store.queryEvents(query);
      expect(rows).to.deep.equal(
        all.filter((one) => one.element === ROUTER && one.time >= START + 2 && one.time < START + 5 && rank(one) >= 3),
      );
      expect(rows).to.have.length(2);
    });

    it('are found by part of text or name, in upper or lower case, taken literally', async () => {
      const texts = ['100% loss', '100 loss', 'a_b', 'axb', 'back\\slash', 'ÜBER Köln', "O'Hara", 'plain'];
      await subject.store.recordEvents(
        texts.map((text, index) => event(START + index, { text, name: `name${index}` })),
      );
      const found = async (text: string) =>
        (await subject.store.queryEvents({ text, offset: 0, limit: 100 })).rows.map((row) => row.text);
      expect(await found('100%')).to.deep.equal(['100% loss']);
      expect(await found('A_B')).to.deep.equal(['a_b']);
      expect(await found('\\')).to.deep.equal(['back\\slash']);
      expect(await found('über kÖLN')).to.deep.equal(['ÜBER Köln']);
      expect(await found("o'h")).to.deep.equal(["O'Hara"]);
      expect(await found('NAME7')).to.deep.equal(['plain']);
      expect(await found('')).to.have.length(texts.length);
      expect(await found('nowhere')).to.deep.equal([]);
      expect((await failure(found('x'.repeat(1001)))).code).to.equal('Client.Validation');
    });

    it('are found by words that all have to occur, and by whole values', async () => {
      await subject.store.recordEvents([
        event(START, { text: 'fan 1 failed', name: 'fanFailed', element: ROUTER, severity: 'major' }),
        event(START + 1, { text: 'fan 2 failed', name: 'fanFailed', element: WEB, severity: 'minor', source: 'ADA' }),
        event(START + 2, { text: 'link failed', name: 'linkDown' }),
      ]);
      const found = async (query: { words?: string[]; whole?: { column: EventColumn; value: string }[] }) =>
        (await subject.store.queryEvents({ ...query, offset: 0, limit: 100 })).rows.map((row) => row.text);
      expect(await found({ words: ['FAILED', 'fan'] })).to.deep.equal(['fan 2 failed', 'fan 1 failed']);
      expect(await found({ words: ['fan', 'ada'] })).to.deep.equal(['fan 2 failed']);
      expect(await found({ words: ['failed', ROUTER.slice(0, -1)] })).to.deep.equal(['fan 1 failed']);
      expect(await found({ words: ['fan', 'link'] })).to.deep.equal([]);
      expect(await found({ whole: [{ column: 'name', value: 'FANFAILED' }] })).to.have.length(2);
      expect(await found({ whole: [{ column: 'name', value: 'fan' }] })).to.deep.equal([]);
      expect(await found({ whole: [{ column: 'severity', value: 'minor' }] })).to.deep.equal(['fan 2 failed']);
      expect(await found({ whole: [{ column: 'severity', value: 'unheard of' }] })).to.deep.equal([]);
      expect(await found({ whole: [{ column: 'element', value: ROUTER }] })).to.deep.equal(['fan 1 failed']);
      expect(await found({ words: ['fan'], whole: [{ column: 'manager', value: 'em1' }] })).to.have.length(2);
    });

    it('come oldest first when asked to', async () => {
      const stored = await subject.store.recordEvents([event(START), event(START), event(START + 1)]);
      const { rows } = await subject.store.queryEvents({ oldestFirst: true, offset: 1, limit: 2 });
      expect(rows).to.deep.equal(stored.slice(1));
    });

    it('keep hostile text whole', async () => {
      await subject.store.recordEvents(
        HOSTILE.map((text, index) =>
          event(START + index, { text, name: `n${text}`, source: text, element: elementName('device', `d${text}`) }),
        ),
      );
      await subject.reopened();
      const rows = (await subject.allEvents()).toReversed();
      expect(rows.map(({ text }) => text)).to.deep.equal(HOSTILE);
      expect(rows.map(({ name: one }) => one)).to.deep.equal(HOSTILE.map((text) => `n${text}`));
      expect(rows.map(({ source }) => source)).to.deep.equal(HOSTILE);
      expect(rows.map(({ element }) => element)).to.deep.equal(HOSTILE.map((text) => `device/d${text}`));
    });

    it('answer a query as they were answered at storing, with characters that no store keeps', async () => {
      const stored = await subject.store.recordEvents([event(START, { text: 'a\0b', name: '\0' })]);
      expect(await subject.allEvents()).to.deep.equal(stored);
      expect((await subject.store.queryEvents({ text: 'b', offset: 0, limit: 1 })).total).to.equal(1);
    });

    it('are counted by severity of an element', async () => {
      await subject.store.recordEvents([
        event(START, { element: ROUTER }),
        event(START + 1, { element: ROUTER }),
        event(START + 1, { element: WEB, severity: 'critical' }),
        event(START + 1),
        event(START + 9, { element: ROUTER }),
      ]);
      expect(await subject.store.eventCounts(START, START + 9)).to.deep.equal([
        { element: ROUTER, severity: 'warning', count: 2 },
        { element: WEB, severity: 'critical', count: 1 },
      ]);
      expect(await subject.store.eventCounts(START, START + 10, ROUTER)).to.deep.equal([
        { element: ROUTER, severity: 'warning', count: 3 },
      ]);
    });
  });
}

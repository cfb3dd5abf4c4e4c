/** What every store does with history. */
import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { elementName } from '../../../src/model/element.js';
import type { NewEvent } from '../../../src/model/event.js';
import {
  event,
  failure,
  HOSTILE,
  MINUTE,
  poll,
  ROUTER,
  START,
  type StoreSubject,
  sample,
  state,
  WEB,
} from './subject.js';

export function storeHistory(subject: StoreSubject): void {
  describe('history', () => {
    it('gives the spans of status, cut to the time asked for', async () => {
      const changes = [
        state('unknown', START),
        state('normal', START + 1000),
        state('normal', START + 1000),
        state('down', START + 5000),
        state('normal', START + 8000),
      ];
      await subject.store.recordPolls(changes.map((one, index) => poll(START + index, [], { state: one })));
      const span = (status: string, from: number, to: number) => ({
        element: ROUTER,
        status,
        from: START + from,
        to: START + to,
      });
      expect(await subject.store.statusSpans(START + 2000, START + 9000, ROUTER)).to.deep.equal([
        span('normal', 2000, 5000),
        span('down', 5000, 8000),
        span('normal', 8000, 9000),
      ]);
      expect(await subject.store.statusSpans(START - 1000, START + 1000)).to.deep.equal([span('unknown', 0, 1000)]);
      expect(await subject.store.statusSpans(START + 1000, START + 1000)).to.deep.equal([]);
      expect(await subject.store.statusSpans(START, START + 9000, WEB)).to.deep.equal([]);
    });

    it('takes the newest word for a clock that was put back', async () => {
      await subject.store.recordPolls([poll(START, [], { state: state('normal', START) })]);
      await subject.store.recordPolls([poll(START, [], { state: state('down', START + 5000) })]);
      await subject.store.recordPolls([poll(START, [], { state: state('minor', START + 2000) })]);
      expect(
        (await subject.store.statusSpans(START, START + 9000)).map(({ status, from, to }) => [
          status,
          from - START,
          to - START,
        ]),
      ).to.deep.equal([
        ['normal', 0, 2000],
        ['minor', 2000, 9000],
      ]);
    });

    it('counts polls by five minutes', async () => {
      await subject.store.recordPolls([
        poll(START, [], { ok: true }),
        poll(START + 1, [], { ok: false, error: 'no answer' }),
        poll(START, [], { element: WEB }),
        poll(START + 5 * MINUTE),
      ]);
      expect(await subject.store.pollCounts(START, START + 5 * MINUTE)).to.deep.equal([
        { element: ROUTER, polls: 2, failed: 1 },
        { element: WEB, polls: 1, failed: 0 },
      ]);
      expect(await subject.store.pollCounts(START, START + 6 * MINUTE, ROUTER)).to.deep.equal([
        { element: ROUTER, polls: 3, failed: 1 },
      ]);
      expect(await subject.store.pollCounts(START + 10 * MINUTE, START + 15 * MINUTE)).to.deep.equal([]);
    });

    it('notes what others found like a poll, and does not count it as one', async () => {
      await subject.store.recordPolls([poll(START, [], { state: state('normal', START) })]);
      const told = await subject.store.recordPolls([
        poll(START + 2, [], {
          isVerdict: true,
          ok: false,
          state: state('unreachable', START + 2),
          events: [event(START + 2)],
        }),
      ]);
      expect(told).to.have.length(1);
      expect(await subject.store.pollCounts(START, START + MINUTE)).to.deep.equal([
        { element: ROUTER, polls: 1, failed: 0 },
      ]);
      expect((await subject.store.loadStates()).map(({ status }) => status)).to.deep.equal(['unreachable']);
      expect(
        (await subject.store.statusSpans(START, START + 9)).map(({ status, to }) => [status, to - START]),
      ).to.deep.equal([
        ['normal', 2],
        ['unreachable', 9],
      ]);
    });
  });

  it('stores many calls at once in their order', async () => {
    const calls = Array.from({ length: 200 }, (_, index) =>
      subject.store.recordPolls([
        poll(START + index, [sample('load', START + index, index), sample(`m${index % 7}`, START + index, index)], {
          events: [event(START, { text: String(index) })],
          state: state(index % 2 === 0 ? 'normal' : 'down', START + index),
        }),
      ]),
    );
    const ids = (await Promise.all(calls)).flatMap((events) => events.map(({ id }) => id));
    expect(ids).to.deep.equal(ids.toSorted((a, b) => a - b));
    expect((await subject.allEvents()).toReversed().map(({ text }) => text)).to.deep.equal(
      ids.map((_, index) => String(index)),
    );
    const [series] = await subject.store.querySamples({
      element: ROUTER,
      metric: 'load',
      from: START,
      to: START + 200,
    });
    expect(series?.points.map(({ value }) => value)).to.deep.equal(ids.map((_, index) => index));
    expect((await subject.store.loadStates())[0]?.since).to.equal(START + 199);
  });

  it('leaves nothing of a call that cannot be stored, and all of those beside it', async () => {
    const call = (metric: string, eventTime: number) =>
      subject.store.recordPolls([
        poll(START, [sample(metric, START, 1)], {
          events: [event(START, { text: metric })],
          state: state('normal', START),
        }),
        poll(START, [], { element: elementName('device', metric), events: [event(eventTime, { text: metric })] }),
      ]);
    const [first, bad, last] = await Promise.allSettled([
      call('first', START),
      call('bad', Number.NaN),
      call('last', START),
    ]);
    expect([first?.status, bad?.status, last?.status]).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    if (bad?.status === 'rejected') expect(bad.reason).to.be.instanceOf(PtpError);
    expect((await subject.allEvents()).toReversed().map(({ text }) => text)).to.deep.equal([
      'first',
      'first',
      'last',
      'last',
    ]);
    expect((await subject.store.listSeries(ROUTER, 0, 2 * START)).map(({ metric }) => metric)).to.deep.equal([
      'first',
      'last',
    ]);
    expect((await subject.store.pollCounts(0, 2 * START)).map(({ element, polls }) => [element, polls])).to.deep.equal([
      [ROUTER, 2],
      ['device/first', 1],
      ['device/last', 1],
    ]);
    await call('bad', START);
    expect((await subject.store.listSeries(ROUTER, 0, 2 * START)).map(({ metric }) => metric)).to.deep.equal([
      'bad',
      'first',
      'last',
    ]);
  });

  it('refuses a severity that does not exist', async () => {
    const severity: NewEvent['severity'] = JSON.parse('"catastrophic"');
    expect((await failure(subject.store.recordEvents([event(START, { severity })]))).code).to.equal(
      'Client.Validation',
    );
    expect(await subject.allEvents()).to.deep.equal([]);
  });

  it('keeps notes', async () => {
    for (const text of HOSTILE) await subject.store.putNote(`note ${text}`, text);
    await subject.store.putNote('note ', 'again');
    await subject.reopened();
    expect(await subject.store.getNote('note ')).to.equal('again');
    for (const text of HOSTILE.slice(1)) expect(await subject.store.getNote(`note ${text}`)).to.equal(text);
    expect(await subject.store.getNote('__proto__')).to.equal(undefined);
  });
}

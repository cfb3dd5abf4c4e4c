/** What every store must do, whatever engine it has. Call it from a test file with a way to open the engine. */
import { expect } from 'chai';
import { PtpError } from '../../src/base/errors.js';
import { accessKey, elementName } from '../../src/model/element.js';
import type { NewEvent, PtpEvent } from '../../src/model/event.js';
import type { MetricValue } from '../../src/model/ptp-store.js';
import type { Sample, SampleValue } from '../../src/model/sample.js';
import { SEVERITIES } from '../../src/model/status.js';
import type { ElementState, PollRecord, Store } from '../../src/store/store.js';

export interface StoreFactory {
  /** Opens an empty store of manager `em1`; the suite closes it. */
  create(): Promise<Store>;
  /** Opens what the store that was made last, closed by now, left behind. */
  reopen(): Promise<Store>;
  /** Takes everything away again. */
  destroy(): Promise<void>;
}

const ROUTER = elementName('device', 'core1');
const WEB = elementName('service', 'http://shop/');
const MINUTE = 60_000;
/** A multiple of every step used here. */
const START = 1_700_000_400_000 - (1_700_000_400_000 % (60 * MINUTE));
const HOSTILE = [
  '',
  ' ',
  "'; DROP TABLE sample; --",
  '%_\\',
  '<b>&amp;</b>',
  '__proto__',
  'ünïcödé ß İ',
  '😀 astral',
  'line\nfeed\ttab\u0001',
  'x'.repeat(100_000),
];

const sample = (
  metric: string,
  time: number,
  value: SampleValue,
  instance = '',
  unit = '1',
  element = ROUTER,
): Sample => ({
  element,
  metric,
  instance,
  value,
  unit,
  time,
  owner: 'em1',
  epoch: { term: 0, number: 0, giver: 'em1' },
});

const poll = (time: number, samples: readonly Sample[] = [], more: Partial<PollRecord> = {}): PollRecord => ({
  element: ROUTER,
  method: 'snmp',
  time,
  ok: true,
  samples,
  events: [],
  ...more,
});

const event = (time: number, more: Partial<NewEvent> = {}): NewEvent => ({
  time,
  severity: 'warning',
  name: 'linkDown',
  text: 'port 1 is down',
  ...more,
});

const state = (status: ElementState['status'], since: number, latest: readonly MetricValue[] = []): ElementState => ({
  element: ROUTER,
  status,
  since,
  latest,
});

async function failure(promise: Promise<unknown>): Promise<PtpError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(PtpError);
  if (!(outcome instanceof PtpError)) throw new Error('unreachable');
  return outcome;
}

export function storeConformance(name: string, factory: () => StoreFactory): void {
  describe(`${name} as a store`, () => {
    let made: StoreFactory;
    let store: Store;

    beforeEach(async () => {
      made = factory();
      store = await made.create();
    });
    afterEach(async () => {
      await store.close();
      await made.destroy();
    });

    const reopened = async () => {
      await store.close();
      store = await made.reopen();
    };
    const allEvents = async () => (await store.queryEvents({ offset: 0, limit: 1000 })).rows;

    it('is empty at first', async () => {
      expect(await store.loadStates()).to.deep.equal([]);
      expect(await store.loadMemories()).to.deep.equal([]);
      expect(await store.querySamples({ element: ROUTER, metric: 'load', from: 0, to: START })).to.deep.equal([]);
      expect(await store.listSeries(ROUTER, 0, START)).to.deep.equal([]);
      expect(await store.queryEvents({ offset: 0, limit: 10 })).to.deep.equal({ rows: [], total: 0 });
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

    describe('samples', () => {
      it('come back ascending within [from, to), by instance and unit', async () => {
        await store.recordPolls([
          poll(START + 2000, [sample('in', START + 2000, 3, 'eth0', 'By')]),
          poll(START, [
            sample('in', START, 1, 'eth0', 'By'),
            sample('in', START, 7, 'eth1', 'By'),
            sample('out', START, 9),
          ]),
          poll(START + 1000, [sample('in', START + 1000, 2.5, 'eth0', 'By')]),
        ]);
        expect(
          await store.querySamples({ element: ROUTER, metric: 'in', from: START, to: START + 2000 }),
        ).to.deep.equal([
          {
            element: ROUTER,
            metric: 'in',
            instance: 'eth0',
            unit: 'By',
            points: [
              { time: START, value: 1 },
              { time: START + 1000, value: 2.5 },
            ],
          },
          { element: ROUTER, metric: 'in', instance: 'eth1', unit: 'By', points: [{ time: START, value: 7 }] },
        ]);
        const one = await store.querySamples({
          element: ROUTER,
          metric: 'in',
          instance: 'eth1',
          from: 0,
          to: START + 1,
        });
        expect(one.map(({ instance }) => instance)).to.deep.equal(['eth1']);
        expect(await store.querySamples({ element: WEB, metric: 'in', from: 0, to: 2 * START })).to.deep.equal([]);
      });

      it('are joined to steps aligned to 1970', async () => {
        const values = Array.from({ length: 50 }, (_, index) => ({
          time: START + 700 + index * 1300,
          value: Math.sin(index) * 100,
        }));
        await store.recordPolls(values.map(({ time, value }) => poll(time, [sample('load', time, value)])));
        const stepMs = 10_000;
        const [series] = await store.querySamples({
          element: ROUTER,
          metric: 'load',
          from: START,
          to: START + MINUTE,
          stepMs,
        });
        const inside = values.filter(({ time }) => time < START + MINUTE);
        const steps = [...new Set(inside.map(({ time }) => Math.floor(time / stepMs) * stepMs))];
        expect(series?.points.map(({ time }) => time)).to.deep.equal(steps);
        for (const point of series?.points ?? []) {
          const own = inside
            .filter(({ time }) => time >= point.time && time < point.time + stepMs)
            .map(({ value }) => value);
          expect(point.count).to.equal(own.length);
          expect(point.minimum).to.equal(Math.min(...own));
          expect(point.maximum).to.equal(Math.max(...own));
          expect(point.value).to.be.closeTo(own.reduce((sum, value) => sum + value, 0) / own.length, 1e-9);
        }
      });

      it('of a time measured twice are kept once, the later word', async () => {
        await store.recordPolls([poll(START, [sample('load', START, 1)])]);
        await store.recordPolls([poll(START, [sample('load', START, 2)])]);
        const [series] = await store.querySamples({ element: ROUTER, metric: 'load', from: START, to: START + 1 });
        expect(series?.points).to.deep.equal([{ time: START, value: 2 }]);
      });

      it('are refused past the limit, with a step that would do', async () => {
        await store.recordPolls(
          Array.from({ length: 120 }, (_, index) =>
            poll(START + index * 1000, [sample('load', START + index * 1000, index)]),
          ),
        );
        const query = { element: ROUTER, metric: 'load', from: START, to: START + 120_000, limit: 20 };
        const error = await failure(store.querySamples(query));
        expect(error.code).to.equal('Client.TooLarge');
        const step = /step of at least (\d+) s/.exec(error.message)?.[1];
        expect(step, error.message).to.be.a('string');
        const [series] = await store.querySamples({ ...query, stepMs: Number(step) * 1000 });
        expect(series?.points.length).to.be.within(5, 20);
        expect((await store.querySamples({ ...query, limit: 120 }))[0]?.points).to.have.length(120);
      });

      it('are refused when the question makes no sense', async () => {
        const query = { element: ROUTER, metric: 'load', from: START, to: START + 1 };
        for (const wrong of [
          { stepMs: 0 },
          { stepMs: 1.5 },
          { stepMs: Number.NaN },
          { limit: 0 },
          { from: START + 2 },
          { to: Number.NaN },
        ]) {
          expect((await failure(store.querySamples({ ...query, ...wrong }))).code).to.equal('Client.Validation');
        }
      });

      it('of text or of no finite number make no series; counters become the nearest double', async () => {
        const big = 2n ** 64n - 1n;
        await store.recordPolls([
          poll(START, [
            sample('name', START, 'core'),
            sample('nan', START, Number.NaN),
            sample('inf', START, Number.POSITIVE_INFINITY),
            sample('octets', START, big),
            sample('zero', START, -0),
          ]),
        ]);
        expect((await store.listSeries(ROUTER, START, START + 1)).map(({ metric }) => metric)).to.deep.equal([
          'octets',
          'zero',
        ]);
        const [series] = await store.querySamples({ element: ROUTER, metric: 'octets', from: START, to: START + 1 });
        expect(series?.points[0]?.value).to.equal(Number(big));
      });

      it('are listed as series where they have points in the time', async () => {
        await store.recordPolls([poll(START, [sample('a', START, 1, 'x', 'By'), sample('b', START + 10, 1)])]);
        expect(await store.listSeries(ROUTER, START, START + 10)).to.deep.equal([
          { element: ROUTER, metric: 'a', instance: 'x', unit: 'By' },
        ]);
        expect(await store.listSeries(ROUTER, START + 11, START + 20)).to.deep.equal([]);
      });

      it('include the response time of polls that succeeded', async () => {
        await store.recordPolls([
          poll(START, [], { responseMs: 12.5 }),
          poll(START + 1, [], { ok: false, responseMs: 99, error: 'no answer' }),
        ]);
        const [series] = await store.querySamples({
          element: ROUTER,
          metric: 'responseTime.snmp',
          from: START,
          to: START + 10,
        });
        expect(series).to.deep.include({ unit: 'ms', instance: '', points: [{ time: START, value: 12.5 }] });
      });

      it('keep hostile names apart and whole', async () => {
        const samples = HOSTILE.map((text, index) => sample(`m${text}`, START, index, text, text));
        await store.recordPolls([poll(START, samples)]);
        await reopened();
        await store.recordPolls([
          poll(
            START + 1,
            samples.map((one) => ({ ...one, time: START + 1 })),
          ),
        ]);
        for (const [index, text] of HOSTILE.entries()) {
          const found = await store.querySamples({
            element: ROUTER,
            metric: `m${text}`,
            instance: text,
            from: START,
            to: START + 2,
          });
          expect(found).to.have.length(1);
          expect(found[0]).to.deep.include({ instance: text, unit: text });
          expect(found[0]?.points.map(({ value }) => value)).to.deep.equal([index, index]);
        }
      });
    });

    describe('figures', () => {
      it('agree with a plain calculation, for every number of values', async () => {
        for (const count of [1, 2, 19, 20, 21, 60, 100]) {
          const values = Array.from({ length: count }, (_, index) => ((index * 7919) % 101) / 3);
          await store.recordPolls(
            values.map((value, index) => poll(START + index, [sample(`n${count}`, START + index, value, '', '%')])),
          );
          const sorted = values.toSorted((a, b) => a - b);
          const found = (await store.figures(START, START + count, ROUTER)).find(
            ({ metric }) => metric === `n${count}`,
          );
          expect(found).to.deep.include({ element: ROUTER, instance: '', unit: '%', count });
          expect(found?.minimum).to.equal(sorted[0]);
          expect(found?.maximum).to.equal(sorted.at(-1));
          expect(found?.mean).to.be.closeTo(values.reduce((sum, value) => sum + value, 0) / count, 1e-9);
          // Nearest rank: the smallest value that at least 95 of 100 do not exceed.
          const ranked = sorted.find((value) => sorted.filter((other) => other <= value).length * 100 >= 95 * count);
          expect(found?.percentile95).to.equal(ranked);
        }
      });

      it('are of one element or of all', async () => {
        await store.recordPolls([
          poll(START, [sample('a', START, 1)]),
          poll(START, [sample('b', START, 2, '', '1', WEB)], { element: WEB, method: 'http' }),
        ]);
        expect((await store.figures(START, START + 1)).map(({ element, metric }) => [element, metric])).to.deep.equal([
          [ROUTER, 'a'],
          [WEB, 'b'],
        ]);
        expect((await store.figures(START, START + 1, WEB)).map(({ metric }) => metric)).to.deep.equal(['b']);
        expect(await store.figures(START + 1, START + 2)).to.deep.equal([]);
      });
    });

    describe('events', () => {
      it('come back as stored, ids ascending in the order of storing, newest first', async () => {
        const first = await store.recordEvents([
          event(START + 5),
          event(START + 1, { source: 'admin', element: ROUTER }),
        ]);
        const second = await store.recordPolls([
          poll(START, [], { events: [event(START + 3)] }),
          poll(START, [], { events: [event(START + 3)] }),
        ]);
        const stored = [...first, ...second];
        expect(stored.map(({ manager }) => manager)).to.deep.equal(['em1', 'em1', 'em1', 'em1']);
        const ids = stored.map(({ id }) => id);
        expect(ids).to.deep.equal(ids.toSorted((a, b) => a - b));
        expect(new Set(ids).size).to.equal(4);
        const newestFirst = (a: PtpEvent, b: PtpEvent) => b.time - a.time || b.id - a.id;
        expect(await store.queryEvents({ offset: 0, limit: 10 })).to.deep.equal({
          rows: stored.toSorted(newestFirst),
          total: 4,
        });
      });

      it('never get the id of a dropped one', async () => {
        const [old] = await store.recordEvents([event(START)]);
        await store.applyRetention(START + 10, { rawMs: 1, eventsMs: 1 });
        await reopened();
        const [next] = await store.recordEvents([event(START + 20)]);
        expect(next?.id).to.be.greaterThan(old?.id ?? Number.POSITIVE_INFINITY);
      });

      it('are found by time, severity, element and all of these together', async () => {
        await store.recordEvents(
          SEVERITIES.flatMap((severity, index) => [
            event(START + index, { severity, element: ROUTER }),
            event(START + index, { severity, element: WEB }),
            event(START + index, { severity }),
          ]),
        );
        const all = await allEvents();
        const rank = (one: PtpEvent) => SEVERITIES.indexOf(one.severity);
        for (const severity of SEVERITIES) {
          const { rows, total } = await store.queryEvents({ severity, offset: 0, limit: 100 });
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
        const { rows } = await store.queryEvents(query);
        expect(rows).to.deep.equal(
          all.filter(
            (one) => one.element === ROUTER && one.time >= START + 2 && one.time < START + 5 && rank(one) >= 3,
          ),
        );
        expect(rows).to.have.length(2);
      });

      it('are found by part of text or name, in upper or lower case, taken literally', async () => {
        const texts = ['100% loss', '100 loss', 'a_b', 'axb', 'back\\slash', 'ÜBER Köln', "O'Hara", 'plain'];
        await store.recordEvents(texts.map((text, index) => event(START + index, { text, name: `name${index}` })));
        const found = async (text: string) =>
          (await store.queryEvents({ text, offset: 0, limit: 100 })).rows.map((row) => row.text);
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

      it('keep hostile text whole', async () => {
        await store.recordEvents(
          HOSTILE.map((text, index) =>
            event(START + index, { text, name: `n${text}`, source: text, element: elementName('device', `d${text}`) }),
          ),
        );
        await reopened();
        const rows = (await allEvents()).toReversed();
        expect(rows.map(({ text }) => text)).to.deep.equal(HOSTILE);
        expect(rows.map(({ name: one }) => one)).to.deep.equal(HOSTILE.map((text) => `n${text}`));
        expect(rows.map(({ source }) => source)).to.deep.equal(HOSTILE);
        expect(rows.map(({ element }) => element)).to.deep.equal(HOSTILE.map((text) => `device/d${text}`));
      });

      it('answer a query as they were answered at storing, with characters that no store keeps', async () => {
        const stored = await store.recordEvents([event(START, { text: 'a\0b', name: '\0' })]);
        expect(await allEvents()).to.deep.equal(stored);
        expect((await store.queryEvents({ text: 'b', offset: 0, limit: 1 })).total).to.equal(1);
      });

      it('are given page by page, each once, with the number of all', async () => {
        await store.recordEvents(Array.from({ length: 25 }, (_, index) => event(START + (index % 3))));
        const pages = await Promise.all([0, 10, 20, 30].map((offset) => store.queryEvents({ offset, limit: 10 })));
        expect(pages.map(({ rows, total }) => [rows.length, total])).to.deep.equal([
          [10, 25],
          [10, 25],
          [5, 25],
          [0, 25],
        ]);
        expect(pages.flatMap(({ rows }) => rows)).to.deep.equal(await allEvents());
        for (const wrong of [{ limit: 1001 }, { limit: -1 }, { offset: -1 }, { offset: 0.5 }]) {
          expect((await failure(store.queryEvents({ offset: 0, limit: 10, ...wrong }))).code).to.equal(
            'Client.Validation',
          );
        }
      });

      it('are counted by severity of an element', async () => {
        await store.recordEvents([
          event(START, { element: ROUTER }),
          event(START + 1, { element: ROUTER }),
          event(START + 1, { element: WEB, severity: 'critical' }),
          event(START + 1),
          event(START + 9, { element: ROUTER }),
        ]);
        expect(await store.eventCounts(START, START + 9)).to.deep.equal([
          { element: ROUTER, severity: 'warning', count: 2 },
          { element: WEB, severity: 'critical', count: 1 },
        ]);
        expect(await store.eventCounts(START, START + 10, ROUTER)).to.deep.equal([
          { element: ROUTER, severity: 'warning', count: 3 },
        ]);
      });
    });

    describe('state and memory', () => {
      it('come back whole, the latest of each', async () => {
        const latest: MetricValue[] = [
          { name: 'octets', instance: 'eth0', value: 2n ** 64n - 1n, unit: 'By', time: START },
          { name: 'load', instance: '', value: -0.1, unit: '1', time: START },
          { name: 'text', instance: '\0', value: HOSTILE.join(''), unit: '', time: START },
          { name: 'odd', instance: '', value: Number.NaN, unit: '', time: START },
        ];
        const memory = { key: accessKey(ROUTER, 0), memory: JSON.stringify({ position: 5, text: HOSTILE.join('') }) };
        await store.recordPolls([
          poll(START, [], { state: state('normal', START), memory: { ...memory, memory: '1' } }),
          poll(START + 1, [], { state: { ...state('down', START + 1, latest), reason: 'no answer' }, memory }),
          poll(START, [], {
            element: WEB,
            state: { ...state('normal', START), element: WEB },
            memory: { key: accessKey(WEB, 12), memory: '2' },
          }),
        ]);
        await reopened();
        expect(await store.loadStates()).to.deep.equal([
          { ...state('down', START + 1, latest), reason: 'no answer' },
          { ...state('normal', START), element: WEB },
        ]);
        expect(await store.loadMemories()).to.deep.equal([memory, { key: accessKey(WEB, 12), memory: '2' }]);
      });

      it('are forgotten with the element, whose samples, events and history stay', async () => {
        const full = (element: typeof ROUTER) =>
          poll(START, [sample('load', START, 1, '', '1', element)], {
            element,
            events: [event(START, { element })],
            state: { ...state('normal', START), element },
            memory: { key: accessKey(element, 0), memory: '1' },
          });
        await store.recordPolls([full(ROUTER), full(WEB)]);
        await store.forgetElement(ROUTER);
        await store.forgetElement(elementName('device', 'never seen'));
        expect((await store.loadStates()).map(({ element }) => element)).to.deep.equal([WEB]);
        expect((await store.loadMemories()).map(({ key }) => key)).to.deep.equal([accessKey(WEB, 0)]);
        expect(await store.listSeries(ROUTER, START, START + 1)).to.have.length(1);
        expect(await allEvents()).to.have.length(2);
        const spans = await store.statusSpans(START, START + 60 * MINUTE, ROUTER);
        expect(spans.map(({ status }) => status)).to.deep.equal(['normal', 'unknown']);
      });

      it('refuse a memory that is too large, and a name that is none', async () => {
        const memory = { key: accessKey(ROUTER, 0), memory: 'x'.repeat(256 * 1024 + 1) };
        expect((await failure(store.recordPolls([poll(START, [], { memory })]))).code).to.equal('Client.TooLarge');
        // Such a name comes from outside, past the types.
        const element: typeof ROUTER = JSON.parse('"nonsense"');
        expect((await failure(store.recordEvents([event(START, { element })]))).code).to.equal('Client.Validation');
        expect((await failure(store.recordPolls([poll(START), poll(START, [], { element })]))).code).to.equal(
          'Client.Validation',
        );
        expect(await store.pollCounts(0, 2 * START)).to.deep.equal([]);
      });
    });

    describe('history', () => {
      it('gives the spans of status, cut to the time asked for', async () => {
        const changes = [
          state('unknown', START),
          state('normal', START + 1000),
          state('normal', START + 1000),
          state('down', START + 5000),
          state('normal', START + 8000),
        ];
        await store.recordPolls(changes.map((one, index) => poll(START + index, [], { state: one })));
        const span = (status: string, from: number, to: number) => ({
          element: ROUTER,
          status,
          from: START + from,
          to: START + to,
        });
        expect(await store.statusSpans(START + 2000, START + 9000, ROUTER)).to.deep.equal([
          span('normal', 2000, 5000),
          span('down', 5000, 8000),
          span('normal', 8000, 9000),
        ]);
        expect(await store.statusSpans(START - 1000, START + 1000)).to.deep.equal([span('unknown', 0, 1000)]);
        expect(await store.statusSpans(START + 1000, START + 1000)).to.deep.equal([]);
        expect(await store.statusSpans(START, START + 9000, WEB)).to.deep.equal([]);
      });

      it('takes the newest word for a clock that was put back', async () => {
        await store.recordPolls([poll(START, [], { state: state('normal', START) })]);
        await store.recordPolls([poll(START, [], { state: state('down', START + 5000) })]);
        await store.recordPolls([poll(START, [], { state: state('minor', START + 2000) })]);
        expect(
          (await store.statusSpans(START, START + 9000)).map(({ status, from, to }) => [
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
        await store.recordPolls([
          poll(START, [], { ok: true }),
          poll(START + 1, [], { ok: false, error: 'no answer' }),
          poll(START, [], { element: WEB }),
          poll(START + 5 * MINUTE),
        ]);
        expect(await store.pollCounts(START, START + 5 * MINUTE)).to.deep.equal([
          { element: ROUTER, polls: 2, failed: 1 },
          { element: WEB, polls: 1, failed: 0 },
        ]);
        expect(await store.pollCounts(START, START + 6 * MINUTE, ROUTER)).to.deep.equal([
          { element: ROUTER, polls: 3, failed: 1 },
        ]);
        expect(await store.pollCounts(START + 10 * MINUTE, START + 15 * MINUTE)).to.deep.equal([]);
      });
    });

    it('stores many calls at once in their order', async () => {
      const calls = Array.from({ length: 200 }, (_, index) =>
        store.recordPolls([
          poll(START + index, [sample('load', START + index, index), sample(`m${index % 7}`, START + index, index)], {
            events: [event(START, { text: String(index) })],
            state: state(index % 2 === 0 ? 'normal' : 'down', START + index),
          }),
        ]),
      );
      const ids = (await Promise.all(calls)).flatMap((events) => events.map(({ id }) => id));
      expect(ids).to.deep.equal(ids.toSorted((a, b) => a - b));
      expect((await allEvents()).toReversed().map(({ text }) => text)).to.deep.equal(
        ids.map((_, index) => String(index)),
      );
      const [series] = await store.querySamples({ element: ROUTER, metric: 'load', from: START, to: START + 200 });
      expect(series?.points.map(({ value }) => value)).to.deep.equal(ids.map((_, index) => index));
      expect((await store.loadStates())[0]?.since).to.equal(START + 199);
    });

    it('leaves nothing of a call that cannot be stored, and all of those beside it', async () => {
      const call = (metric: string, eventTime: number) =>
        store.recordPolls([
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
      expect((await allEvents()).toReversed().map(({ text }) => text)).to.deep.equal([
        'first',
        'first',
        'last',
        'last',
      ]);
      expect((await store.listSeries(ROUTER, 0, 2 * START)).map(({ metric }) => metric)).to.deep.equal([
        'first',
        'last',
      ]);
      expect((await store.pollCounts(0, 2 * START)).map(({ element, polls }) => [element, polls])).to.deep.equal([
        [ROUTER, 2],
        ['device/first', 1],
        ['device/last', 1],
      ]);
      await call('bad', START);
      expect((await store.listSeries(ROUTER, 0, 2 * START)).map(({ metric }) => metric)).to.deep.equal([
        'bad',
        'first',
        'last',
      ]);
    });

    it('refuses a severity that does not exist', async () => {
      const severity: NewEvent['severity'] = JSON.parse('"catastrophic"');
      expect((await failure(store.recordEvents([event(START, { severity })]))).code).to.equal('Client.Validation');
      expect(await allEvents()).to.deep.equal([]);
    });

    it('keeps notes', async () => {
      for (const text of HOSTILE) await store.putNote(`note ${text}`, text);
      await store.putNote('note ', 'again');
      await reopened();
      expect(await store.getNote('note ')).to.equal('again');
      for (const text of HOSTILE.slice(1)) expect(await store.getNote(`note ${text}`)).to.equal(text);
      expect(await store.getNote('__proto__')).to.equal(undefined);
    });

    describe('retention', () => {
      const fill = async (count: number) => {
        const names = Array.from({ length: 5 }, (_, index) => `m${index}`);
        for (let at = 0; at < count; at += 100) {
          await store.recordPolls(
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
        await store.recordPolls([
          poll(START, [], { state: state('normal', START) }),
          poll(START, [], { state: state('down', START + 2000) }),
          poll(START, [], { state: state('normal', START + 4_000_000) }),
        ]);
        const now = START + 3_000_000;
        const result = await store.applyRetention(now, { rawMs: 500_000, eventsMs: 1_000_000 });
        expect(result).to.deep.equal({ samplesDropped: 5 * 2500, eventsDropped: 2000 });
        const [series] = await store.querySamples({ element: ROUTER, metric: 'm0', from: 0, to: now });
        expect(series?.points).to.have.length(500);
        expect(series?.points[0]?.time).to.equal(START + 2_500_000);
        expect((await store.queryEvents({ offset: 0, limit: 1 })).total).to.equal(1000);
        expect((await store.statusSpans(now - 1000, now, ROUTER)).map(({ status }) => status)).to.deep.equal(['down']);
        expect(await store.applyRetention(now, { rawMs: 500_000, eventsMs: 1_000_000 })).to.deep.equal({
          samplesDropped: 0,
          eventsDropped: 0,
        });
      });

      it('keeps to a budget by dropping the oldest samples first', async () => {
        await fill(8000);
        // Without a log that is still to be folded in.
        await reopened();
        const before = await store.sizeBytes();
        const budgetBytes = Math.floor(before / 2);
        const now = START + 8_000_000;
        const { samplesDropped, eventsDropped } = await store.applyRetention(now, {
          rawMs: 2 * now,
          eventsMs: 2 * now,
          budgetBytes,
        });
        expect(samplesDropped).to.be.greaterThan(0);
        expect(eventsDropped).to.equal(0);
        const kept = await store.querySamples({ element: ROUTER, metric: 'm3', from: 0, to: now });
        const points = kept[0]?.points ?? [];
        expect(points.length).to.be.greaterThan(0);
        expect(points.at(-1)?.time).to.equal(START + 7_999_000);
        expect(5 * (8000 - points.length)).to.equal(samplesDropped);
        await reopened();
        // An engine's log and its index may come on top.
        expect(await store.sizeBytes()).to.be.at.most(budgetBytes + 65_536);
      });

      it('lets polls through meanwhile', async () => {
        await fill(4000);
        const done: string[] = [];
        const dropping = store
          .applyRetention(START + 9e6, { rawMs: 1, eventsMs: 1 })
          .then(() => done.push('retention'));
        await store.recordPolls([poll(START + 9e6, [sample('m0', START + 9e6, 1)])]).then(() => done.push('poll'));
        await dropping;
        expect(done).to.deep.equal(['poll', 'retention']);
      });
    });

    it('refuses clearly after it was closed, and closes twice', async () => {
      await store.close();
      await store.close();
      expect((await failure(store.recordEvents([event(START)]))).code).to.equal('Store.Failed');
      expect((await failure(store.loadStates())).code).to.equal('Store.Failed');
    });

    it('stores at closing what was asked before', async () => {
      const pending = Array.from({ length: 20 }, (_, index) => store.recordEvents([event(START + index)]));
      await store.close();
      expect((await Promise.all(pending)).flat()).to.have.length(20);
      store = await made.reopen();
      expect(await allEvents()).to.have.length(20);
    });
  });
}

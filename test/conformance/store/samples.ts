/** What every store does with samples. */
import { expect } from 'chai';
import { failure, HOSTILE, MINUTE, poll, ROUTER, START, type StoreSubject, sample, WEB } from './subject.js';

export function storeSamples(subject: StoreSubject): void {
  describe('samples', () => {
    it('come back ascending within [from, to), by instance and unit', async () => {
      await subject.store.recordPolls([
        poll(START + 2000, [sample('in', START + 2000, 3, 'eth0', 'By')]),
        poll(START, [
          sample('in', START, 1, 'eth0', 'By'),
          sample('in', START, 7, 'eth1', 'By'),
          sample('out', START, 9),
        ]),
        poll(START + 1000, [sample('in', START + 1000, 2.5, 'eth0', 'By')]),
      ]);
      expect(
        await subject.store.querySamples({ element: ROUTER, metric: 'in', from: START, to: START + 2000 }),
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
      const one = await subject.store.querySamples({
        element: ROUTER,
        metric: 'in',
        instance: 'eth1',
        from: 0,
        to: START + 1,
      });
      expect(one.map(({ instance }) => instance)).to.deep.equal(['eth1']);
      expect(await subject.store.querySamples({ element: WEB, metric: 'in', from: 0, to: 2 * START })).to.deep.equal(
        [],
      );
    });

    it('are joined to steps aligned to 1970', async () => {
      const values = Array.from({ length: 50 }, (_, index) => ({
        time: START + 700 + index * 1300,
        value: Math.sin(index) * 100,
      }));
      await subject.store.recordPolls(values.map(({ time, value }) => poll(time, [sample('load', time, value)])));
      const stepMs = 10_000;
      const [series] = await subject.store.querySamples({
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
      await subject.store.recordPolls([poll(START, [sample('load', START, 1)])]);
      await subject.store.recordPolls([poll(START, [sample('load', START, 2)])]);
      const [series] = await subject.store.querySamples({
        element: ROUTER,
        metric: 'load',
        from: START,
        to: START + 1,
      });
      expect(series?.points).to.deep.equal([{ time: START, value: 2 }]);
    });

    it('are refused past the limit, with a step that would do', async () => {
      await subject.store.recordPolls(
        Array.from({ length: 120 }, (_, index) =>
          poll(START + index * 1000, [sample('load', START + index * 1000, index)]),
        ),
      );
      const query = { element: ROUTER, metric: 'load', from: START, to: START + 120_000, limit: 20 };
      const error = await failure(subject.store.querySamples(query));
      expect(error.code).to.equal('Client.TooLarge');
      const step = /step of at least (\d+) s/.exec(error.message)?.[1];
      expect(step, error.message).to.be.a('string');
      const [series] = await subject.store.querySamples({ ...query, stepMs: Number(step) * 1000 });
      expect(series?.points.length).to.be.within(5, 20);
      expect((await subject.store.querySamples({ ...query, limit: 120 }))[0]?.points).to.have.length(120);
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
        expect((await failure(subject.store.querySamples({ ...query, ...wrong }))).code).to.equal('Client.Validation');
      }
    });

    it('of text or of no finite number make no series; counters become the nearest double', async () => {
      const big = 2n ** 64n - 1n;
      await subject.store.recordPolls([
        poll(START, [
          sample('name', START, 'core'),
          sample('nan', START, Number.NaN),
          sample('inf', START, Number.POSITIVE_INFINITY),
          sample('octets', START, big),
          sample('zero', START, -0),
        ]),
      ]);
      expect((await subject.store.listSeries(ROUTER, START, START + 1)).map(({ metric }) => metric)).to.deep.equal([
        'octets',
        'zero',
      ]);
      const [series] = await subject.store.querySamples({
        element: ROUTER,
        metric: 'octets',
        from: START,
        to: START + 1,
      });
      expect(series?.points[0]?.value).to.equal(Number(big));
    });

    it('are listed as series where they have points in the time', async () => {
      await subject.store.recordPolls([poll(START, [sample('a', START, 1, 'x', 'By'), sample('b', START + 10, 1)])]);
      expect(await subject.store.listSeries(ROUTER, START, START + 10)).to.deep.equal([
        { element: ROUTER, metric: 'a', instance: 'x', unit: 'By' },
      ]);
      expect(await subject.store.listSeries(ROUTER, START + 11, START + 20)).to.deep.equal([]);
    });

    it('include the response time of polls that succeeded', async () => {
      await subject.store.recordPolls([
        poll(START, [], { responseMs: 12.5 }),
        poll(START + 1, [], { ok: false, responseMs: 99, error: 'no answer' }),
      ]);
      const [series] = await subject.store.querySamples({
        element: ROUTER,
        metric: 'responseTime.snmp',
        from: START,
        to: START + 10,
      });
      expect(series).to.deep.include({ unit: 'ms', instance: '', points: [{ time: START, value: 12.5 }] });
    });

    it('keep hostile names apart and whole', async () => {
      const samples = HOSTILE.map((text, index) => sample(`m${text}`, START, index, text, text));
      await subject.store.recordPolls([poll(START, samples)]);
      await subject.reopened();
      await subject.store.recordPolls([
        poll(
          START + 1,
          samples.map((one) => ({ ...one, time: START + 1 })),
        ),
      ]);
      for (const [index, text] of HOSTILE.entries()) {
        const found = await subject.store.querySamples({
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
        await subject.store.recordPolls(
          values.map((value, index) => poll(START + index, [sample(`n${count}`, START + index, value, '', '%')])),
        );
        const sorted = values.toSorted((a, b) => a - b);
        const found = (await subject.store.figures(START, START + count, ROUTER)).find(
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
      await subject.store.recordPolls([
        poll(START, [sample('a', START, 1)]),
        poll(START, [sample('b', START, 2, '', '1', WEB)], { element: WEB, method: 'http' }),
      ]);
      expect(
        (await subject.store.figures(START, START + 1)).map(({ element, metric }) => [element, metric]),
      ).to.deep.equal([
        [ROUTER, 'a'],
        [WEB, 'b'],
      ]);
      expect((await subject.store.figures(START, START + 1, WEB)).map(({ metric }) => metric)).to.deep.equal(['b']);
      expect(await subject.store.figures(START + 1, START + 2)).to.deep.equal([]);
    });

    it('gives the figures of some metrics, with what a percentile is made of', async () => {
      const values = Array.from({ length: 50 }, (_, at) => (at * 37) % 50);
      await subject.store.recordPolls(
        values.map((value, at) =>
          poll(START + at, [sample('load', START + at, value), sample('other', START + at, -value)]),
        ),
      );
      const figures = (ranks: number, ...metrics: string[]) =>
        subject.store.figures(START, START + 50, ROUTER, { metrics, ranks });
      for (const sealed of [false, true]) {
        if (sealed) await subject.store.sealSamples(START + 24 * 60 * MINUTE, 'all');
        const [exact, ...others] = await figures(50, 'load');
        expect([exact?.metric, others, exact?.percentile95]).to.deep.equal(['load', [], 47]);
        expect(exact?.ranks).to.deep.equal(
          values.toSorted((one, other) => one - other).map((value) => ({ value, count: 1 })),
        );
        const [parts] = await figures(5, 'load');
        expect(parts?.ranks).to.deep.equal([4.5, 14.5, 24.5, 34.5, 44.5].map((value) => ({ value, count: 10 })));
        expect((await figures(5, 'load', 'other', 'none')).map(({ metric }) => metric)).to.deep.equal([
          'load',
          'other',
        ]);
        expect(await figures(5, 'none')).to.deep.equal([]);
      }
    });
  });
}

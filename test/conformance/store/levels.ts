/** What every store does with samples that are put away and rolled up. */
import { expect } from 'chai';
import type { Point } from '../../../src/model/sample.js';
import { failure, MINUTE, poll, ROUTER, START, type StoreSubject, sample } from './subject.js';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The beginning of a day, so that times after it say which buckets they are in. */
const DAYS = START - (START % DAY);
const WHOLE = { from: 0, to: DAYS + 1000 * DAY };
/** Whoever keeps everything for ever. */
const EVER = { rawMs: 1000 * DAY, eventsMs: 1000 * DAY };

interface Measured {
  readonly time: number;
  readonly value: number;
}

export function storeLevels(subject: StoreSubject): void {
  const record = async (metric: string, values: readonly Measured[]) => {
    for (let at = 0; at < values.length; at += 500)
      await subject.store.recordPolls(
        values.slice(at, at + 500).map(({ time, value }) => poll(time, [sample(metric, time, value)])),
      );
  };
  const every = (stepMs: number, count: number, valueAt: (at: number) => number, first = DAYS): readonly Measured[] =>
    Array.from({ length: count }, (_, at) => ({ time: first + at * stepMs, value: valueAt(at) }));
  const query = async (metric: string, more: { stepMs?: number; from?: number; to?: number } = {}) => {
    const [series] = await subject.store.querySamples({ element: ROUTER, metric, ...WHOLE, ...more });
    return series;
  };
  const joined = (values: readonly Measured[], stepMs: number) => {
    const startOf = (time: number) => Math.floor(time / stepMs) * stepMs;
    return [...new Set(values.map(({ time }) => startOf(time)))].map((time) => {
      const own = values.filter((one) => startOf(one.time) === time).map(({ value }) => value);
      return {
        time,
        value: own.reduce((sum, value) => sum + value, 0) / own.length,
        minimum: Math.min(...own),
        maximum: Math.max(...own),
        count: own.length,
      };
    });
  };
  /** To a share of the largest that went into a point: a mean may be small where values are not. */
  const near = (found: readonly Point[] | undefined, expected: readonly Point[], share = 2e-5) => {
    expect(found?.length).to.equal(expected.length);
    expected.forEach((point, at) => {
      const own = found?.[at];
      const { time, value, minimum = value, maximum = value, count } = point;
      expect([own?.time, own?.count]).to.deep.equal([time, count]);
      const delta = share * Math.max(Math.abs(minimum), Math.abs(maximum));
      expect(own?.value, `mean of ${at}`).to.be.closeTo(value, delta);
      expect(own?.minimum ?? own?.value, `minimum of ${at}`).to.be.closeTo(minimum, delta);
      expect(own?.maximum ?? own?.value, `maximum of ${at}`).to.be.closeTo(maximum, delta);
    });
  };

  describe('samples that are put away', () => {
    it('stay what they were: whole numbers and decimals exactly, others to one part in a million', async () => {
      const counter = every(30_000, 500, (at) => 2 ** 40 + at * 4_000_000 + ((at * 7919) % 1_000_003));
      const large = every(30_000, 500, (at) => 2 ** 60 + at * 2 ** 20);
      const decimal = every(30_000, 500, (at) => (Math.round(2000 * Math.sin(at)) + 0) / 100);
      const divided = every(30_000, 500, (at) => Math.sin(at) * 1e6);
      const leaping = every(30_000, 500, (at) => ((at * 2_654_435_761) % 2 ** 32) * 2 ** 20 * (at % 2 ? 1 : -1));
      const all = { counter, large, decimal, divided, leaping };
      for (const [metric, values] of Object.entries(all)) await record(metric, values);
      await subject.store.sealSamples(DAYS + DAY, 'all');
      await subject.reopened();
      for (const metric of ['counter', 'large', 'decimal', 'leaping'] as const)
        expect((await query(metric))?.points, metric).to.deep.equal(all[metric]);
      near((await query('divided'))?.points, divided, 1e-6);
      expect(await query('counter', { from: DAYS + 30_000, to: DAYS + 90_000 })).to.deep.include({
        points: counter.slice(1, 3),
      });
      expect((await subject.store.listSeries(ROUTER, DAYS + 30_000, DAYS + 30_001)).length).to.equal(5);
      expect(await subject.store.listSeries(ROUTER, DAYS + DAY, DAYS + 2 * DAY)).to.deep.equal([]);
    });

    it('leave out what was not measured, and know what comes late', async () => {
      const some = every(30_000, 400, (at) => at).filter((_, at) => at % 3 !== 0);
      const other = every(30_000, 400, (at) => 1000 - at).filter((_, at) => at % 3 === 0);
      await record('some', some.slice(0, 200));
      await record('other', other);
      await subject.store.sealSamples(DAYS + DAY, 'all');
      await record('some', some.slice(200));
      // Came late, into a time that has been put away.
      await record('some', [{ time: DAYS + 15_000, value: 0.5 }]);
      const points = [...some, { time: DAYS + 15_000, value: 0.5 }].sort((a, b) => a.time - b.time);
      expect((await query('some'))?.points).to.deep.equal(points);
      await subject.store.sealSamples(DAYS + DAY, 'all');
      expect((await query('some'))?.points).to.deep.equal(points);
      expect((await query('other'))?.points).to.deep.equal(other);
      near((await query('some', { stepMs: HOUR }))?.points, joined(points, HOUR));
    });

    it('answer the same while they are put away step by step', async () => {
      const values = every(60_000, 2000, (at) => ((at * 7919) % 1000) / 10);
      await record('load', values);
      const expected = joined(values, HOUR);
      for (const now of [DAYS, DAYS + DAY, DAYS + 3 * DAY]) {
        await subject.store.sealSamples(now);
        near((await query('load', { stepMs: HOUR }))?.points, expected);
        expect((await query('load'))?.points).to.deep.equal(values);
      }
    });

    it('are counted once, whichever way they come twice', async () => {
      const values = every(60_000, 300, (at) => at);
      await record('load', values);
      await subject.store.sealSamples(DAYS + DAY, 'all');
      await record('load', values.slice(10, 20));
      await subject.store.sealSamples(DAYS + DAY, 'all');
      expect((await query('load'))?.points).to.deep.equal(values);
      expect((await query('load', { stepMs: DAY }))?.points.map(({ count }) => count)).to.deep.equal([300]);
    });
  });

  describe('what is rolled up', () => {
    const values = every(10 * MINUTE, 3 * 144, (at) => (Math.round(1000 * Math.sin(at / 20)) + 0) / 10);

    it('answers in steps as samples would, wherever the window begins and ends', async () => {
      await record('load', values);
      const ask = async () => {
        const answers = [];
        for (const [from, to, stepMs] of [
          [0, 3 * DAY, DAY],
          [0, 3 * DAY, HOUR],
          [3 * HOUR, 50 * HOUR, 6 * HOUR],
          [7 * MINUTE, 2 * DAY + 31 * MINUTE, 15 * MINUTE],
          [7 * MINUTE, 2 * DAY + 31 * MINUTE, DAY],
          [DAY - 1, DAY + 1, DAY],
        ] as const) {
          const window = { from: DAYS + from, to: DAYS + to };
          answers.push((await query('load', { ...window, stepMs }))?.points);
          near(
            answers.at(-1),
            joined(
              values.filter(({ time }) => time >= window.from && time < window.to),
              stepMs,
            ),
          );
        }
        return answers;
      };
      const before = await ask();
      await subject.store.sealSamples(DAYS + 100 * DAY, 'all');
      await subject.reopened();
      for (const [at, points] of (await ask()).entries()) near(points, before[at] ?? []);
    });

    it('stays when samples are dropped for their age, and says how coarse it is', async () => {
      await record('load', values);
      const now = DAYS + 3 * DAY;
      const { samplesDropped } = await subject.store.applyRetention(now, { ...EVER, rawMs: DAY });
      expect(samplesDropped).to.equal(2 * 144);
      expect((await query('load'))?.points).to.deep.equal(values.slice(2 * 144));
      const hourly = await query('load', { stepMs: HOUR });
      near(hourly?.points, joined(values, HOUR));
      expect(hourly?.resolutionMs).to.be.within(5 * MINUTE, HOUR);
      // Finer than what is left, points are as far apart as that is.
      const fine = await query('load', { stepMs: MINUTE, from: DAYS, to: DAYS + 30 * MINUTE });
      near(fine?.points, joined(values.slice(0, 3), 5 * MINUTE));
      expect(fine?.resolutionMs).to.equal(5 * MINUTE);
      expect((await subject.store.listSeries(ROUTER, DAYS, DAYS + HOUR)).length).to.equal(1);
      await subject.reopened();
      near((await query('load', { stepMs: DAY }))?.points, joined(values, DAY));
    });

    it('is kept for a time of its own, level by level', async () => {
      await record('load', values);
      const now = DAYS + 3 * DAY;
      const kept = { ...EVER, rawMs: HOUR, rollupsMs: { 1: 3 * HOUR, 2: DAY, 3: 1000 * DAY } };
      await subject.store.applyRetention(now, kept);
      near((await query('load', { stepMs: DAY }))?.points, joined(values, DAY));
      const lastDay = { from: now - DAY, to: now };
      near((await query('load', { stepMs: HOUR, ...lastDay }))?.points, joined(values.slice(2 * 144), HOUR));
      const first = await query('load', { stepMs: MINUTE, from: DAYS, to: DAYS + DAY });
      near(first?.points, joined(values.slice(0, 144), DAY));
      expect(first?.resolutionMs).to.equal(DAY);
      await subject.store.applyRetention(now + DAY, { ...EVER, rawMs: 1, rollupsMs: { 1: 1, 2: 1, 3: 1 } });
      expect(await query('load', { stepMs: DAY, to: now })).to.equal(undefined);
    });

    it('gives the figures of long times', async () => {
      const long = every(2 * HOUR, 12 * 40, (at) => (at * 7919) % 101);
      await record('load', long);
      const figures = async (days: number) =>
        (await subject.store.figures(DAYS, DAYS + days * DAY, ROUTER)).find(({ metric }) => metric === 'load');
      for (const sealed of [false, true]) {
        if (sealed) await subject.store.sealSamples(DAYS + 100 * DAY, 'all');
        const short = await figures(1);
        expect(short?.resolutionMs).to.equal(undefined);
        for (const days of [1, 10, 40]) {
          const own = long.slice(0, 12 * days).map(({ value }) => value);
          const found = await figures(days);
          expect(found).to.deep.include({
            count: own.length,
            minimum: Math.min(...own),
            maximum: Math.max(...own),
          });
          expect(found?.mean).to.be.closeTo(own.reduce((sum, value) => sum + value, 0) / own.length, 1e-2);
          const ranked = own.toSorted((a, b) => a - b)[Math.ceil(own.length * 0.95) - 1] ?? 0;
          // Samples are farther apart than the buckets that these figures come from.
          expect(found?.percentile95).to.be.closeTo(ranked, ranked * 1e-4);
        }
        if (sealed) expect((await figures(40))?.resolutionMs).to.equal(HOUR);
      }
    });

    it('goes after the samples where there is a budget, and keeps to it', async () => {
      const random = every(10_000, 9000, (at) => Math.sin(at * at) * 1e6);
      await record('load', random);
      await subject.store.sealSamples(DAYS + 2 * DAY, 'all');
      await subject.reopened();
      const now = DAYS + 2 * DAY;
      const size = await subject.store.sizeBytes();
      let samplesDropped = 0;
      for (let share = 0.95; samplesDropped === 0; share -= 0.05)
        ({ samplesDropped } = await subject.store.applyRetention(now, { ...EVER, budgetBytes: share * size }));
      expect(samplesDropped).to.be.within(1, 9000);
      near((await query('load', { stepMs: HOUR }))?.points, joined(random, HOUR));
      const raw = (await query('load'))?.points ?? [];
      expect(raw.length).to.equal(9000 - samplesDropped);
    });
  });

  it('refuses to put samples away when it is closed', async () => {
    await subject.store.close();
    expect((await failure(subject.store.sealSamples(DAYS))).code).to.equal('Store.Failed');
  });
}

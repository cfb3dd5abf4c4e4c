/** The history of an element that several managers have watched: one answer, whoever is asked. */
import { expect } from 'chai';
import { elementName } from '../../../../src/model/element.js';
import type { Sample } from '../../../../src/model/sample.js';
import type { Output } from '../../../../src/xml/messages/operations.js';
import { PastWorld } from './world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 2, 14);
const EVERY = 30_000;
const ROUTER = elementName('device', 'r1');
const PORTS = ['p1', 'p2'];

/** Told apart at every poll, and not the same for two managers at once. */
const measuredAt = (port: string, time: number, by: string): number =>
  ((time / EVERY) % 97) + (port === 'p2' ? 0.25 : 0) + by.charCodeAt(2) / 10_000;

interface Measured {
  readonly port: string;
  readonly time: number;
  readonly value: number;
}

const IDS = ['em1', 'em2', 'em3'];
/** Two hours at em1, one and a half at em2, the rest at em3, which took over; em2 polled on for five minutes. */
const SECOND = START + 2 * HOUR + 7_000;
const THIRD = START + 3.5 * HOUR + 11_000;
const END = START + 5 * HOUR;
const DOUBLED = 5 * MINUTE;

describe('the past of an element', function () {
  this.timeout(60_000);
  let world: PastWorld;
  /** What an answer is to be made of. */
  const truth: Measured[] = [];

  async function watch(id: string, from: number, to: number, isTruth: (time: number) => boolean): Promise<void> {
    const { store } = world.member(id);
    const polls = [];
    for (let time = Math.ceil(from / EVERY) * EVERY; time < to; time += EVERY) {
      const samples = PORTS.map(
        (port): Sample => ({
          ...{ element: ROUTER, metric: 'ifInUtilisation', instance: port, unit: '%', time, owner: id },
          value: measuredAt(port, time, id),
          epoch: { term: 1, number: 1, giver: 'em1' },
        }),
      );
      if (isTruth(time)) truth.push(...samples.map((one) => ({ port: one.instance, time, value: Number(one.value) })));
      polls.push({ element: ROUTER, method: 'snmp', time, ok: true, samples, events: [] });
    }
    const [first] = polls;
    if (first)
      await store.recordPolls([
        { ...first, state: { element: ROUTER, status: 'normal' as const, since: first.time, latest: [] } },
        ...polls.slice(1),
      ]);
  }

  before(async () => {
    world = await PastWorld.of(IDS, END);
    await watch('em1', START, SECOND, () => true);
    await world.member('em1').store.forgetElement(ROUTER);
    await watch('em2', SECOND, THIRD + DOUBLED, (time) => time < THIRD);
    await world.member('em2').store.forgetElement(ROUTER);
    await watch('em3', THIRD, END, () => true);
    world.take(ROUTER, 'em2', { time: SECOND, epoch: 1, from: 'em1' });
    world.take(ROUTER, 'em3', { time: THIRD, epoch: 2, from: 'em2' });
    for (const { store } of world.members.values()) await store.sealSamples(END + 2 * 24 * HOUR, 'all');
  });
  after(() => world.close());

  const samples = (at: string, step?: number, more: { from?: number; to?: number } = {}) =>
    world.ask(at, 'getSamples', {
      ...{ element: ROUTER, metric: 'ifInUtilisation', from: START, to: END },
      ...more,
      ...(step !== undefined && { step }),
    });
  const measured = ({ series }: Output<'getSamples'>): Measured[] =>
    series.flatMap(({ instance, points }) => points.map(({ time, value }) => ({ port: instance, time, value })));
  const byPort = (all: readonly Measured[]) => PORTS.flatMap((port) => all.filter((one) => one.port === port));

  it('has each sample once, from whoever had the element then', async () => {
    for (const id of IDS) {
      const answer = await samples(id);
      expect(measured(answer), id).to.deep.equal(byPort(truth));
      expect([answer.manager, answer.parts.map(({ manager }) => manager), answer.missing], id).to.deep.equal([
        'em3',
        ['em3', 'em1', 'em2'],
        [],
      ]);
    }
  });

  for (const step of [60, 300, 420, 3600])
    it(`joins what several have of a step: ${step} s`, async () => {
      const answer = await samples('em2', step);
      for (const { instance, points, resolution = -1 } of answer.series) {
        const own = truth.filter(({ port }) => port === instance);
        const steps = new Map<number, number[]>();
        for (const { time, value } of own) {
          const start = Math.floor(time / (step * 1000)) * step * 1000;
          steps.set(start, [...(steps.get(start) ?? []), value]);
        }
        expect(points.map(({ time, count }) => [time, count])).to.deep.equal(
          [...steps].map(([start, values]) => [start, values.length]),
        );
        for (const { time, value, minimum = 0, maximum = 0 } of points) {
          const values = steps.get(time) ?? [];
          expect(value).to.be.closeTo(values.reduce((sum, one) => sum + one, 0) / values.length, 0.005);
          expect(minimum).to.be.closeTo(Math.min(...values), 0.005);
          expect(maximum).to.be.closeTo(Math.max(...values), 0.005);
        }
        expect(resolution).to.equal(step % 300 === 0 ? step : 0);
      }
    });

  it('asks nobody else as long as it has had the element all the time', async () => {
    world.asked.length = 0;
    const answer = await samples('em3', 60, { from: THIRD + MINUTE });
    expect([answer.series.length, answer.parts.length, world.asked]).to.deep.equal([2, 1, []]);
  });

  it('asks only those that have something, once it is known who has', async () => {
    await samples('em3');
    world.asked.length = 0;
    await samples('em3', 300);
    expect(world.asked.sort()).to.deep.equal(['em1 getSamples', 'em2 getSamples']);
  });

  it('tells of its own store alone when asked for that', async () => {
    const own = await world.ask('em1', 'getSamples', {
      ...{ element: ROUTER, metric: 'ifInUtilisation', instance: 'p1', from: START, to: END, scope: 'self' },
    });
    expect(measured(own)).to.deep.equal(truth.filter(({ port, time }) => port === 'p1' && time < SECOND));
  });

  it('reports on all of the time', async () => {
    for (const id of IDS) {
      const { report, missing } = await world.ask(id, 'getDeviceReport', { element: 'r1', from: START, to: END });
      expect([report.manager, missing, report.availability], id).to.deep.equal(['em3', [], 1]);
      expect(report.states).to.deep.equal([
        { status: 'unknown', seconds: gapSeconds() },
        { status: 'normal', seconds: (5 * HOUR) / 1000 - gapSeconds() },
      ]);
      // Every poll that was made, also those that were made twice.
      expect(report.polls).to.equal(truth.length / 2 + DOUBLED / EVERY);
    }
  });

  /** Between a hand-over and the new owner's first poll nobody knew anything. */
  const gapSeconds = () =>
    [SECOND, THIRD].reduce((sum, time) => sum + Math.ceil(time / EVERY) * EVERY - time, 0) / 1000;

  it('lists it with all of the time, too, at any manager', async () => {
    for (const id of IDS) {
      const { reports, missing } = await world.ask(id, 'getReport', { from: START, to: END, scope: 'pool' });
      expect(missing).to.deep.equal([]);
      expect(reports.map(({ element, polls }) => [element, polls])).to.deep.equal([
        [ROUTER, truth.length / 2 + DOUBLED / EVERY],
      ]);
      const [row] = reports;
      for (const figures of row?.metrics ?? []) {
        expect(figures.count).to.equal(truth.length / 2);
        const values = truth.flatMap(({ port, value }) => (port === figures.instance ? [value] : []));
        expect(figures.mean).to.be.closeTo(values.reduce((sum, one) => sum + one, 0) / values.length, 1e-9);
        const ranked = values.sort((a, b) => a - b);
        expect([figures.minimum, figures.maximum]).to.deep.equal([ranked[0], ranked.at(-1)]);
        expect(figures.percentile95).to.be.closeTo(ranked[Math.ceil(0.95 * ranked.length) - 1] ?? 0, 1);
      }
      expect(row?.utilisation.map(({ of, instance }) => `${of} ${instance}`)).to.deep.equal(['interface p2']);
    }
  });

  describe('while a former owner does not answer', () => {
    before(() => {
      world.silent.add('em1');
      for (const { clock } of world.members.values()) clock.advance(2 * MINUTE);
    });
    after(() => world.silent.clear());

    it('names it, and tells what the others have', async () => {
      for (const id of ['em2', 'em3']) {
        const answer = await samples(id);
        expect(measured(answer), id).to.deep.equal(byPort(truth.filter(({ time }) => time >= SECOND)));
        expect(answer.missing).to.deep.equal([{ manager: 'em1', reason: 'em1 cannot be reached' }]);
        const { missing } = await world.ask(id, 'getDeviceReport', { element: 'r1', from: START, to: END });
        expect(missing.map(({ manager }) => manager)).to.deep.equal(['em1']);
        const list = await world.ask(id, 'getReport', { from: START, to: END, scope: 'pool' });
        expect(list.missing.map(({ manager }) => manager)).to.deep.equal(['em1']);
      }
    });

    it('does not name it for a time that was not its own', async () => {
      const answer = await samples('em3', 60, { from: SECOND + MINUTE });
      expect(answer.missing).to.deep.equal([]);
    });
  });

  describe('when nobody watches it', () => {
    before(() => {
      for (const { owned } of world.members.values()) owned.clear();
      for (const { clock } of world.members.values()) clock.advance(2 * MINUTE);
    });

    it('is told by any manager', async () => {
      for (const id of IDS) {
        expect(measured(await samples(id)), id).to.deep.equal(byPort(truth));
        const { report } = await world.ask(id, 'getDeviceReport', { element: 'r1', from: START, to: END });
        expect([report.status, report.polls]).to.deep.equal(['unknown', truth.length / 2 + DOUBLED / EVERY]);
      }
    });

    it('stands in the list of reports of any manager, with what all have of it', async () => {
      for (const id of IDS) {
        const list = await world.ask(id, 'getReport', {
          from: START,
          to: END,
          scope: 'pool',
          by: 'kind',
          worst: 'utilisation',
        });
        expect(list.total).to.equal(1);
        const [row] = list.reports;
        expect([row?.element, row?.status, row?.manager, row?.availability]).to.deep.equal([
          ROUTER,
          'unknown',
          'em9',
          1,
        ]);
        expect([row?.polls, row?.worst?.instance, row?.worst?.count]).to.deep.equal([
          truth.length / 2 + DOUBLED / EVERY,
          'p2',
          truth.length / 2,
        ]);
        expect(list.groups.map(({ name, elements }) => [name, elements])).to.deep.equal([['device', 1]]);
        expect(
          (await world.ask(id, 'getReport', { from: START, to: END, scope: 'pool', filter: 'other' })).total,
        ).to.equal(0);
      }
    });
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { costOfPoll, FIRST_COST_MS, nextEffort, nextMean, toldCost } from '../../../../src/manager/collector/cost.js';
import { dueAt, joinDelay, numberFrom, overdue, planAround } from '../../../../src/manager/collector/schedule.js';
import { accessOf, deviceOf, epochOf, nameOf, PoolWorld, refuse } from './world.js';

describe('figures of the collector for the pool', () => {
  it('counts polls due and done by access method; what does not answer is not done', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    const specs = [accessOf({ intervalMs: 1000, timeoutMs: 500 }), accessOf({ method: 'ftp', intervalMs: 2000 })];
    world.behaviours.set('dead', refuse);
    one.collector.own({ element: deviceOf('a', specs), epoch: epochOf(1), arrival: 'start' });
    one.collector.own({ element: deviceOf('dead', specs.slice(0, 1)), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(4500);
    const { polls, parts } = one.collector.meter.work;
    const of = (name: string) => parts.find(({ part }) => part === name);
    expect(of('http')?.due).to.be.within(6, 9);
    expect(of('http')?.done).to.be.within(3, 5);
    expect(of('ftp')?.done).to.equal(of('ftp')?.due);
    expect(polls.due).to.equal((of('http')?.due ?? 0) + (of('ftp')?.due ?? 0));
    await one.collector.stop();
  });

  it('tells a cost in proportion to the rate of polls, steady until it is out by more than a quarter', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    one.collector.own({ element: deviceOf('slow'), epoch: epochOf(1), arrival: 'start' });
    one.collector.own({
      element: deviceOf('fast', [accessOf({ intervalMs: 2000 })]),
      epoch: epochOf(1),
      arrival: 'start',
    });
    expect(one.collector.costOf(nameOf('fast'))).to.be.closeTo(5 * one.collector.costOf(nameOf('slow')), 1e-9);
    expect(one.collector.costOf(nameOf('none'))).to.equal(0);
    const before = one.collector.costOf(nameOf('slow'));
    await world.clock.advance(60_000);
    expect(one.collector.costOf(nameOf('slow'))).to.equal(before);
    expect(toldCost(1, 1.2)).to.equal(1);
    expect(toldCost(1, 1.3)).to.equal(1.3);
    expect(toldCost(1, 0.7)).to.equal(0.7);
    await one.collector.stop();
  });

  it('does not let one slow poll make an element dear', () => {
    expect(nextMean(FIRST_COST_MS, costOfPoll(60_000, 10))).to.be.at.most(FIRST_COST_MS + 20);
    let cost = FIRST_COST_MS;
    for (let poll = 0; poll < 200; poll += 1) cost = nextMean(cost, costOfPoll(2, 100));
    expect(cost).to.be.closeTo(FIRST_COST_MS + 2 + 0.4, 0.01);
  });

  it('keeps the means of what polls take besides, as far as it is told', () => {
    expect(nextEffort(undefined, { wallMs: 20, requests: 3 })).to.deep.equal({ wallMs: 20, requests: 3 });
    const next = nextEffort({ wallMs: 20, requests: 3 }, { wallMs: 30, bytes: 100 });
    expect(next).to.deep.equal({ wallMs: 21, requests: 3, bytes: 100 });
  });

  it('tells how late 95 of 100 polls began, to within a power of two, and the worst', async () => {
    const world = new PoolWorld();
    const { collector } = world.member('EM1');
    const { meter } = collector;
    for (let poll = 0; poll < 96; poll += 1) meter.done(true, 5);
    for (let poll = 0; poll < 4; poll += 1) meter.done(true, 3000);
    meter.done(false, undefined);
    meter.worked(3);
    expect(meter.lag().percentile95Ms).to.be.within(4, 8);
    expect(meter.lag().worstMs).to.equal(3000);
    await world.clock.advance(20_000);
    expect(meter.lag(10_000)).to.deep.equal({ percentile95Ms: 0, worstMs: 0 });
    expect(meter.lag().worstMs).to.equal(3000);
    expect(meter.costPerSecond).to.be.closeTo(0.15, 0.01);
    await collector.stop();
  });

  it('tells when a poll is on disk', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(15_000);
    expect(one.polled).to.have.length(one.store.polls.length);
    await one.collector.stop();
  });
});

describe('numbers of a hand-over', () => {
  const plans = fc.record({
    intervalMs: fc.integer({ min: 100, max: 100_000 }),
    dueMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    number: fc.integer({ min: 0, max: 1_000_000 }),
  });

  it('are the same for the giver and whoever goes on by its cursor', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 0, max: 5000 }), ({ intervalMs, dueMs, number }, aheadMs) => {
        const plan = planAround(number, dueMs, intervalMs);
        const nowMs = dueMs - 10;
        const next = numberFrom(plan, nowMs + aheadMs, number);
        expect(dueAt(plan, next)).to.be.at.least(nowMs + aheadMs - 1e-3);
        if (next > number) expect(dueAt(plan, next - 1)).to.be.below(nowMs + aheadMs + 1e-3);
        const taken = planAround(next, 77 + (dueAt(plan, next) - nowMs), intervalMs);
        expect(dueAt(taken, next + 9) - 77).to.be.closeTo(dueAt(plan, next + 9) - nowMs, 1e-3);
      }),
    );
  });

  it('make up the last that fell due, and count those before it, a naive count agreeing', () => {
    fc.assert(
      fc.property(
        plans,
        fc.integer({ min: -200_000, max: 200_000 }),
        fc.constantFrom(1, 2, 4, 8),
        fc.integer({ min: 0, max: 30 }),
        ({ intervalMs, number }, passedMs, stride, most) => {
          const plan = planAround(number, 0, intervalMs);
          const due: number[] = [];
          for (let n = number; n < number + most && (n - number) * intervalMs <= passedMs; n += 1)
            if (n % stride === 0) due.push(n);
          expect(overdue(plan, [number, number + most], passedMs, stride)).to.deep.equal({
            last: due.at(-1),
            before: Math.max(0, due.length - 1),
          });
        },
      ),
    );
  });

  it('queue first looks of many that join one by one, none later than its interval', () => {
    const delays = Array.from({ length: 10_000 }, (_, index) => joinDelay(index, index, 60_000));
    expect(Math.max(...delays)).to.be.at.most(60_000);
    for (let second = 0; second < 60; second += 1)
      expect(delays.filter((delay) => delay >= second * 1000 && delay < (second + 1) * 1000).length).to.be.below(300);
    expect(joinDelay(3, 1, 60_000)).to.be.below(1000);
    expect(joinDelay(3, 1, 200)).to.be.below(200);
  });
});

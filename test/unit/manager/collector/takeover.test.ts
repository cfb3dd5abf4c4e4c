import { expect } from 'chai';
import type { Learnt } from '../../../../src/access/access.js';
import { importBundle } from '../../../../src/manager/pool/bundle/import.js';
import type { Bundle } from '../../../../src/pool/holding/state.js';
import { accessOf, deviceOf, epochOf, eventsOf, nameOf, PoolWorld, ratesOf, refuse } from './world.js';

const AHEAD = { wallMs: 7_200_000, monotonicMs: 123_456_789 };

/** As a member that keeps it does: the cursors age with it. */
const aged = (bundle: Bundle, keptMs: number): Bundle => ({
  ...bundle,
  cursors: bundle.cursors.map((cursor) => ({ ...cursor, dueInMs: cursor.dueInMs - keptMs })),
});

const mustBe = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('expected a value');
  return value;
};

describe('taking over from a manager that died', () => {
  it('goes on in the same rhythm, with right rates, the log where it was left, and the epoch that was given', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2', AHEAD)];
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(35_000);
    const before = world.timesOf('a').slice(1);
    const bundle = mustBe(one.collector.bundleOf(nameOf('a')));
    await one.collector.stop();

    await world.clock.advance(1500);
    two.collector.own({ element: deviceOf('a'), epoch: epochOf(2), arrival: 'takeOver', bundle: aged(bundle, 1500) });
    expect(two.table.get(nameOf('a'))?.metrics.map(({ name }) => name)).to.include('octets.rate');
    expect(two.table.get(nameOf('a'))?.epoch).to.deep.equal(epochOf(2));
    await world.clock.advance(40_000);
    await two.collector.stop();

    const after = world.timesOf('a', 'EM2');
    expect(after).to.have.length(4);
    for (const time of after) expect((time - mustBe(before[0])) % 10_000).to.be.closeTo(0, 1e-3);
    expect(mustBe(after[0]) - mustBe(before.at(-1))).to.be.closeTo(10_000, 1e-3);
    for (const rate of ratesOf(two.store)) expect(rate).to.be.closeTo(world.bytesPerSecond, 1);
    expect(ratesOf(two.store)).to.have.length(4);
    const lines = [...eventsOf(one.store, 'line'), ...eventsOf(two.store, 'line')];
    expect(new Set(lines).size).to.equal(lines.length);
    const numbers = lines.map((line) => Number(line.slice(5)));
    expect(numbers).to.deep.equal(numbers.map((_, index) => mustBe(numbers[0]) + index));
    for (const { samples } of two.store.polls)
      for (const { epoch, owner } of samples)
        expect({ epoch, owner }).to.deep.equal({ epoch: epochOf(2), owner: 'EM2' });
  });

  it('knows what the former owner had learnt of the other side, as old as it is, until it has learnt that itself', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2', AHEAD)];
    const came: (Learnt | undefined)[] = [];
    let isRefusing = false;
    world.behaviours.set('a', async (request) => {
      came.push(request.learnt);
      if (isRefusing) return refuse();
      return { ...world.answer(request), learnt: { clock: world.clock.monotonic() } };
    });
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(15_000);
    const polledMs = mustBe(world.timesOf('a').at(-1));
    const bundle = mustBe(one.collector.bundleOf(nameOf('a')));
    await one.collector.stop();
    expect(new Set(came.splice(0))).to.deep.equal(new Set([undefined]));

    await world.clock.advance(1500);
    isRefusing = true;
    two.collector.own({ element: deviceOf('a'), epoch: epochOf(2), arrival: 'takeOver', bundle: aged(bundle, 1500) });
    await world.clock.advance(20_000);
    const again = mustBe(two.collector.bundleOf(nameOf('a')));
    isRefusing = false;
    await world.clock.advance(20_000);
    await two.collector.stop();

    expect(came).to.have.length(4);
    const [first, second, third, own] = came;
    expect(first?.what).to.deep.equal({ clock: polledMs });
    expect(first?.atMs).to.be.closeTo(polledMs + AHEAD.monotonicMs, 1e-3);
    expect(second).to.equal(first);
    expect(third).to.equal(first);
    expect(own).to.equal(undefined);
    const { accesses } = importBundle(again.body, { nowMs: 0, monotonicMs: 0 }, again.cursors);
    expect(accesses[0]?.learnt?.what).to.deep.equal({ clock: polledMs });
  });

  it('makes up the poll that fell due last, and tells how many fell due before it', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2', AHEAD)];
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    const bundle = mustBe(one.collector.bundleOf(nameOf('a')));
    await one.collector.stop();
    const last = mustBe(world.timesOf('a').at(-1));
    await world.clock.advance(33_000);
    const owned = two.collector.own({
      element: deviceOf('a'),
      epoch: epochOf(2),
      arrival: 'takeOver',
      bundle: aged(bundle, 33_000),
    });
    expect(owned.madeUp).to.equal(1);
    await world.clock.advance(10_000);
    const [madeUp, next] = world.timesOf('a', 'EM2');
    expect(madeUp).to.equal(58_000);
    expect(owned.missed).to.equal(Math.floor((58_000 - last) / 10_000) - 1);
    expect((mustBe(next) - last) % 10_000).to.be.closeTo(0, 1e-3);
    expect(mustBe(next) - mustBe(madeUp)).to.be.below(10_000);
    expect(mustBe(ratesOf(two.store)[0])).to.be.closeTo(world.bytesPerSecond, 1);
    await two.collector.stop();
  });

  it('does not raise again what was raised, clears it, and backs off as far', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2', AHEAD)];
    world.behaviours.set('a', refuse);
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(400_000);
    expect(eventsOf(one.store, 'elementDown')).to.have.length(1);
    const downSince = mustBe(one.table.get(nameOf('a'))?.since);
    const bundle = mustBe(one.collector.bundleOf(nameOf('a')));
    await one.collector.stop();
    two.collector.own({ element: deviceOf('a'), epoch: epochOf(2), arrival: 'takeOver', bundle });
    expect(two.table.get(nameOf('a'))?.status).to.equal('down');
    expect(two.table.get(nameOf('a'))?.since).to.equal(downSince + AHEAD.wallMs);
    await world.clock.advance(165_000);
    const gaps = world.timesOf('a').slice(-3);
    expect(mustBe(gaps[2]) - mustBe(gaps[1])).to.be.closeTo(80_000, 1e-3);
    expect(mustBe(gaps[1]) - mustBe(gaps[0])).to.be.closeTo(80_000, 1e-3);
    expect(eventsOf(two.store)).to.deep.equal([]);
    world.behaviours.delete('a');
    await world.clock.advance(81_000);
    expect(eventsOf(two.store, 'elementUp')).to.have.length(1);
    await two.collector.stop();
  });

  it('gives up a status over a bundle that lay about for too long', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2')];
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    const bundle = mustBe(one.collector.bundleOf(nameOf('a')));
    await one.collector.stop();
    await world.clock.advance(600_000);
    world.behaviours.set('a', () => new Promise(() => {}));
    two.collector.own({
      element: deviceOf('a'),
      epoch: epochOf(2),
      arrival: 'takeOver',
      bundle: aged(bundle, 600_000),
    });
    expect(two.table.get(nameOf('a'))?.status).to.equal('unknown');
    expect(two.store.unwatched).to.have.length(1);
    await two.collector.stop();
  });

  it('polls an element whose bundle cannot be read, in its rhythm, and says why', async () => {
    const world = new PoolWorld();
    const two = world.member('EM2');
    const bundle: Bundle = {
      element: nameOf('a'),
      epoch: epochOf(1),
      cursors: [{ intervalMs: 10_000, next: 41, dueInMs: 3000 }],
      body: '{"version":7}',
    };
    const owned = two.collector.own({ element: deviceOf('a'), epoch: epochOf(2), arrival: 'takeOver', bundle });
    expect(owned.fault).to.contain('version 7');
    await world.clock.advance(15_000);
    expect(world.timesOf('a')).to.deep.equal([3000, 13_000]);
    await two.collector.stop();
  });

  it('begins an access anew whose interval is another by now, and keeps its place in the log', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2')];
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    const bundle = mustBe(one.collector.bundleOf(nameOf('a')));
    await one.collector.stop();
    const element = deviceOf('a', [accessOf({ intervalMs: 4000 })]);
    two.collector.own({ element, epoch: epochOf(2), arrival: 'takeOver', bundle });
    await world.clock.advance(12_000);
    const lines = [...eventsOf(one.store, 'line'), ...eventsOf(two.store, 'line')];
    expect(new Set(lines).size).to.equal(lines.length);
    expect(world.timesOf('a', 'EM2').length).to.be.within(3, 4);
    await two.collector.stop();
  });

  it('tells the poll under way as not done, so that it is made up', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    const [done] = one.collector.cursorsOf(nameOf('a'));
    world.behaviours.set('a', () => new Promise(() => {}));
    await world.clock.advance(mustBe(done).dueInMs + 100);
    const [underWay] = one.collector.cursorsOf(nameOf('a'));
    expect(underWay?.next).to.equal(done?.next);
    expect(underWay?.dueInMs).to.be.closeTo(-100, 1e-3);
    const [ahead] = one.collector.cursorsOf(nameOf('a'), 1000);
    expect(ahead?.next).to.equal(mustBe(done).next + 1);
    expect(ahead?.dueInMs).to.be.closeTo(9900, 1e-3);
    await one.collector.stop();
  });
});

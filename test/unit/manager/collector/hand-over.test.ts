import { expect } from 'chai';
import { accessOf, deviceOf, epochOf, eventsOf, type Member, nameOf, PoolWorld, ratesOf } from './world.js';

const AHEAD = { wallMs: -50_000, monotonicMs: 5_000_000 };
const HEARTBEATS_MS = 1000;

const mustBe = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('expected a value');
  return value;
};

/** As the pool does it: bundle, the taker begins, the giver polls what is before that and releases. */
function handOver(from: Member, to: Member, id: string, epoch: number, specs = [accessOf()]) {
  const bundle = mustBe(from.collector.bundleOf(nameOf(id), HEARTBEATS_MS));
  to.collector.own({ element: deviceOf(id, specs), epoch: epochOf(epoch), arrival: 'handOver', bundle });
  return from.collector.release(
    nameOf(id),
    bundle.cursors.map(({ next }) => next),
  );
}

describe('handing over', () => {
  it('misses no poll, doubles none, reads no line twice, and forgets the element', async () => {
    for (const at of [20_000, 25_000, 29_300, 30_000]) {
      const world = new PoolWorld();
      const [one, two] = [world.member('EM1'), world.member('EM2', AHEAD)];
      const specs = [accessOf(), accessOf({ method: 'ftp', intervalMs: 700, timeoutMs: 500 })];
      one.collector.own({ element: deviceOf('a', specs), epoch: epochOf(1), arrival: 'start' });
      await world.clock.advance(at);
      const left = handOver(one, two, 'a', 2, specs).then((last) => {
        if (last) two.collector.refresh(nameOf('a'), last);
      });
      expect(one.collector.owned()).to.deep.equal([]);
      await world.clock.advance(12_000);
      await left;
      const returned = handOver(two, one, 'a', 3, specs).then((last) => {
        if (last) one.collector.refresh(nameOf('a'), last);
      });
      await world.clock.advance(30_000);
      await returned;
      await Promise.all([one.collector.stop(), two.collector.stop()]);
      for (const [method, interval] of [
        ['http', 10_000],
        ['ftp', 700],
      ] as const) {
        const [, ...times] = world.timesOf('a', undefined, method);
        times.slice(1).forEach((time, index) => {
          expect(time - mustBe(times[index]), `${method} at ${at}, poll ${index}`).to.be.closeTo(interval, 1e-3);
        });
        expect(world.timesOf('a', 'EM2', method).length).to.be.at.least(1);
      }
      for (const store of [one.store, two.store])
        for (const rate of ratesOf(store))
          expect(rate).to.be.within(world.bytesPerSecond - 2, world.bytesPerSecond + 2);
      expect(two.store.forgotten).to.deep.equal(['device/a']);
      expect(two.table.get(nameOf('a'))).to.equal(undefined);
      const lines = [...eventsOf(one.store, 'line'), ...eventsOf(two.store, 'line')];
      expect(lines.length).to.be.at.least(2 * Math.floor(at / 1000 + 30));
      // Either access tells every line once.
      for (const line of new Set(lines)) expect(lines.filter((other) => other === line).length).to.be.at.most(2);
    }
  });

  it('gives the taker what was polled after its bundle, whatever another was sent meanwhile', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    const [due] = one.collector.cursorsOf(nameOf('a'), 0);
    await world.clock.advance(mustBe(due).dueInMs - 500);
    const bundle = mustBe(one.collector.bundleOf(nameOf('a'), HEARTBEATS_MS));
    await world.clock.advance(700);
    one.collector.bundleOf(nameOf('a'));
    const last = await one.collector.release(nameOf('a'), [mustBe(bundle.cursors[0]).next]);
    expect(last?.cursors[0]?.next).to.equal(bundle.cursors[0]?.next);
    expect(last?.body).to.not.equal(bundle.body);
    const two = world.member('EM2');
    two.collector.own({ element: deviceOf('a'), epoch: epochOf(2), arrival: 'handOver', bundle });
    two.collector.refresh(nameOf('a'), mustBe(last));
    await world.clock.advance(10_000);
    const lines = [...eventsOf(one.store, 'line'), ...eventsOf(two.store, 'line')];
    expect(new Set(lines).size).to.equal(lines.length);
    await Promise.all([one.collector.stop(), two.collector.stop()]);
  });

  it('ends a poll under way whose number is the taker’s already, and stores nothing of it', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    const bundle = mustBe(one.collector.bundleOf(nameOf('a'), 0));
    let aborted = false;
    world.behaviours.set('a', (_, signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => {});
    });
    await world.clock.advance(mustBe(bundle.cursors[0]).dueInMs + 1);
    const stored = one.store.polls.length;
    const left = one.collector.release(nameOf('a'), [mustBe(bundle.cursors[0]).next]);
    await world.clock.advance(1);
    await left;
    expect(aborted).to.equal(true);
    await world.clock.advance(30_000);
    expect(one.store.polls).to.have.length(stored);
    await one.collector.stop();
    expect(world.clock.pending).to.equal(0);
  });

  it('waits for the last poll, stores it, and only then forgets', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    const [next] = one.collector.cursorsOf(nameOf('a'), 0);
    let isLeft = false;
    void one.collector.release(nameOf('a'), [mustBe(next).next + 2]).then(() => {
      isLeft = true;
    });
    await world.clock.advance(mustBe(next).dueInMs + 100);
    expect(isLeft).to.equal(false);
    await world.clock.advance(10_000);
    expect(isLeft).to.equal(true);
    expect(one.store.states.has('device/a')).to.equal(true);
    await world.clock.advance(500);
    expect(one.store.forgotten).to.deep.equal(['device/a']);
    expect(one.store.states.size + one.store.memories.size).to.equal(0);
    expect(one.store.polls.length).to.equal(world.tries.length);
    expect(world.clock.pending).to.equal(0);
  });

  it('takes a release back without missing a poll', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    const [next] = one.collector.cursorsOf(nameOf('a'), HEARTBEATS_MS);
    const left = one.collector.release(nameOf('a'), [mustBe(next).next + 1]);
    await world.clock.advance(1000);
    expect(one.collector.renew(nameOf('a'), epochOf(3))).to.equal(true);
    expect(await left).to.equal(undefined);
    await world.clock.advance(30_000);
    const [, ...times] = world.timesOf('a');
    times.slice(1).forEach((time, index) => {
      expect(time - mustBe(times[index])).to.be.closeTo(10_000, 1e-3);
    });
    expect(times.length).to.be.at.least(4);
    expect(one.store.forgotten).to.deep.equal([]);
    expect(one.table.get(nameOf('a'))?.epoch).to.deep.equal(epochOf(3));
    expect(one.store.polls.at(-1)?.samples[0]?.epoch).to.deep.equal(epochOf(3));
    await one.collector.stop();
  });

  it('goes on by the taker’s bundle when that one has polled already', async () => {
    const world = new PoolWorld();
    const [one, two] = [world.member('EM1'), world.member('EM2')];
    const specs = [accessOf(), accessOf({ method: 'ftp', intervalMs: 60_000 })];
    one.collector.own({ element: deviceOf('a', specs), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    // The second access still has a poll of the giver before it when the first is the taker's.
    const cursors = one.collector.cursorsOf(nameOf('a'), HEARTBEATS_MS);
    const bundle = mustBe(one.collector.bundleOf(nameOf('a'), HEARTBEATS_MS));
    two.collector.own({ element: deviceOf('a', specs), epoch: epochOf(2), arrival: 'handOver', bundle });
    const left = one.collector.release(nameOf('a'), [mustBe(cursors[0]).next, mustBe(cursors[1]).next + 1]);
    await world.clock.advance(12_000);
    const back = mustBe(two.collector.bundleOf(nameOf('a')));
    await two.collector.stop();
    one.collector.own({ element: deviceOf('a', specs), epoch: epochOf(3), arrival: 'takeOver', bundle: back });
    await left;
    await world.clock.advance(30_000);
    const [, ...times] = world.timesOf('a');
    times.slice(1).forEach((time, index) => {
      expect(time - mustBe(times[index])).to.be.closeTo(10_000, 1e-3);
    });
    await one.collector.stop();
  });
});

describe('dropping', () => {
  it('abandons what is under way, stores nothing of it, leaves no timer and no state', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(15_000);
    const stored = one.store.polls.length;
    world.behaviours.set('a', () => new Promise(() => {}));
    const now = one.collector.pollNow(nameOf('a'));
    await world.clock.advance(10);
    const dropped = one.collector.drop(nameOf('a'));
    await world.clock.advance(0);
    await dropped;
    expect((await now).map(({ outcome }) => outcome.ok)).to.deep.equal([false]);
    expect(one.store.polls).to.have.length(stored);
    expect(one.store.states.size + one.store.memories.size).to.equal(0);
    expect(world.clock.pending).to.equal(0);
    expect(one.collector.owned()).to.deep.equal([]);
  });

  it('goes for what is only known from before the start', async () => {
    const world = new PoolWorld();
    const before = world.member('EM1');
    before.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    before.collector.own({ element: deviceOf('b'), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(15_000);
    await before.collector.stop();
    const again = world.member('EM1');
    Object.assign(again.store, { states: before.store.states, memories: before.store.memories });
    expect([...(await again.collector.load())].sort()).to.deep.equal(['device/a', 'device/b']);
    expect(again.collector.owned()).to.deep.equal([]);
    await again.collector.drop(nameOf('b'));
    expect([...again.store.states.keys()]).to.deep.equal(['device/a']);
    again.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
    expect(again.table.get(nameOf('a'))?.status).to.equal('normal');
    await again.collector.stop();
  });
});

describe('a changed configuration in a pool', () => {
  it('changes what is owned without missing a poll of the rest, and begins nothing of others', async () => {
    const world = new PoolWorld();
    const one = world.member('EM1');
    await one.collector.load();
    const specs = [accessOf(), accessOf({ method: 'ftp', intervalMs: 5000 })];
    one.collector.own({ element: deviceOf('a', specs), epoch: epochOf(1), arrival: 'start' });
    one.collector.own({ element: deviceOf('elsewhere'), epoch: epochOf(1), arrival: 'handOver' });
    await world.clock.advance(25_000);
    const [unchanged, changed] = specs;
    await one.collector.replace([
      deviceOf('a', [mustBe(unchanged), { ...mustBe(changed), intervalMs: 2000 }]),
      deviceOf('foreign'),
    ]);
    await world.clock.advance(25_000);
    const [, ...times] = world.timesOf('a');
    times.slice(1).forEach((time, index) => {
      expect(time - mustBe(times[index])).to.be.closeTo(10_000, 1e-3);
    });
    expect(world.timesOf('a', undefined, 'ftp').filter((time) => time > 27_000).length).to.be.within(11, 13);
    expect(world.timesOf('foreign')).to.deep.equal([]);
    expect(world.timesOf('elsewhere').filter((time) => time > 25_000)).to.have.length.within(2, 3);
    await one.collector.stop();
  });
});

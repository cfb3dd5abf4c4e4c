import { expect } from 'chai';
import { PtpError } from '../../../../src/base/errors.js';
import { deviceOf, epochOf, eventsOf, type Member, nameOf, PoolWorld } from './world.js';

const HEARTBEAT_MS = 500;

async function running(world: PoolWorld): Promise<Member> {
  const one = world.member('EM1');
  one.collector.watchStandstill(HEARTBEAT_MS);
  one.collector.own({ element: deviceOf('a'), epoch: epochOf(1), arrival: 'start' });
  await world.clock.advance(25_000);
  return one;
}

describe('a manager that stood still', () => {
  it('suspends itself at the first overdue poll, and skips what fell due meanwhile when it may go on', async () => {
    const world = new PoolWorld();
    const one = await running(world);
    const before = world.tries.length;
    world.clock.standStill(30_000);
    await world.clock.advance(100);
    expect(one.collector.isHeld).to.equal(true);
    expect(one.stoodStill).to.have.length(1);
    expect(world.tries).to.have.length(before);
    expect(one.collector.goOn({ skipOverdue: true })).to.deep.equal({ madeUp: 0, missed: 3 });
    await world.clock.advance(10_000);
    expect(world.tries).to.have.length(before + 1);
    const [first, second] = world.timesOf('a').slice(-2);
    expect(((second ?? 0) - (first ?? 0)) % 10_000).to.be.closeTo(0, 1e-3);
    await one.collector.stop();
  });

  it('polls nothing more of what it does not own any more', async () => {
    const world = new PoolWorld();
    const one = await running(world);
    const before = world.tries.length;
    world.clock.standStill(30_000);
    await world.clock.advance(100);
    await one.collector.drop(nameOf('a'));
    one.collector.goOn({ skipOverdue: true });
    await world.clock.advance(30_000);
    expect(world.tries).to.have.length(before);
    expect(world.clock.pending).to.equal(0);
  });

  it('takes no answer of before for a failure of the element', async () => {
    const world = new PoolWorld();
    const one = await running(world);
    world.behaviours.set('a', () => new Promise(() => {}));
    await world.clock.advance(10_000 - 1);
    const stored = one.store.polls.length;
    world.clock.standStill(30_000);
    await world.clock.advance(0);
    expect(one.collector.isHeld).to.equal(true);
    world.behaviours.delete('a');
    one.collector.goOn({ skipOverdue: true });
    await world.clock.advance(25_000);
    expect(one.store.polls.slice(stored).every(({ ok }) => ok)).to.equal(true);
    expect(eventsOf(one.store)).to.not.include('accessFailed');
    await one.collector.stop();
  });

  it('holds an answer that comes while it asks, and drops it with the element', async () => {
    for (const isKept of [true, false]) {
      const world = new PoolWorld();
      const one = await running(world);
      const stored = one.store.polls.length;
      let answerNow = (): void => {};
      world.behaviours.set(
        'a',
        (request) => new Promise((resolve) => (answerNow = () => resolve(world.answer(request)))),
      );
      await world.clock.advance((one.collector.cursorsOf(nameOf('a'))[0]?.dueInMs ?? 0) + 100);
      expect(world.timesOf('a').at(-1)).to.be.above(25_000);
      one.collector.suspend();
      answerNow();
      await world.clock.advance(1000);
      expect(one.store.polls).to.have.length(stored);
      if (!isKept) await one.collector.drop(nameOf('a'));
      one.collector.goOn({ skipOverdue: true });
      await world.clock.advance(500);
      expect(one.store.polls).to.have.length(stored + (isKept ? 1 : 0));
      await one.collector.stop();
    }
  });

  it('can make up the last poll that fell due, where that is wanted', async () => {
    const world = new PoolWorld();
    const one = await running(world);
    const before = world.tries.length;
    one.collector.suspend();
    await world.clock.advance(30_000);
    expect(world.tries).to.have.length(before);
    expect(one.collector.goOn({ skipOverdue: false })).to.deep.equal({ madeUp: 1, missed: 2 });
    await world.clock.advance(0);
    expect(world.tries).to.have.length(before + 1);
    await one.collector.stop();
  });
});

describe('a pause', () => {
  it('polls nothing, keeps what it has, and does not carry a status over it', async () => {
    const world = new PoolWorld();
    const one = await running(world);
    const before = world.tries.length;
    one.collector.pauseAll();
    await world.clock.advance(600_000);
    expect(world.tries).to.have.length(before);
    expect(one.collector.owned()).to.deep.equal(['device/a']);
    const refused: unknown = await one.collector.pollNow(nameOf('a')).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(PtpError);
    one.collector.resumeAll();
    expect(one.table.get(nameOf('a'))?.status).to.equal('unknown');
    expect(one.store.unwatched).to.have.length(1);
    await world.clock.advance(10_000);
    expect(one.table.get(nameOf('a'))?.status).to.equal('normal');
    expect(world.tries).to.have.length(before + 1);
    await one.collector.stop();
  });

  it('lasts while a suspension ends, and the other way round', async () => {
    const world = new PoolWorld();
    const one = await running(world);
    one.collector.pauseAll();
    one.collector.suspend();
    one.collector.goOn({ skipOverdue: true });
    expect(one.collector.isHeld).to.equal(true);
    one.collector.suspend();
    one.collector.resumeAll();
    expect(one.collector.isHeld).to.equal(true);
    one.collector.goOn({ skipOverdue: true });
    expect(one.collector.isHeld).to.equal(false);
    const before = world.tries.length;
    await world.clock.advance(10_000);
    expect(world.tries).to.have.length(before + 1);
    await one.collector.stop();
  });
});

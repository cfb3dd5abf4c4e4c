import { expect } from 'chai';
import type { Elsewhere } from '../../../../src/assess/status.js';
import type { FailedAccess, Others } from '../../../../src/manager/collector/others.js';
import { accessOf, deviceOf, epochOf, eventsOf, nameOf, PoolWorld, refuse } from './world.js';

/** Says what it is told to say, and notes what it is asked. */
class Asked implements Others {
  readonly failures: FailedAccess[] = [];
  readonly recovered: string[] = [];
  now: Elsewhere = { is: 'awaited' };

  failed(poll: FailedAccess): Elsewhere {
    this.failures.push(poll);
    return this.now;
  }
  answered(key: string): void {
    this.recovered.push(key);
  }
}

const spec = accessOf({ intervalMs: 1000, timeoutMs: 500 });

function world() {
  const pool = new PoolWorld();
  const others = new Asked();
  const member = pool.member('EM1', undefined, others);
  pool.behaviours.set('a', refuse);
  member.collector.own({ element: deviceOf('a', [spec]), epoch: epochOf(1), arrival: 'start' });
  const hear = (elsewhere: Elsewhere) => member.collector.found(nameOf('a'), 0, elsewhere);
  return {
    ...member,
    clock: pool.clock,
    pool,
    others,
    hear,
    polls: () => member.collector.meter.work.polls,
    status: () => member.table.get(nameOf('a'))?.status,
  };
}

describe('what others find of an element that does not answer', () => {
  it('is asked at each poll that fails, and waited for', async () => {
    const { clock, others, status, polls, collector } = world();
    await clock.advance(4500);
    expect(others.failures.length).to.be.at.least(4);
    expect(others.failures.map(({ isFirst }) => isFirst)).to.deep.equal(others.failures.map((_, index) => index === 0));
    expect(others.failures[0]).to.deep.include({ key: 'device/a#0', access: 0 });
    expect(status()).to.equal('unknown');
    expect(polls(), 'nobody knows yet whose fault they are').to.deep.equal({ due: 0, done: 0 });
    await collector.stop();
  });

  it('makes it down at once when nobody reaches it, and all its polls done', async () => {
    const { clock, status, hear, polls, store, collector, others } = world();
    await clock.advance(2500);
    const counted = store.polls.length;
    hear({ is: 'unreached', by: 'EM2' });
    await clock.advance(300);
    expect(status()).to.equal('down');
    expect(eventsOf(store, 'elementDown')).to.have.length(1);
    expect(store.polls.slice(counted).filter(({ isVerdict }) => isVerdict)).to.have.length(1);
    expect(polls().due).to.be.at.least(2);
    expect(polls().done).to.equal(polls().due);
    others.now = { is: 'unreached', by: 'EM2' };
    await clock.advance(20_000);
    expect(polls().done).to.equal(polls().due);
    await collector.stop();
  });

  for (const [elsewhere, expected] of [
    [{ is: 'reached', by: 'EM2', from: 'EM1' }, 'unreachable'],
    [{ is: 'unanswered' }, 'down'],
  ] as const) {
    it(`makes it ${expected} when it is ${elsewhere.is}, and none of its polls done`, async () => {
      const { clock, status, hear, polls, table, collector, others } = world();
      others.now = elsewhere;
      await clock.advance(2500);
      hear(elsewhere);
      await clock.advance(300);
      expect(status()).to.equal(expected);
      expect(polls().due).to.be.at.least(2);
      expect(polls().done).to.equal(0);
      expect(table.get(nameOf('a'))?.access[0]?.ok).to.equal(false);
      await collector.stop();
    });
  }

  it('changes as others find something else, without a poll', async () => {
    const { clock, status, hear, store, collector } = world();
    await clock.advance(2500);
    for (const [elsewhere, expected] of [
      [{ is: 'reached', by: 'EM2', from: 'EM1' }, 'unreachable'],
      [{ is: 'unreached', by: 'EM2' }, 'down'],
      [{ is: 'reached', by: 'EM3', from: 'EM1' }, 'unreachable'],
    ] as const) {
      hear(elsewhere);
      await clock.advance(250);
      expect(status()).to.equal(expected);
    }
    expect(eventsOf(store, 'elementUnreachable')).to.have.length(2);
    await collector.stop();
  });

  it('is of no interest any more when it answers; the failed polls that nobody has confirmed are not done', async () => {
    const { clock, pool, status, hear, polls, others, collector } = world();
    await clock.advance(2500);
    const failed = others.failures.length;
    pool.behaviours.delete('a');
    await clock.advance(3000);
    expect(status()).to.equal('normal');
    expect(others.recovered).to.deep.equal(['device/a#0']);
    hear({ is: 'unreached', by: 'EM2' });
    await clock.advance(300);
    expect(status()).to.equal('normal');
    // The first look is not in the schedule.
    expect(polls().due - polls().done).to.be.within(failed - 1, failed);
    pool.behaviours.set('a', refuse);
    await clock.advance(1500);
    expect(others.failures[failed]?.isFirst).to.equal(true);
    await collector.stop();
  });

  it('is not asked any more about what is not polled here any more, or in another way', async () => {
    const { clock, others, collector } = world();
    await clock.advance(2500);
    const slower = accessOf({ intervalMs: 1500, timeoutMs: 500 });
    collector.own({ element: deviceOf('a', [slower]), epoch: epochOf(2), arrival: 'start' });
    expect(others.recovered).to.deep.equal(['device/a#0']);
    await clock.advance(4500);
    const failed = others.failures.length;
    await collector.drop(nameOf('a'));
    expect(others.recovered).to.deep.equal(['device/a#0', 'device/a#0']);
    await clock.advance(4500);
    expect(others.failures).to.have.length(failed);
    await collector.stop();
  });

  it('goes along to a new owner as the status that it made', async () => {
    const { clock, pool, others, collector } = world();
    others.now = { is: 'reached', by: 'EM2', from: 'EM1' };
    await clock.advance(2500);
    const bundle = collector.bundleOf(nameOf('a'));
    const two = pool.member('EM2');
    pool.behaviours.delete('a');
    two.collector.own({
      element: deviceOf('a', [spec]),
      epoch: epochOf(2),
      arrival: 'handOver',
      ...(bundle && { bundle }),
    });
    expect(two.table.get(nameOf('a'))?.status).to.equal('unreachable');
    await clock.advance(1500);
    expect(two.table.get(nameOf('a'))?.status).to.equal('normal');
    expect(eventsOf(two.store, 'elementReachable')).to.have.length(1);
    await Promise.all([collector.stop(), two.collector.stop()]);
  });

  it('is found of each access for itself', async () => {
    const { clock, pool, others, collector } = world();
    const specs = [spec, accessOf({ method: 'ftp', intervalMs: 1000, timeoutMs: 500 })];
    pool.behaviours.set('b', async (request) => (request.access.method === 'http' ? refuse() : pool.answer(request)));
    collector.own({ element: deviceOf('b', specs), epoch: epochOf(1), arrival: 'start' });
    await clock.advance(3500);
    collector.found(nameOf('b'), 0, { is: 'reached', by: 'EM2', from: 'EM1' });
    const of = (name: string) => collector.meter.work.parts.find(({ part }) => part === name);
    expect(of('ftp')?.done).to.equal(of('ftp')?.due);
    expect(of('http')).to.deep.include({ done: 0 });
    expect(of('http')?.due).to.be.at.least(2);
    expect(others.failures.some(({ key }) => key === 'device/b#1')).to.equal(false);
    await collector.stop();
  });
});

import { expect } from 'chai';
import type { PollRequest } from '../../../../src/access/access.js';
import { PtpError } from '../../../../src/base/errors.js';
import type { Surrogates } from '../../../../src/manager/collector/method-choice.js';
import type { Others } from '../../../../src/manager/collector/others.js';
import { accessOf, deviceOf, epochOf, eventsOf, nameOf, PoolWorld } from './world.js';

const NAME = nameOf('a');
const VIA = accessOf({ via: 'EM2' });

/** A surrogate that reads the world's devices; what it does instead can be said. */
function surrogateIn(world: PoolWorld) {
  const asked: PollRequest[] = [];
  const surrogate: Surrogates & { asked: PollRequest[]; instead: (() => PtpError) | undefined } = {
    asked,
    instead: undefined,
    methodFor: ({ method }) => ({
      method,
      async poll(request) {
        asked.push(request);
        if (surrogate.instead) throw surrogate.instead();
        return { ...world.answer(request), responseMs: 12 };
      },
      check: () => [],
      close: async () => {},
    }),
  };
  return surrogate;
}

const SILENT = () => new PtpError('Access.Surrogate', 'cannot be asked: surrogate EM2 does not answer: it is gone');
const FAILED = () => new PtpError('Access.Timeout', 'from EM2: no answer within 2 s');

describe('an access with a surrogate', () => {
  it('is polled through it, with the numbers, the memory and the times of the owner', async () => {
    const world = new PoolWorld();
    const surrogate = surrogateIn(world);
    const { collector, store, table } = world.member('EM1', undefined, undefined, surrogate);
    collector.own({ element: deviceOf('a', [VIA]), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    expect(world.tries).to.deep.equal([]);
    expect(surrogate.asked.length).to.be.within(3, 4);
    expect(surrogate.asked.at(-1)?.memory).to.have.property('line');
    expect(store.polls.at(-1)).to.include({ ok: true, responseMs: 12 });
    expect(table.get(NAME)?.status).to.equal('normal');
    expect(table.get(NAME)?.access).to.have.nested.property('[0].via', 'EM2');
    expect(table.get(NAME)?.metrics.map(({ name }) => name)).to.include('octets.rate');
    await collector.stop();
  });

  it('is polled directly by the surrogate itself when that owns the element', async () => {
    const world = new PoolWorld();
    const surrogate = surrogateIn(world);
    const { collector, table } = world.member('EM2', undefined, undefined, surrogate);
    collector.own({ element: deviceOf('a', [VIA]), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    expect(surrogate.asked).to.deep.equal([]);
    expect(world.timesOf('a', 'EM2').length).to.be.within(3, 4);
    expect(table.get(NAME)?.access[0]).not.to.have.property('via');
    await collector.stop();
  });

  it('is not polled where nobody can be asked', async () => {
    const world = new PoolWorld();
    const { collector } = world.member('EM1');
    collector.own({ element: deviceOf('a', [VIA]), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(25_000);
    expect(world.tries).to.deep.equal([]);
    await collector.stop();
  });

  it('leaves the element unreachable, and not down, while the surrogate cannot be asked', async () => {
    const world = new PoolWorld();
    const surrogate = surrogateIn(world);
    const { collector, store, table } = world.member('EM1', undefined, undefined, surrogate);
    collector.own({ element: deviceOf('a', [VIA]), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(15_000);
    surrogate.instead = SILENT;
    await world.clock.advance(60_000);
    expect(table.get(NAME)).to.include({
      status: 'unreachable',
      reason: 'http: cannot be asked: surrogate EM2 does not answer: it is gone',
    });
    expect(eventsOf(store, 'elementUnreachable')).to.deep.equal([
      'device/a is unreachable: http: cannot be asked: surrogate EM2 does not answer: it is gone',
    ]);
    surrogate.instead = FAILED;
    await world.clock.advance(400_000);
    expect(table.get(NAME)).to.include({ status: 'down', reason: 'http: from EM2: no answer within 2 s' });
    surrogate.instead = undefined;
    await world.clock.advance(400_000);
    expect(table.get(NAME)?.status).to.equal('normal');
    expect(eventsOf(store, 'elementDown')).to.have.length(1);
    expect(eventsOf(store, 'elementUp')).to.have.length(1);
    await collector.stop();
  });

  it('says nothing against an element that another of its accesses finds down, or good', async () => {
    const world = new PoolWorld();
    const surrogate = surrogateIn(world);
    const nobody: Others = { failed: () => ({ is: 'unreached' }), answered: () => {} };
    const { collector, table } = world.member('EM1', undefined, nobody, surrogate);
    surrogate.instead = SILENT;
    collector.own({ element: deviceOf('a', [VIA, accessOf()]), epoch: epochOf(1), arrival: 'start' });
    await world.clock.advance(60_000);
    expect(table.get(NAME)?.status).to.equal('minor');
    world.behaviours.set('a', async () => {
      throw new PtpError('Access.Timeout', 'no answer within 2 s');
    });
    await world.clock.advance(200_000);
    expect(table.get(NAME)?.status).to.equal('down');
    await collector.stop();
  });
});

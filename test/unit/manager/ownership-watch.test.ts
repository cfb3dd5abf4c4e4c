import { expect } from 'chai';
import { OwnershipWatch } from '../../../src/manager/ownership-watch.js';
import { FakeClock } from '../../support/fake-clock.js';

describe('the watch over what the pool gives to managers', () => {
  const begin = () => {
    const clock = new FakeClock();
    const given = new Map<string, string>();
    const managers = ['EM1', 'EM2'];
    let told: string[] = [];
    const watch = new OwnershipWatch({
      env: { clock },
      managers: () => managers,
      given: (manager) => given.get(manager),
      onChange: (manager) => told.push(manager),
    });
    watch.start();
    const toldWithin = (ms: number): string[] => {
      told = [];
      clock.advanceNow(ms);
      return told;
    };
    return { clock, given, managers, watch, toldWithin };
  };

  it('tells within a second of each manager that is given something else, once', () => {
    const { given, toldWithin } = begin();
    expect(toldWithin(5000)).to.deep.equal([]);
    given.set('EM1', 'a').set('EM2', 'b');
    expect(toldWithin(1000)).to.deep.equal(['EM1', 'EM2']);
    expect(toldWithin(5000)).to.deep.equal([]);
    given.set('EM2', 'c');
    expect(toldWithin(1000)).to.deep.equal(['EM2']);
    expect(toldWithin(5000)).to.deep.equal([]);
  });

  it('tells of nobody when the pool is lost for a while and nothing is different afterwards', () => {
    const { given, toldWithin } = begin();
    given.set('EM1', 'a').set('EM2', 'b');
    toldWithin(1000);
    given.clear();
    expect(toldWithin(3000)).to.deep.equal([]);
    given.set('EM1', 'a').set('EM2', 'c');
    expect(toldWithin(1000)).to.deep.equal(['EM2']);
  });

  it('forgets a manager that is not known any more, and waits for nothing once it is closed', () => {
    const { clock, given, managers, watch, toldWithin } = begin();
    given.set('EM1', 'a');
    toldWithin(1000);
    managers.shift();
    toldWithin(1000);
    managers.unshift('EM1');
    expect(toldWithin(1000)).to.deep.equal(['EM1']);
    watch.close();
    given.set('EM1', 'b');
    expect(toldWithin(5000)).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });
});

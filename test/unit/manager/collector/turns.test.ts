import { expect } from 'chai';
import { patienceOf } from '../../../../src/manager/collector/schedule.js';
import { Turns } from '../../../../src/manager/collector/turns.js';
import { FakeClock } from '../../../support/fake-clock.js';

describe('timers that may wait for one another', () => {
  const begin = () => {
    const clock = new FakeClock();
    const turns = new Turns(clock);
    const ran: [name: string, atMs: number][] = [];
    const at = (name: string, timeMs: number, patienceMs: number, then = () => {}) =>
      turns.at(timeMs, patienceMs, () => {
        ran.push([name, clock.monotonic()]);
        then();
      });
    return { clock, ran, at };
  };

  it('run in one turn, none before its time and none later than it may', () => {
    const { clock, ran, at } = begin();
    at('a', 1001, 250);
    at('b', 1250, 300);
    at('c', 1251, 250);
    at('d', 1240, 60);
    at('e', 1003.5, 9);
    expect(clock.pending, 'c and e have turns of their own').to.equal(3);
    clock.advanceNow(2000);
    expect(ran).to.deep.equal([
      ['e', 1003.5],
      ['a', 1250],
      ['b', 1250],
      ['d', 1250],
      ['c', 1500],
    ]);
  });

  it('runs at once what is overdue', () => {
    const { clock, ran, at } = begin();
    clock.advanceNow(5000);
    at('a', 1001, 250);
    at('b', 1001, 0);
    clock.advanceNow(0);
    expect(ran.map(([name]) => name)).to.deep.equal(['a', 'b']);
  });

  it('takes one back alone, and with the last the turn; also while the turn runs', () => {
    const { clock, ran, at } = begin();
    const first = at('a', 100, 250);
    const second = at('b', 100, 250);
    first.cancel();
    second.cancel();
    second.cancel();
    expect(clock.pending).to.equal(0);
    at('c', 100, 250, () => third.cancel());
    const third = at('d', 100, 250);
    at('e', 100, 250, () => void at('f', 101, 250));
    clock.advanceNow(250);
    expect(ran.map(([name]) => name)).to.deep.equal(['c', 'e', 'f']);
  });

  it('lets a poll wait for a twentieth of its interval at most', () => {
    expect([200, 1000, 5000, 30_000].map((intervalMs) => patienceOf(intervalMs, 250))).to.deep.equal([
      10, 50, 250, 250,
    ]);
    expect(patienceOf(30_000, 0)).to.equal(0);
  });
});

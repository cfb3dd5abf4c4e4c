import { expect } from 'chai';
import { sleep } from '../../../src/base/env.js';
import { FakeClock } from '../../support/fake-clock.js';
import { seededRandom, testEnv } from '../../support/test-env.js';

describe('the fake clock', () => {
  it('runs timers in the order of their times, each at its own time', async () => {
    const clock = new FakeClock(1_000);
    const ran: string[] = [];
    const note = (name: string) => () => ran.push(`${name}@${clock.monotonic()}/${clock.now()}`);
    clock.after(30, note('c'));
    clock.after(10, note('a'));
    clock.after(10, note('b'));
    clock.after(20, note('never')).cancel();
    clock.after(31, note('late'));
    await clock.advance(30);
    expect(ran).to.deep.equal(['a@10/1010', 'b@10/1010', 'c@30/1030']);
    expect(clock.pending).to.equal(1);
    expect(clock.untilNext).to.equal(1);
  });

  it('follows promises between timers', async () => {
    const clock = new FakeClock();
    const steps: number[] = [];
    const walk = async () => {
      for (let step = 0; step < 3; step++) {
        await sleep(clock, 10);
        steps.push(clock.monotonic());
      }
    };
    const done = walk();
    await clock.advance(30);
    await done;
    expect(steps).to.deep.equal([10, 20, 30]);
  });

  it('lets the wall clock jump without the other noticing', () => {
    const clock = new FakeClock(5_000);
    clock.jumpWall(-3_600_000);
    clock.advanceNow(7);
    expect([clock.now(), clock.monotonic()]).to.deep.equal([5_000 - 3_600_000 + 7, 7]);
  });
});

describe('chance and log of tests', () => {
  it('draws the same for the same seed, and something else for another', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return [random.next(), random.next(), random.bytes(40).toString('hex')];
    };
    expect(draw(1)).to.deep.equal(draw(1));
    expect(draw(1)).to.not.deep.equal(draw(2));
    expect(draw(1)[0]).to.not.equal(draw(1)[1]);
    expect(seededRandom().bytes(40)).to.have.length(40);
  });

  it('keeps what children log, with their fields, errors spelled out', () => {
    const { log } = testEnv();
    log.child({ peer: 'EM2' }).warn('lost', { error: new Error('no route', { cause: 'cable' }) });
    expect(log.lines).to.have.length(1);
    expect(log.text).to.contain('warn lost').and.to.contain('EM2').and.to.contain('no route').and.to.contain('cable');
  });
});

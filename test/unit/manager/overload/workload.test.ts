import { expect } from 'chai';
import { reachesInMs } from '../../../../src/manager/overload/trend.js';
import { turnEvent, workloadText } from '../../../../src/manager/overload/words.js';
import { type Measured, newWorkload, step, type Turn } from '../../../../src/manager/overload/workload.js';

const EVERY_MS = 5000;

const measured = (core: number, more: Partial<Measured> = {}): Measured => ({
  used: { core, places: 0.01, store: 0, memory: 0.1 },
  expected: 0,
  lagMs: 5,
  worstLagMs: 40,
  waiting: 0,
  ...more,
});

/** Measures one after the other, five seconds apart. */
function run(count: number, at: (seconds: number) => Measured, load = newWorkload(0), from = 0) {
  const turns: (Turn & { seconds: number })[] = [];
  for (let number = from + 1; number <= from + count; number += 1) {
    const turned = step(load, at((number * EVERY_MS) / 1000), number * EVERY_MS);
    if (turned) turns.push({ ...turned, seconds: (number * EVERY_MS) / 1000 });
  }
  return { load, turns };
}

describe('the workload of a manager', () => {
  it('is ample while little is used, and through the work of a start or a takeover', () => {
    expect(run(200, () => measured(0.45)).turns).to.deep.equal([]);
    expect(run(200, (seconds) => measured(seconds <= 15 ? 1 : 0.2)).turns).to.deep.equal([]);
    const { turns } = run(200, (seconds) => measured(seconds > 300 && seconds <= 315 ? 1 : 0.2));
    expect(turns).to.deep.equal([]);
  });

  it('is tight when much is used, before any poll is late', () => {
    const { turns, load } = run(60, () => measured(0.62));
    expect(turns.map(({ to }) => to)).to.deep.equal(['tight']);
    expect(turns[0]?.seconds).to.be.below(90);
    expect(workloadText(load, 40)).to.match(/^its main thread is busy 62 % of the time, and beyond 80 % polls/);
  });

  it('foresees at steady growth when polls will be late, and says in how long', () => {
    // 1 % of a core more each half minute: at 80 % after 40 minutes, tight by its use alone after 28.
    const { turns, load } = run(12 * 26, (seconds) => measured(seconds / 3000));
    expect(turns).to.have.length(1);
    const [first] = turns;
    expect(first?.to).to.equal('tight');
    expect(first?.seconds).to.be.within(24 * 60, 27 * 60);
    expect(load.lateInMs).to.be.within(13 * 60_000, 15.5 * 60_000);
    expect(workloadText(load, 0)).to.match(/at the present growth they will in about 1[3-5] min$/);
  });

  it('foresees nothing from what goes up and down', () => {
    const { turns } = run(720, (seconds) => measured(0.4 + 0.12 * Math.sin(seconds / 60)));
    expect(turns).to.deep.equal([]);
    expect(reachesInMs([], 1, 0)).to.equal(undefined);
  });

  it('says at once when what it is given is known to be too much', () => {
    const { load } = run(60, () => measured(0.1));
    const { turns } = run(1, () => measured(0.1, { expected: 0.9 }), load, 60);
    expect(turns.map(({ to }) => to)).to.deep.equal(['tight']);
    expect(workloadText(load, 0)).to.match(/^what it has to poll will take 90 % of its main thread's time/);
  });

  it('is late when polls begin late twice in a row, not for one pause, and says by what', () => {
    const pause = run(60, (seconds) => measured(0.3, seconds === 100 ? { lagMs: 1500, worstLagMs: 3000 } : {}));
    expect(pause.turns).to.deep.equal([]);
    const slow = { used: { core: 0.2, places: 1, store: 0, memory: 0.1 }, waiting: 300 };
    const { turns, load } = run(60, (seconds) => measured(0.2, seconds > 200 ? { ...slow, worstLagMs: 2500 } : slow));
    expect(turns.map(({ to }) => to)).to.deep.equal(['tight', 'late']);
    expect(workloadText(load, 2500)).to.match(/^polls begin late, by up to 2\.5 s: 100 % of the places .* slowly$/);
  });

  it('takes a minute to be better, and does not flutter', () => {
    const { load, turns: first } = run(60, () => measured(0.6));
    expect(first.map(({ to }) => to)).to.deep.equal(['tight']);
    const between = run(120, (seconds) => measured(seconds % 60 < 30 ? 0.53 : 0.57), load, 60);
    expect(between.turns).to.deep.equal([]);
    const after = run(60, () => measured(0.3), load, 180);
    expect(after.turns.map(({ to }) => to)).to.deep.equal(['ample']);
    expect((after.turns[0]?.seconds ?? 0) - 900).to.be.within(60, 120);
  });

  it('is told by a warning before, an alarm when it is late, and a clear at the end', () => {
    const event = (from: Turn['from'], to: Turn['to']) => turnEvent('EM1', { from, to }, 'it is so', 'more of it');
    expect(event('ample', 'tight')).to.deep.include({
      severity: 'warning',
      text: 'EM1 is close to more than it can do: it is so; more of it',
    });
    expect(event('tight', 'late')).to.deep.include({ severity: 'major', name: 'managerOverload' });
    expect(event('late', 'tight').text).to.match(/^EM1 begins its polls in time again, and is close to/);
    expect(turnEvent('EM1', { from: 'tight', to: 'ample' }, undefined, '')).to.deep.equal({
      severity: 'cleared',
      name: 'managerOverload',
      alarm: 'overload',
      text: 'EM1 has time enough for what it polls again',
    });
  });
});

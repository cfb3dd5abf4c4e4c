/** Simulated pools in their short form; `ptpmgr simulate --runs 10000` is the long one. */
import { expect } from 'chai';
import { simulateMasterships as simulate } from '../../src/sim/mastership/simulation.js';
import type { RunResult } from '../../src/sim/run.js';
import { simulateMany } from '../../src/sim/runner.js';
import { shrink } from '../../src/sim/shrink.js';
import { EXPECTED_OF_MASTERSHIPS, LARGE_RUN, outcomeOf, Summary } from '../../src/sim/summary.js';
import { BROKEN } from './broken.js';

const RUNS = 40;

describe('simulated pools', () => {
  it('keep what must always hold under faults, and find a master when these cease', async function () {
    this.timeout(120_000);
    const summary = await simulateMany({ seed: 1, runs: RUNS, durationMs: 120_000 });
    expect(summary.failures).to.deep.equal([]);
    expect(summary.runs).to.equal(RUNS);
    const unseen = EXPECTED_OF_MASTERSHIPS.filter((what) => summary.counts.get(what) === 0);
    expect(unseen).to.deep.equal([]);
  });

  it('pass messages as bytes in some runs', () => {
    expect(simulate({ seed: 100, durationMs: 90_000 }).failure).to.equal(undefined);
  });

  it('are found for every size', () => {
    for (const managers of [1, 2, 3, 9, 12])
      expect(simulate({ seed: managers, managers, durationMs: 90_000 }).failure, `${managers}`).to.equal(undefined);
  });

  it('replay to the letter from their seed', () => {
    const run = () => simulate({ seed: 7, durationMs: 90_000, withTranscript: true }).transcript;
    expect(run()).to.deep.equal(run());
  });

  it('fail with fewer faults than were drawn, and say what happened', () => {
    const machine = BROKEN['a voter forgets over a restart what it promised'];
    const failing = (seed: number): RunResult => {
      const result = simulate({ seed, machine, durationMs: 90_000 });
      return result.failure ? result : failing(seed + 1);
    };
    const failed = failing(1);
    const small = shrink(
      (options) => simulate({ ...options, machine }),
      { seed: failed.seed, durationMs: 90_000 },
      failed,
    );
    expect(small.failure?.rule).to.equal(failed.failure?.rule);
    expect(small.faults.length).to.be.below(Math.max(2, failed.faults.length));
    const { seed } = failed;
    const again = simulate({ seed, machine, durationMs: 90_000, faults: small.faults, withTranscript: true });
    expect(again.failure).to.deep.equal(small.failure);
    expect(again.transcript[0]).to.match(/^ {2,}\d+\.\d{4} m\d+ +starts as incarnation \d+ of m/);
  });
});

describe('a summary of runs', () => {
  const quiet = outcomeOf(simulate({ seed: 1, durationMs: 46_000, faults: [] }));

  it('misses nothing in few runs', () => {
    const summary = new Summary(EXPECTED_OF_MASTERSHIPS);
    summary.add(quiet);
    expect(summary.isGood).to.equal(true);
  });

  it('fails many runs in which something never happened', () => {
    const summary = new Summary(EXPECTED_OF_MASTERSHIPS);
    for (let run = 0; run < LARGE_RUN; run += 1) summary.add(quiet);
    expect(summary.missing()).to.include('fault: lost disk').and.not.to.include('message: renew');
    expect(summary.isGood).to.equal(false);
  });
});

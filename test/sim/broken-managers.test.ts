/** What is broken in a manager, whole pools of them show. */
import { expect } from 'chai';
import { simulatePool } from '../../src/sim/manager/simulation.js';
import type { RunResult } from '../../src/sim/run.js';
import { BROKEN_MANAGERS } from './broken-managers.js';

/** Each has to be caught within so many seeds. */
const MOST_SEEDS = 200;

/** By seed: most are caught by the same few. */
const sound = new Map<number, RunResult['failure']>();
function failureOfTheSound(seed: number): RunResult['failure'] {
  if (!sound.has(seed)) sound.set(seed, simulatePool({ seed, durationMs: 100_000 }).failure);
  return sound.get(seed);
}

describe('the simulator catches a pool in which', () => {
  for (const [what, machine] of Object.entries(BROKEN_MANAGERS)) {
    it(what, function () {
      this.timeout(300_000);
      let seed = 1;
      while (seed <= MOST_SEEDS && !simulatePool({ seed, machine, durationMs: 100_000 }).failure) seed += 1;
      expect(seed).to.be.at.most(MOST_SEEDS);
      // What failed was the break, not what it was made in.
      expect(failureOfTheSound(seed)).to.equal(undefined);
    });
  }
});

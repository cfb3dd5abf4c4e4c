/** The simulator is worth something only if it finds what is broken on purpose. */
import { expect } from 'chai';
import { simulateMasterships as simulate } from '../../src/sim/mastership/simulation.js';
import type { RunResult } from '../../src/sim/run.js';
import { BROKEN } from './broken.js';

/** Each has to be caught within so many seeds. */
const MOST_SEEDS = 500;

/** By seed: most are caught by the same few. */
const sound = new Map<number, RunResult['failure']>();
function failureOfTheSound(seed: number): RunResult['failure'] {
  if (!sound.has(seed)) sound.set(seed, simulate({ seed, durationMs: 120_000 }).failure);
  return sound.get(seed);
}

describe('the simulator catches a mastership in which', () => {
  for (const [what, machine] of Object.entries(BROKEN)) {
    it(what, function () {
      this.timeout(120_000);
      let seed = 1;
      while (seed <= MOST_SEEDS && !simulate({ seed, machine, durationMs: 120_000 }).failure) seed += 1;
      expect(seed).to.be.at.most(MOST_SEEDS);
      // What failed was the break, not what it was made in.
      expect(failureOfTheSound(seed)).to.equal(undefined);
    });
  }
});

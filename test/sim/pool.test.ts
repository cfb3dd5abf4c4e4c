/** Simulated pools of whole managers in their short form. */
import { expect } from 'chai';
import { simulatePool } from '../../src/sim/manager/simulation.js';
import { EXPECTED_OF_MANAGERS } from '../../src/sim/summary.js';

const RUNS = 40;
/** So seldom that only a large run has to see them. */
const SELDOM: readonly string[] = [
  'mode: winning to following',
  'disk: newest one lost',
  'message: install',
  'news: restored',
  'effect: refresh',
  'store: lease',
  'shutdown: with elements left',
];

describe('simulated pools of whole managers', () => {
  it('keep what must always hold under faults, and have one live owner for each element when these cease', function () {
    this.timeout(300_000);
    const seen = new Set<string>();
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const { failure, counts } = simulatePool({ seed, durationMs: 120_000 });
      expect(failure, `seed ${seed}`).to.equal(undefined);
      for (const [what] of counts.sorted()) seen.add(what);
    }
    expect(EXPECTED_OF_MANAGERS.filter((what) => !seen.has(what) && !SELDOM.includes(what))).to.deep.equal([]);
  });

  it('pass messages as bytes in some runs', function () {
    this.timeout(60_000);
    expect(simulatePool({ seed: 100, durationMs: 90_000 }).failure).to.equal(undefined);
  });

  it('are found for every size', function () {
    this.timeout(120_000);
    for (const managers of [1, 2, 3, 9, 12])
      expect(simulatePool({ seed: managers, managers, durationMs: 90_000 }).failure, `${managers}`).to.equal(undefined);
  });

  it('poll nothing twice and miss nothing where people only move elements', function () {
    this.timeout(120_000);
    for (let seed = 1; seed <= 10; seed += 1) {
      const faults = Array.from({ length: 40 }, (_, at) => ({
        is: 'delegation' as const,
        atMs: 10_000 + 900 * at,
        element: seed + 7 * at,
        to: undefined,
        forMs: at % 3 === 0 ? 4_000 : undefined,
      }));
      const { failure, counts } = simulatePool({ seed, faults, durationMs: 90_000 });
      expect(failure, `seed ${seed}`).to.equal(undefined);
      expect([counts.get('poll: doubled'), counts.get('poll: missed')], `seed ${seed}`).to.deep.equal([0, 0]);
    }
  });

  it('replay to the letter from their seed', function () {
    this.timeout(60_000);
    const run = () => simulatePool({ seed: 7, durationMs: 60_000, withTranscript: true }).transcript;
    expect(run()).to.deep.equal(run());
  });
});

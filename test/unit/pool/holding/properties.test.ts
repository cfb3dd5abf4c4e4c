/** Nobody misses a poll, whatever the network does: many worlds, each from its seed. */
import { expect } from 'chai';
import { faultsOf, type Kind, LOSSY, PATCHY, play, QUIET, WILD } from './worlds.js';

/** Plays the worlds of the first seeds, and counts over all of them what has happened. */
function playAll(kind: Kind, seeds: number): { readonly counts: Map<string, number>; readonly repairs: number } {
  const counts = new Map<string, number>();
  let repairs = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const world = play(kind, seed);
    expect(faultsOf(world, kind === QUIET), `seed ${seed}`).to.deep.equal([]);
    for (const [what, count] of world.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    repairs += world.master.repairs;
  }
  return { counts, repairs };
}

describe('hand-over in a small world', () => {
  it('polls every number exactly once where no message is lost', () => {
    const { counts, repairs } = playAll(QUIET, 40);
    expect(repairs, 'complete lists sent because digests differed').to.equal(0);
    for (const what of ['poll handOver', 'release', 'notTaken', 'renew', 'warm', 'stale order'])
      expect(counts.get(what), what).to.be.above(20);
  });

  it('misses none where messages are lost, late and doubled, and decisions are taken back', () => {
    const { counts } = playAll(LOSSY, 60);
    for (const what of ['poll handOver', 'poll takeOver', 'release', 'stop', 'notTaken', 'stale order'])
      expect(counts.get(what), what).to.be.above(50);
  });

  it('misses none where orders overtake the words of takers', () => {
    const { counts } = playAll(PATCHY, 40);
    for (const what of ['poll handOver', 'poll takeOver', 'release']) expect(counts.get(what), what).to.be.above(20);
  });

  it('misses none but those of the dead, and comes to exactly one that polls', () => {
    const { counts } = playAll(WILD, 80);
    for (const what of ['crash', 'poll handOver', 'poll takeOver', 'release', 'stop', 'stale order'])
      expect(counts.get(what), what).to.be.above(50);
  });
});

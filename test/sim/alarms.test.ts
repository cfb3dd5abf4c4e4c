/** Alarms get through whatever happens to one manager (SPEC 6, rule 5), and who would lose them is found. */
import { expect } from 'chai';
import { BROKEN_KEEPING } from './alarms/broken.js';
import { simulateAlarms } from './alarms/world.js';

const SEEDS = 10;
/** Share of messages that are late, in every other run and wherever something is broken. */
const LATE = 0.15;
/** Each break has to be found within so many. */
const MOST_SEEDS = 60;
/** None of these may stay out, or the world is milder than it should be. */
const WANTED = [
  'acknowledge answered',
  'clear answered',
  'crash',
  'crash with the disk',
  'quick restart',
  'cut off',
  'messages lost for a while',
  'move',
  'another stand-in',
  'takeover',
];

describe('alarms in a simulated pool', function () {
  this.timeout(120_000);

  it('are on two disks when they count, and survive the crash of any one manager', async () => {
    const done = new Map<string, number>();
    const looks = { shown: 0, kept: 0, survivors: 0, takenOver: 0 };
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const result = await simulateAlarms({ seed, ...(seed % 2 === 0 && { late: LATE }) });
      expect(result.failure, `seed ${seed}`).to.equal(undefined);
      for (const [what, count] of Object.entries(result.done)) done.set(what, (done.get(what) ?? 0) + count);
      looks.kept += result.looks.kept;
      looks.shown += result.looks.shown;
      looks.survivors += result.looks.survivors;
      looks.takenOver += result.looks.takenOver;
    }
    expect(WANTED.filter((what) => !done.has(what))).to.deep.equal([]);
    expect(looks.kept).to.be.above(looks.shown / 2);
    expect(looks.survivors).to.be.above(10_000);
    expect(looks.takenOver).to.be.above(20);
  });

  for (const [what, machine] of Object.entries(BROKEN_KEEPING)) {
    it(`are found to be lost where ${what}`, async () => {
      let seed = 1;
      while (seed <= MOST_SEEDS && !(await simulateAlarms({ seed, machine, late: LATE })).failure) seed += 1;
      expect(seed).to.be.at.most(MOST_SEEDS);
      // What failed was the break, not what it was made in.
      expect((await simulateAlarms({ seed, late: LATE })).failure).to.equal(undefined);
    });
  }
});

/** Founding under loss, cuts, crashes and late starts: never two pools, and one in the end. */
import { expect } from 'chai';
import { majorityOf, voters } from '../../../../src/pool/member.js';
import type { Standing } from '../../../../src/pool/membership/founding.js';
import { Stream } from '../../../../src/sim/random.js';
import type { Settings } from './founding-manager.js';
import { FoundingWorld } from './founding-world.js';

const FIRST_SEED = Number(process.env.FIRST_SEED ?? 1);
const SEEDS = Number(process.env.SEEDS ?? 150);
const FAULTS_END_MS = 40_000;
/** Foundings that came to nothing take 10 s, then 20; a dead member is dropped after 15. */
const END_MS = 120_000;

/** All name all: whom they hear and when they start is drawn. */
function drawWorld(seed: number, size: number): FoundingWorld {
  const stream = new Stream(seed, 'settings');
  const ids = Array.from({ length: size }, (_, at) => `m${at + 1}`);
  const witness = stream.chance(0.3) ? ids.at(-1) : undefined;
  const settings = ids.map(
    (id): Settings => ({
      id,
      names: ids.filter((other) => other !== id),
      priority: stream.int(2),
      role: id === witness ? 'EIM' : 'EM',
    }),
  );
  const world = new FoundingWorld(settings, seed);
  world.latencyMs = stream.spread(1, 400);
  world.loss = stream.pick([0, 0.1, 0.3, 0.6]);
  return world;
}

/** At first two sides do not hear each other, and both hear those in between: who founds with them? */
function bridge(world: FoundingWorld, stream: Stream): void {
  const sides = world.managers.map(() => stream.pick(['left', 'right', 'between']));
  for (const [at, from] of world.managers.entries())
    for (const [index, to] of world.managers.entries()) {
      const [one, other] = [sides[at], sides[index]];
      if (one !== other && one !== 'between' && other !== 'between') world.cut(from.id, to.id);
    }
  world.after(stream.spread(1_000, FAULTS_END_MS), () => world.heal());
}

/** Crashes, restarts and cuts until the end of the faults; then a minority stays down for good. */
function disturb(world: FoundingWorld, seed: number): void {
  const stream = new Stream(seed, 'faults');
  const { managers } = world;
  const lateMs = stream.pick([0, 1_000, 10_000]);
  for (const manager of managers) world.after(stream.between(0, lateMs), () => manager.start());
  if (stream.chance(0.5)) bridge(world, stream);
  for (let count = stream.int(stream.pick([3, 30])); count > 0; count -= 1) {
    const [one, other] = [stream.int(managers.length), stream.int(managers.length)].map((at) => managers[at]);
    if (!one || !other) continue;
    const atMs = stream.between(0, stream.pick([3_000, FAULTS_END_MS]));
    switch (stream.int(4)) {
      case 0:
        world.after(atMs, () => one.crash());
        break;
      case 1:
        world.after(atMs, () => one.start());
        break;
      case 2:
        world.after(atMs, () => world.cut(one.id, other.id));
        break;
      case 3:
        world.after(atMs, () => {
          const side = new Set(stream.some(managers.length));
          for (const [at, from] of managers.entries())
            for (const [index, to] of managers.entries())
              if (side.has(at) !== side.has(index)) world.cut(from.id, to.id);
        });
        world.after(atMs + stream.spread(500, 20_000), () => world.heal());
        break;
    }
  }
  world.after(FAULTS_END_MS, () => {
    world.heal();
    world.latencyMs = Math.min(world.latencyMs, 50);
    const some = stream.chance(0.3) ? [] : stream.some(managers.length).slice(0, (managers.length - 1) / 2);
    const down = new Set(some.flatMap((at) => managers[at]?.id ?? []));
    const isEnough = managers.every(({ rosterOnDisk: roster }) => {
      const left = voters(roster).filter(
        ({ id, identity }) => !down.has(id) && world.manager(id).disk.identity === identity,
      );
      return roster.members.length === 0 || left.length >= majorityOf(roster);
    });
    for (const manager of managers) {
      if (isEnough && down.has(manager.id)) manager.crash();
      else manager.start();
    }
  });
}

/** A roster may be written that those who are left cannot confirm: two of them failed while it was decided. */
function hasMajority(world: FoundingWorld): boolean {
  const [newest] = world.living.map(({ rosterOnDisk }) => rosterOnDisk).sort((a, b) => b.version - a.version);
  const living = newest && voters(newest).filter(({ id }) => world.living.some((manager) => manager.id === id));
  return newest === undefined || (living?.length ?? 0) >= majorityOf(newest);
}

/** Some have begun a founding, others are in a better one, and neither are enough: see `founding.ts`. */
function isTorn({ living }: FoundingWorld): boolean {
  const standings = living.flatMap(({ standing }) => standing ?? []);
  const begun = standings.filter(({ stage }) => stage === 'begun');
  const isElsewhere = ({ roster }: Standing) => begun.some((one) => one.roster.pool !== roster.pool);
  return standings.every(({ stage }) => stage !== 'settled') && standings.some(isElsewhere);
}

describe('founding in a random world', () => {
  it('never has two pools act, and has all that run in one pool in the end', function () {
    this.timeout(120_000);
    const counts = { foundings: 0, several: 0, abandoned: 0, hopeless: 0, admitted: 0, dropped: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
      const world = drawWorld(seed, 2 + (seed % 5));
      disturb(world, seed);
      world.run(END_MS);
      expect([...world.acted].length, `pools that had a master, seed ${seed}`).to.be.at.most(1);
      if (!hasMajority(world) || isTorn(world)) counts.hopeless += 1;
      else expect(world.isSettled, `settled, seed ${seed}: ${world.describe()}`).to.equal(true);
      const effects = world.managers.flatMap((manager) => manager.effects);
      const pools = new Set(effects.flatMap((effect) => (effect.is === 'adopt' ? [effect.roster.pool] : [])));
      counts.foundings += pools.size;
      counts.several += Number(pools.size > 1);
      counts.abandoned += effects.filter(({ is }) => is === 'abandon').length;
      for (const { is } of world.changes) if (is === 'admitted' || is === 'dropped') counts[is] += 1;
    }
    // What never happened was not tried.
    expect(counts.several, JSON.stringify(counts)).to.be.above(SEEDS / 20);
    expect(Math.min(counts.abandoned, counts.admitted, counts.dropped), JSON.stringify(counts)).to.be.above(0);
    expect(counts.hopeless, JSON.stringify(counts)).to.be.at.most(SEEDS / 50);
  });
});

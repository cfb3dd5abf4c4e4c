/** `quorum="none"`: two managers that go on without each other, and meet again. */
import { expect } from 'chai';
import { chanceOf, HEARTBEAT_MS, otherOf, SIDES, type Side, TwoWorld } from './quorum-none-world.js';
import { elementOf } from './small-world.js';

/** Both started, founded, and each with what it lists. */
function founded(seed = 1, founds = false): TwoWorld {
  const world = new TwoWorld(chanceOf(seed), founds);
  for (const side of SIDES) world.start(side);
  world.run(12_000);
  return world;
}

const cutOff = (world: TwoWorld, ...sides: readonly Side[]): void => {
  world.cut.clear();
  for (const side of sides) world.cut.add(side);
};

const termOf = (world: TwoWorld, side: Side): number => world.get(side).node?.mastership.durable.term ?? 0;
const rosterOf = (world: TwoWorld, side: Side) => world.get(side).node?.roster;

describe('two managers without a witness', () => {
  for (const founds of [false, true])
    it(`found their pool together${founds ? ', or one after the other,' : ''} and go on alone from then on`, () => {
      const world = founded(1, founds);
      expect(world.unrest()).to.deep.equal([]);
      expect(SIDES.map((side) => rosterOf(world, side)?.quorum)).to.deep.equal(['none', 'none']);
    });

  it('found nothing alone', () => {
    const world = new TwoWorld(chanceOf(1));
    world.start('a');
    world.run(30_000);
    expect(world.acting()).to.deep.equal([]);
    expect(rosterOf(world, 'a')?.members).to.deep.equal([]);
  });

  for (const side of SIDES)
    it(`go on when ${side} dies, and when ${otherOf(side)} is the only one that starts again`, () => {
      const world = founded();
      world.crash(side);
      world.run(10 * HEARTBEAT_MS);
      expect(world.acting()).to.deep.equal([otherOf(side)]);
      expect(world.pollers(`device/${side}-0`)).to.deep.equal([otherOf(side)]);
      world.crash(otherOf(side));
      world.run(1_000);
      world.start(otherOf(side));
      world.run(10_000);
      expect(world.acting()).to.deep.equal([otherOf(side)]);
      expect(world.pollers(`device/${side}-0`)).to.deep.equal([otherOf(side)]);
      world.start(side);
      world.run(10 * HEARTBEAT_MS);
      expect(world.unrest()).to.deep.equal([]);
    });

  it('are both masters while they are apart, and one of a term above both when they meet', () => {
    const world = founded();
    cutOff(world, 'a', 'b');
    world.run(10_000);
    expect(world.acting()).to.deep.equal(['a', 'b']);
    for (const side of SIDES) expect(world.pollers(`device/${side}-0`)).to.deep.equal(['a', 'b']);
    const before = Math.max(...SIDES.map((side) => termOf(world, side)));
    cutOff(world);
    world.run(10 * HEARTBEAT_MS);
    expect(world.unrest()).to.deep.equal([]);
    expect(world.meetings).to.equal(1);
    expect(termOf(world, 'a')).to.be.greaterThan(before);
  });

  it('go by the roster of the one that stays, though that of the other has been changed more often', () => {
    const world = founded();
    cutOff(world, 'a', 'b');
    for (let starts = 0; starts < 4; starts += 1) {
      world.crash('b');
      world.run(100);
      world.start('b');
      world.run(5_000);
    }
    expect(rosterOf(world, 'b')?.version).to.be.greaterThan((rosterOf(world, 'a')?.version ?? 0) + 2);
    cutOff(world);
    world.run(10 * HEARTBEAT_MS);
    expect(world.acting()).to.deep.equal(['a']);
    expect(rosterOf(world, 'b')?.version).to.equal(rosterOf(world, 'a')?.version);
  });

  it('keep what the higher-ranked has decided, and take up again what the other lists', () => {
    const world = founded();
    cutOff(world, 'a', 'b');
    world.run(5_000);
    for (const side of SIDES) {
      const one = world.get(side);
      one.elements = [...one.elements.slice(1), elementOf(`device/${side}-new`, { cost: 0.01 })];
      world.offer(side);
    }
    world.run(5_000);
    cutOff(world);
    const gaps: string[] = [];
    for (let at = 0; at < 500; at += 1) {
      world.run(10);
      for (const side of SIDES) if (world.pollers(`device/${side}-new`).length === 0) gaps.push(side);
    }
    expect(gaps).to.deep.equal([]);
    expect(world.unrest()).to.deep.equal([]);
    expect(world.wrongs).to.deep.equal([]);
  });
});

/** Runs drawn from one number each; more of them, or others, by these variables. */
const RUNS = Number(process.env.QUORUM_NONE_RUNS ?? 40);
const LINES = Number(process.env.QUORUM_NONE_LOG ?? 60);
const FIRST = Number(process.env.QUORUM_NONE_SEED ?? 1);

describe('two managers without a witness, in any weather', () => {
  it('are one pool within ten heartbeats whenever they hear each other again', function () {
    this.timeout(Math.max(20_000, RUNS * 2_000));
    const worlds = Array.from({ length: RUNS }, (_, at) => trial(FIRST + at));
    const count = (of: (world: TwoWorld) => number) => worlds.reduce((sum, world) => sum + of(world), 0);
    expect(count(({ meetings }) => meetings)).to.be.greaterThan(RUNS / 4);
    expect(count(({ folded }) => folded)).to.be.greaterThan(RUNS / 10);
  });
});

/**
 * What is wrong ten heartbeats from now, and has not been right since it was wrong last. That something is decided at that
 * very moment is right: elements return to their homes meanwhile, so two may poll one of them.
 */
function settles(world: TwoWorld): string[] {
  const sinceMs = world.nowMs;
  let unrest = world.unrest();
  let calmMs: number | undefined;
  while (world.nowMs < sinceMs + 10 * HEARTBEAT_MS) {
    if (unrest.some((wrong) => !/^inventories| and /.test(wrong))) calmMs = undefined;
    else if (unrest.length === 0) calmMs ??= world.nowMs;
    world.run(25);
    unrest = world.unrest();
  }
  return calmMs === undefined ? ['never at rest', ...unrest] : [];
}

function trial(seed: number): TwoWorld {
  const chance = chanceOf(seed);
  const world = new TwoWorld(chance, chance() < 0.3);
  if (chance() < 0.3) world.get(chance() < 0.5 ? 'a' : 'b').priority = 5;
  world.mostDelayMs = chance() < 0.3 ? 60 : 5;
  for (const side of SIDES) world.start(side);
  world.run(12_000);
  let added = 0;
  for (let round = 0; round < 5; round += 1) {
    trouble(world, chance, () => `extra-${added++}`);
    cutOff(world);
    world.lossRate = 0;
    for (const side of SIDES) world.start(side);
    const wrong = [...settles(world), ...world.wrongs];
    if (wrong.length > 0)
      throw new Error(`seed ${seed}, round ${round}: ${[...wrong, ...world.log.slice(-LINES)].join('\n')}`);
    world.run(chance() * 20_000);
  }
  return world;
}

/** Some seconds in which several things go wrong. */
function trouble(world: TwoWorld, chance: () => number, name: () => string): void {
  const side = (): Side => (chance() < 0.5 ? 'a' : 'b');
  for (let count = 1 + Math.floor(chance() * 6); count > 0; count -= 1) {
    const what = chance();
    if (what < 0.25) cutOff(world, 'a', 'b');
    else if (what < 0.4) cutOff(world, side());
    else if (what < 0.5) cutOff(world);
    else if (what < 0.57) world.lossRate = chance() * 0.5;
    else if (what < 0.67) world.crash(side());
    else if (what < 0.72) leave(world, side());
    else if (what < 0.82) for (const one of SIDES) world.start(one);
    else if (what < 0.88) world.fold(side());
    else if (what < 0.94) delegate(world, side(), chance);
    else change(world, side(), chance, name());
    world.run(chance() * 6_000);
  }
}

function change(world: TwoWorld, side: Side, chance: () => number, name: string): void {
  const one = world.get(side);
  const rest = chance() < 0.5 ? one.elements : one.elements.slice(1);
  one.elements = [...rest, elementOf(`device/${side}-${name}`, { cost: 0.01, pool: chance() < 0.3 })];
  world.offer(side);
}

/** Shuts down in order. */
function leave(world: TwoWorld, side: Side): void {
  world.input(side, { is: 'wants', wants: 'leaving' });
  world.run(2_000);
  world.input(side, { is: 'leave' });
  world.run(500);
  world.crash(side);
}

function delegate(world: TwoWorld, side: Side, chance: () => number): void {
  const [first] = world.get(side).elements;
  if (!first) return;
  for (const master of world.acting()) {
    const to = chance() < 0.5 ? 'a' : 'b';
    const recall = chance() < 0.3;
    world.input(master, { is: 'delegate', ticket: 1, elements: [first.name], to, because: 'person', recall });
  }
}

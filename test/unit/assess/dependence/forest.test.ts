import { expect } from 'chai';
import fc from 'fast-check';
import { Forest, nameAt, type Plant } from './forest.js';

const plant = (over: Partial<Plant> = {}): Plant => ({
  parents: [],
  manager: 0,
  intervalMs: 30_000,
  phaseMs: 1_000,
  ...over,
});

/** A dead router takes so long to be called down, and what is behind it to come back. */
const SETTLED_MS = 400_000;

const plants = fc
  .array(
    fc.record({
      seeds: fc.array(fc.nat(), { maxLength: 2 }),
      isService: fc.boolean(),
      manager: fc.nat({ max: 2 }),
      intervalMs: fc.constantFrom(5_000, 10_000, 30_000, 60_000),
      phase: fc.nat({ max: 999 }),
    }),
    { minLength: 2, maxLength: 24 },
  )
  .map((all) =>
    all.map(({ seeds, isService, manager, intervalMs, phase }, place): Plant => {
      const below = place === 0 ? [] : [...new Set(seeds.map((seed) => seed % place))];
      const [device] = below;
      const on = isService && device !== undefined ? { parents: [], device } : { parents: below };
      return { ...on, manager, intervalMs, phaseMs: (phase * intervalMs) / 1000 };
    }),
  );

const downs = (told: readonly string[]): readonly string[] =>
  told.filter((one) => one.startsWith('elementDown')).map((one) => one.replace('elementDown ', ''));

describe('a network whose elements depend on each other', () => {
  it('tells of exactly those that are dead and not behind others, whatever the order of polls, and all return quietly', () => {
    fc.assert(
      fc.property(plants, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (all, seeds) => {
        const forest = new Forest(all);
        forest.run(150_000);
        expect(forest.told).to.deep.equal([]);
        for (const seed of seeds) forest.dead.add(seed % all.length);
        forest.run(SETTLED_MS);
        const reached = (place: number): boolean => forest.answers(place);
        const isRoot = (place: number): boolean => {
          const { parents = [], device } = all[place] ?? {};
          const stands = (parents.length === 0 || parents.some(reached)) && (device === undefined || reached(device));
          return forest.dead.has(place) && stands;
        };
        const roots = all.flatMap((_, place) => (isRoot(place) ? nameAt(place) : []));
        expect([...downs(forest.told)].sort()).to.deep.equal([...roots].sort());
        forest.statuses().forEach((status, place) => {
          expect(status).to.equal(reached(place) ? 'normal' : isRoot(place) ? 'down' : 'unreachable');
          if (status === 'unreachable') expect(roots).to.include(forest.rootOf(place));
        });
        const before = forest.told.length;
        forest.dead.clear();
        forest.run(SETTLED_MS);
        expect(new Set(forest.statuses())).to.deep.equal(new Set(['normal']));
        expect(downs(forest.told.slice(before))).to.deep.equal([]);
      }),
      { numRuns: 60 },
    );
  });

  it('gives one alarm for a dead router with 500 elements behind it at three managers', () => {
    const forest = new Forest([
      plant({ phaseMs: 29_000 }),
      ...Array.from({ length: 500 }, (_, index) => plant({ parents: [0], manager: index % 3, phaseMs: index * 59 })),
    ]);
    forest.run(60_000);
    forest.dead.add(0);
    forest.run(120_000);
    expect(downs(forest.told)).to.deep.equal([nameAt(0)]);
    expect(forest.statuses().filter((status) => status === 'unreachable')).to.have.length(500);
  });

  it('tells on its own of what is still dead when the root is back', () => {
    const forest = new Forest([plant(), plant({ parents: [0], manager: 1, phaseMs: 9_000 })]);
    forest.run(60_000);
    forest.dead.add(0).add(1);
    forest.run(150_000);
    expect(downs(forest.told)).to.deep.equal([nameAt(0)]);
    forest.dead.delete(0);
    forest.run(150_000);
    expect(downs(forest.told)).to.deep.equal([nameAt(0), nameAt(1)]);
    expect(forest.told).to.include(`elementReachable ${nameAt(1)}`);
  });

  it('leaves down what was so long before its parent', () => {
    const forest = new Forest([plant(), plant({ parents: [0], manager: 1 })]);
    forest.run(60_000);
    forest.dead.add(1);
    forest.run(400_000);
    forest.dead.add(0);
    forest.run(150_000);
    expect(forest.statuses()).to.deep.equal(['down', 'down']);
  });

  it('calls two that lead in a circle down by themselves', () => {
    const forest = new Forest([
      plant({ parents: [1], manager: 0 }),
      plant({ parents: [0], manager: 1, phaseMs: 11_000 }),
    ]);
    forest.dead.add(0).add(1);
    forest.run(200_000);
    expect(forest.statuses()).to.include('down');
    expect(downs(forest.told)).to.have.length.greaterThan(0);
  });
});

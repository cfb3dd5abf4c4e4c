/** What holds after any history, against a naive twin. */
import { expect } from 'chai';
import fc from 'fast-check';
import { compareEpochs } from '../../../../src/model/manager.js';
import type { Availability, Change, PoolElement, PoolManager } from '../../../../src/pool/assignment/given.js';
import type { Plan } from '../../../../src/pool/assignment/plan.js';
import { faultsOf, faultsOfMoves } from './twin.js';
import { AT_ONCE, element, manager, World } from './world.js';

const IDS = ['em1', 'em2', 'em3', 'em4', 'em5'];
const TYPES = ['router', 'switch'];
const METHODS = ['snmp', 'ftp'];
const NAMES = Array.from({ length: 24 }, (_, at) => `device/d${at}`);

const some = (words: readonly string[]) => fc.option(fc.subarray([...words], { minLength: 1 }), { nil: undefined });
const availability: fc.Arbitrary<Availability> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ is: 'alive' } as const) },
  { weight: 3, arbitrary: fc.constant({ is: 'gone', why: 'crashed' } as const) },
  fc.constant({ is: 'leaving' } as const),
  fc.constant({ is: 'keeping' } as const),
  fc.record({ is: fc.constant('returning' as const), notBeforeMs: fc.integer({ min: 0, max: 20_000 }) }),
);
const managers: fc.Arbitrary<PoolManager> = fc
  .record({
    id: fc.constantFrom(...IDS),
    availability,
    rank: fc.integer({ min: 0, max: 2 }),
    types: some(TYPES),
    methods: some(METHODS),
    capacity: fc.constantFrom(0, 5, 20, 20, 50, 100),
    failover: fc.array(fc.record({ id: fc.constantFrom(...IDS), types: some(TYPES) }), { maxLength: 2 }),
  })
  .map(({ types, methods, failover, ...rest }) => ({
    ...rest,
    ...(types && { types }),
    ...(methods && { methods }),
    failover: failover.map(({ id, types: agreed }) => ({ id, ...(agreed && { types: agreed }) })),
  }));
const elements: fc.Arbitrary<PoolElement> = fc
  .record({
    name: fc.constantFrom(...NAMES),
    homes: fc.oneof(fc.constant([]), fc.subarray(IDS, { minLength: 1, maxLength: 2 })),
    type: fc.option(fc.constantFrom(...TYPES), { nil: undefined }),
    methods: fc.subarray(METHODS, { maxLength: 2 }),
    cost: fc.constantFrom(0, 0.1, 0.7, 1, 3, 9),
    stationary: fc.boolean(),
    reachedBy: fc.subarray(IDS, { maxLength: 2 }),
  })
  .map(({ type, stationary, ...rest }) => ({
    ...rest,
    ...(type && { type }),
    stationary: stationary && rest.homes.length > 0,
  }));
const requests = fc.record({
  element: fc.constantFrom(...NAMES),
  delegation: fc.option(
    fc
      .record({
        to: fc.option(fc.constantFrom(...IDS), { nil: undefined }),
        untilMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
        because: fc.constantFrom('person' as const, 'load' as const),
      })
      .map(({ to, untilMs, because }) => ({ because, ...(to && { to }), ...(untilMs !== undefined && { untilMs }) })),
    { nil: undefined },
  ),
});
const byName = { selector: ({ name }: PoolElement) => name };
const byId = { selector: ({ id }: PoolManager) => id };
const steps: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: managers.map((one) => ({ managers: [one] })) },
  { weight: 3, arbitrary: fc.uniqueArray(elements, { ...byName, maxLength: 12 }).map((list) => ({ elements: list })) },
  {
    weight: 2,
    arbitrary: requests.map(({ element: name, delegation }) => ({
      delegate: [{ element: name, ...(delegation && { delegation }) }],
    })),
  },
  { weight: 1, arbitrary: fc.subarray(NAMES, { maxLength: 3 }).map((removed) => ({ removed })) },
  { weight: 1, arbitrary: fc.constantFrom(...IDS).map((id) => ({ forgotten: [id] })) },
  { weight: 1, arbitrary: fc.constant({}) },
);
const starts = fc.record({
  managers: fc.uniqueArray(managers, { ...byId, minLength: 1, maxLength: 5 }),
  elements: fc.uniqueArray(elements, { ...byName, maxLength: 24 }),
});
const histories = fc.tuple(starts, fc.array(steps, { maxLength: 12 }));

/** A history, with what each step was planned on. */
function play(
  world: World,
  changes: readonly Change[],
  seen: (plan: Plan, before: World, change: Change) => void,
): number {
  let nowMs = 0;
  for (const change of changes) {
    nowMs += 1000;
    // An administrator can forget only what is gone.
    const dead = (change.forgotten ?? []).filter((id) => world.managers.get(id)?.availability.is === 'gone');
    const allowed: Change = change.forgotten ? { forgotten: dead } : change;
    const before = copyOf(world);
    seen(world.plan(allowed, nowMs), before, allowed);
  }
  return nowMs;
}

function copyOf(world: World): World {
  const copy = new World();
  for (const [id, one] of world.managers) copy.managers.set(id, one);
  for (const [name, one] of world.elements) copy.elements.set(name, one);
  for (const [name, one] of world.inventory) copy.inventory.set(name, one);
  return copy;
}

/** As the twin has to see a manager whose trial is over. */
function age(world: World, nowMs: number): void {
  for (const one of world.managers.values())
    if (one.availability.is === 'returning' && one.availability.notBeforeMs <= nowMs)
      world.managers.set(one.id, { ...one, availability: { is: 'alive' } });
}

describe('assignment after any history', () => {
  it('leaves no element without an able owner, away from its home, or without a stand-in', () => {
    fc.assert(
      fc.property(histories, ([start, changes]) => {
        const world = new World();
        let nowMs = 0;
        play(world, [start, ...changes], (plan, before) => {
          nowMs += 1000;
          age(world, nowMs);
          expect(faultsOf(world)).to.deep.equal([]);
          expect(faultsOfMoves(plan, before, world)).to.deep.equal([]);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('gives epochs that only rise, and moves nothing twice', () => {
    fc.assert(
      fc.property(histories, ([start, changes]) => {
        let last = { term: 0, number: 0, giver: '' };
        play(new World(), [start, ...changes], ({ moves }) => {
          expect(new Set(moves.map(({ element: name }) => name)).size).to.equal(moves.length);
          for (const { epoch } of moves) {
            expect(compareEpochs(epoch, last)).to.be.above(0);
            last = epoch;
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  it('changes nothing when it is planned again, by the same master or by another that begins anew', () => {
    fc.assert(
      fc.property(histories, ([start, changes]) => {
        const world = new World();
        let nowMs = play(world, [start, ...changes], () => undefined);
        for (let turn = 0; turn < 20; turn += 1) {
          nowMs += 30_000;
          world.plan({}, nowMs);
        }
        age(world, nowMs);
        const again = world.plan({}, nowMs);
        expect([again.moves, again.standIns, again.looked]).to.deep.equal([[], [], 0]);
        const other = new World();
        const anew = other.plan(world.everything(), nowMs);
        expect([anew.moves, anew.standIns]).to.deep.equal([[], []]);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order in which things are told', () => {
    const backwards = <T>(list: readonly T[] | undefined): T[] => [...(list ?? [])].reverse();
    fc.assert(
      fc.property(histories, ([start, changes]) => {
        const one = new World();
        const other = new World();
        let nowMs = 0;
        for (const change of [start, ...changes]) {
          nowMs += 1000;
          const turned: Change = {
            ...change,
            managers: backwards(change.managers),
            elements: backwards(change.elements),
          };
          expect(other.plan(turned, nowMs).moves).to.deep.equal(one.plan(change, nowMs).moves);
          expect(new Set(other.inventory)).to.deep.equal(new Set(other.inventory));
          expect([...other.inventory].sort()).to.deep.equal([...one.inventory].sort());
        }
      }),
      { numRuns: 150 },
    );
  });

  it('moves only what the dead one had, and relieves whom that has overloaded', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(...IDS), ([start, changes], id) => {
        const world = new World();
        const nowMs = play(world, [start, ...changes], () => undefined);
        if (!world.managers.has(id)) return;
        // What else the time of the crash would have brought.
        world.plan({}, nowMs);
        const had = new Set([...world.inventory].filter(([, { owner }]) => owner === id).map(([name]) => name));
        const { moves } = world.crash(id, nowMs);
        const others = moves.filter(({ element: name }) => !had.has(name));
        for (const { reason } of others) expect(reason).to.match(/has more to do than it can|has room again/);
      }),
      { numRuns: 300 },
    );
  });

  it('reaches the same in turns as at once', () => {
    fc.assert(
      fc.property(starts, fc.constantFrom(...IDS), (start, id) => {
        const slow = new World({ plannedPerSecond: 1, urgentPerSecond: 2, looks: 3 });
        let nowMs = 0;
        const settle = (): void => {
          for (let calls = 0; calls < 500; calls += 1) {
            const { againMs, moves } = slow.plan({}, nowMs);
            const taken = new Map<string, number>();
            for (const { to } of moves) taken.set(to, (taken.get(to) ?? 0) + 1);
            for (const count of taken.values()) expect(count).to.be.at.most(3);
            if (againMs === undefined) return;
            nowMs = Math.max(nowMs, againMs);
          }
          expect.fail('it never comes to rest');
        };
        slow.plan(start, nowMs);
        settle();
        slow.crash(id, nowMs);
        settle();
        age(slow, nowMs);
        expect(faultsOf(slow)).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('assignment in a pool of equals', () => {
  const costs = fc.array(fc.constantFrom(0.1, 0.5, 1, 2, 5), { minLength: 1, maxLength: 200 });
  const capacities = fc.array(fc.constantFrom(100, 200, 400), { minLength: 2, maxLength: 9 });

  const shares = (world: World): number[] =>
    [...world.managers.values()]
      .filter(({ availability: now }) => now.is === 'alive')
      .map(({ id, capacity }) => world.load(id) / capacity);

  it('fills shares that differ by no more than one element weighs', () => {
    fc.assert(
      fc.property(costs, capacities, (list, sizes) => {
        const world = new World();
        world.plan({
          managers: sizes.map((capacity, at) => manager(`em${at}`, { capacity })),
          elements: list.map((cost, at) => element(`device/${at}`, { cost })),
        });
        const found = shares(world);
        const step = Math.max(...list) / Math.min(...sizes);
        expect(Math.max(...found) - Math.min(...found)).to.be.at.most(step + 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it('names stand-ins so that what any one has is spread evenly over the others when it dies', () => {
    const ids = Array.from({ length: 9 }, (_, at) => `em${at}`);
    const homed = ids.flatMap((id) =>
      Array.from({ length: 40 }, (_, at) => element(`device/${id}-${at}`, { homes: [id] })),
    );
    for (const id of ids) {
      const world = new World();
      world.plan({ managers: ids.map((one) => manager(one)), elements: homed });
      const { moves } = world.crash(id);
      expect(moves.every(({ reason }) => reason.endsWith('stands in for it'))).to.equal(true);
      const taken = ids.filter((one) => one !== id).map((one) => moves.filter(({ to }) => to === one).length);
      expect(Math.max(...taken) - Math.min(...taken)).to.be.at.most(1);
    }
  });

  it('spreads over a large pool what one of it had, each in proportion to its own', () => {
    const world = new World(AT_ONCE);
    const count = 200;
    const each = 100;
    world.plan({
      managers: Array.from({ length: count }, (_, at) => manager(`em${at}`, { capacity: 150 })),
      elements: Array.from({ length: count * each }, (_, at) =>
        element(`device/${at}`, { homes: [`em${at % count}`], type: TYPES[at % 2] ?? 'router' }),
      ),
    });
    const plan = world.crash('em7');
    expect(plan.moves).to.have.length(each);
    expect(new Set(plan.moves.map(({ to }) => to)).size, 'takers').to.be.above(each / 4);
    const most = Math.max(...shares(world)) * 150;
    expect(most, 'the fullest').to.be.at.most(each + 8);
    // Its own elements, those that it stood in for, and nothing of the rest of the pool.
    expect(plan.looked).to.be.at.most(3 * each);
    const back = world.revive('em7');
    expect(back.moves).to.have.length(each);
    expect(back.looked).to.be.at.most(4 * each);
  });
});

/** What holds however processes, links and the watcher itself behave. */
import { expect } from 'chai';
import fc from 'fast-check';
import { HEARTBEAT_MS, WATCHER, WatchedWorld } from './watched-world.js';

const IDS = ['m1', 'm2', 'm3', 'm4'];
const END_MS = 30_000;
/** Questions that one member causes in a heartbeat: two rounds with a second look each. */
const MOST_QUESTIONS = 14;
/** Patience stretched to twice its length, what is on its way, and the tick. */
const BOUND_MS = 7.75 * HEARTBEAT_MS;

const fault = fc.record({
  atMs: fc.integer({ min: 1000, max: END_MS }),
  member: fc.constantFrom(...IDS),
  is: fc.constantFrom(
    'kill',
    'start',
    'stop',
    'pause briefly',
    'go on',
    'cut',
    'cut from all',
    'mend',
    'stall',
    'flap',
  ),
  forMs: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 400, max: 4000 })),
  other: fc.constantFrom(WATCHER, ...IDS),
});
const schedule = fc.record({
  faults: fc.array(fault, { maxLength: 25 }),
  latencyMs: fc.integer({ min: 1, max: 40 }),
  hasSockets: fc.boolean(),
  by: fc.constantFrom<readonly ('http' | 'socket')[]>(['http', 'socket'], ['http', 'socket'], ['http'], []),
});
type Schedule = typeof schedule extends fc.Arbitrary<infer Value> ? Value : never;

/** Since when each member has been unable to show that it lives, and since when it has been well. */
class Truth {
  private readonly sick = new Map<string, number>();
  private readonly well = new Map<string, number>(IDS.map((id) => [id, 0]));

  constructor(private readonly world: WatchedWorld) {}

  note(): void {
    for (const id of IDS) {
      const isWell = this.world.stateOf(id) === 'up' && !this.world.isCut(WATCHER, id);
      const isSilent =
        this.world.stateOf(id) !== 'up' || [WATCHER, ...IDS].every((at) => at === id || this.world.isCut(at, id));
      if (!isWell) this.well.delete(id);
      else if (!this.well.has(id)) this.well.set(id, this.world.nowMs);
      if (!isSilent) this.sick.delete(id);
      else if (!this.sick.has(id)) this.sick.set(id, this.world.nowMs);
    }
  }

  wellForMs = (id: string): number => this.world.nowMs - (this.well.get(id) ?? this.world.nowMs);
  silentForMs = (id: string): number => this.world.nowMs - (this.sick.get(id) ?? this.world.nowMs);
}

function play({ faults, ...options }: Schedule, check?: (world: WatchedWorld, truth: Truth) => void): WatchedWorld {
  const world = new WatchedWorld({ ids: IDS, ...options });
  const truth = new Truth(world);
  for (const { atMs, member, is, forMs, other } of faults)
    world.at(atMs, () => {
      if (is === 'kill') world.kill(member);
      if (is === 'start') world.start(member);
      if (is === 'stop') world.stop(member);
      if (is === 'pause briefly' && world.stateOf(member) === 'up') {
        world.stop(member);
        world.at(atMs + Math.min(forMs, 2 * HEARTBEAT_MS - 1), () => world.goOn(member));
      }
      if (is === 'go on') world.goOn(member);
      if (is === 'cut') world.cutLink(member, other);
      if (is === 'cut from all') for (const id of [WATCHER, ...IDS]) world.cutLink(member, id);
      if (is === 'mend') for (const id of [WATCHER, ...IDS]) world.mendLink(member, id);
      if (is === 'stall') world.stall(forMs);
      if (is === 'flap')
        for (let at = 0; at < 20; at += 1) world.at(atMs + (at * forMs) / 20, () => world.disconnect(member));
    });
  for (let atMs = 0; atMs <= END_MS + 5000; atMs += 25) {
    world.run(atMs);
    truth.note();
    check?.(world, truth);
  }
  return world;
}

const always = (holds: (schedule: Schedule) => void, numRuns = 60): void =>
  fc.assert(fc.property(schedule, holds), { numRuns, seed: 20_260_301 });

describe('failure detection, whatever happens', () => {
  it('finds nobody gone who was heard within a heartbeat, unless it is dead', () => {
    always((plan) => {
      let looked = 0;
      play(plan, (world) => {
        for (const { atMs, effect } of world.seen.slice(looked)) {
          if (effect.is !== 'finding' || effect.finding === 'alive') continue;
          const heardMs = atMs - (world.heardMs.get(effect.member) ?? Number.NEGATIVE_INFINITY);
          if (heardMs > HEARTBEAT_MS) continue;
          // A quarter of a heartbeat after a death it may have been started again.
          expect(effect.finding).to.equal('crashed');
          expect(world.deadMs(effect.member, atMs)).to.be.at.most(HEARTBEAT_MS);
        }
        looked = world.seen.length;
      });
    });
  });

  it('finds nobody gone who has been well for as long as heartbeats need', () => {
    always((plan) => {
      let looked = 0;
      play(plan, (world, truth) => {
        for (const { effect } of world.seen.slice(looked))
          if (effect.is === 'finding' && effect.finding !== 'alive')
            expect(truth.wellForMs(effect.member), effect.why).to.be.at.most(2 * HEARTBEAT_MS);
        looked = world.seen.length;
      });
    });
  });

  it('finds everybody who is silent within the bound, and everybody who is well again', () => {
    always((plan) => {
      play(plan, (world, truth) => {
        for (const id of IDS) {
          if (Math.min(truth.silentForMs(id), world.atWorkMs) > BOUND_MS + HEARTBEAT_MS / 2)
            expect(world.isFoundGone(id), `${id} silent at ${world.nowMs}`).to.equal(true);
          if (Math.min(truth.wellForMs(id), world.atWorkMs) > 3 * HEARTBEAT_MS)
            expect(world.isFoundGone(id), `${id} well at ${world.nowMs}`).to.equal(false);
        }
      });
    });
  });

  it('asks no more than it may', () => {
    always((plan) => {
      const world = play(plan);
      for (const id of IDS) {
        const asked = world.seen.flatMap(({ atMs, effect }) => {
          if (effect.is === 'askThrough' && effect.member === id) return [atMs];
          return effect.is === 'ask' && effect.member === id ? effect.by.map(() => atMs) : [];
        });
        asked.forEach((atMs, at) => {
          const later = asked[at + MOST_QUESTIONS];
          if (later !== undefined) expect(later - atMs).to.be.at.least(HEARTBEAT_MS);
        });
      }
    });
  });

  it('finds nothing after it stood still before it has asked again', () => {
    always((plan) => {
      const world = play(plan);
      for (const stoodMs of world.stoodStill)
        for (const id of IDS) {
          const next = world.seen.find(
            ({ atMs, effect }) =>
              atMs >= stoodMs &&
              'member' in effect &&
              effect.member === id &&
              (effect.is === 'ask' || effect.is === 'askThrough' || effect.is === 'finding'),
          )?.effect;
          // Of those that can neither be called nor asked about through others silence is all there is.
          if (plan.by.length > 0 && next?.is === 'finding') expect(next.finding).to.equal('alive');
        }
    });
  });

  it('does the same again', () => {
    always((plan) => void expect(play(plan).seen).to.deep.equal(play(plan).seen), 30);
  });

  it('tells nobody the same twice', () => {
    always((plan) => {
      const world = play(plan);
      for (const id of IDS) {
        const told = world.findings(id).map(({ effect }) => `${effect.finding} ${effect.incarnation}`);
        told.forEach((one, at) => {
          if (at > 0) expect(one).not.to.equal(told[at - 1]);
        });
      }
    });
  });
});

/** One run of masterships alone: first safety under faults, then liveness when they have ceased. */
import { jsonCodec } from '../codec.js';
import { Counts } from '../counts.js';
import { drawFaults, type Fault, MISHAPS, WISHES } from '../faults.js';
import { idOf } from '../ids.js';
import { Mischief } from '../mischief.js';
import { CALM } from '../network.js';
import { Stream } from '../random.js';
import { DURATION_MS, ENCODED_EVERY, passUntil, type RunOptions, type RunResult, resultOf, SETTLE_MS } from '../run.js';
import { Transcript } from '../transcript.js';
import { type Machine, production } from './machine.js';
import { makePool, type SimulatedPool } from './pool.js';
import { nextRoster, type RosterWish, rosterWish } from './steward.js';

export interface MastershipOptions extends RunOptions {
  readonly machine?: Machine | undefined;
}

/** From then on, the mastership must not move. */
const CALM_MS = 15_000;
/** Of each member: far above what renewals and decisions need. */
const MOST_EVENTS_A_SECOND = 3_000;

export function simulateMasterships(options: MastershipOptions): RunResult {
  const { seed, durationMs = DURATION_MS, machine = production } = options;
  const size = options.managers ?? 3 + new Stream(seed, 'size').int(7);
  const pool = makePool({
    seed,
    size,
    machine,
    codec: seed % ENCODED_EVERY === 0 ? jsonCodec() : undefined,
    transcript: options.withTranscript ? (world) => new Transcript(world) : undefined,
    counts: new Counts(),
  });
  const healMs = Math.max(durationMs / 2, durationMs - SETTLE_MS - CALM_MS);
  const faults = options.faults ?? drawFaults(new Stream(seed, 'faults'), [...MISHAPS, ...WISHES], size, 0, healMs);
  const run = new Run(pool, new Stream(seed, 'work'), faults, healMs);
  return resultOf(pool, { seed, managers: size, faults }, () => run.run());
}

class Run {
  private decided = 0;
  private readonly wishes: RosterWish[] = [];

  constructor(
    private readonly pool: SimulatedPool,
    private readonly stream: Stream,
    private readonly faults: readonly Fault[],
    private readonly healMs: number,
  ) {}

  run(): void {
    const { world, network, nodes, checkers, counts } = this.pool;
    const failed = () => checkers.failure !== undefined;
    const mischief = new Mischief(
      this.pool,
      (count) => this.decideMany(count),
      (wanted) => this.grant(wanted),
    );
    for (const node of nodes) world.at(this.stream.spread(1, 3_000), () => node.isUp || node.start());
    this.everyNowAndThen(20, 2_000, () => this.decideMany(1 + this.stream.int(3)));
    this.everyNowAndThen(50, 1_000, () => this.mind());
    mischief.schedule(this.faults);
    let events = this.passUntil(this.healMs);
    if (failed()) return;
    network.mendAll();
    network.weather = CALM;
    this.wishes.length = 0;
    for (const node of nodes) {
      node.onTermWritten = undefined;
      node.mostEntries = Number.POSITIVE_INFINITY;
    }
    this.pool.transcript?.add('world', 'nothing is wrong any more');
    events += this.passUntil(this.healMs + SETTLE_MS);
    const master = nodes.find((node) => node.isMaster());
    const settled = { id: master?.id, term: master?.term };
    const decided = this.decideOne();
    events += this.passUntil(this.healMs + SETTLE_MS + CALM_MS);
    if (!failed()) {
      checkers.live(nodes, decided);
      const last = nodes.find((node) => node.isMaster());
      if (last?.id !== settled.id || last?.term !== settled.term)
        checkers.fail(
          'liveness',
          `the mastership went from ${settled.id} (term ${settled.term}) to ${last?.id} without need`,
        );
    }
    counts.add('run: events', events);
    counts.add('run: confirmed decisions', checkers.confirmedIndex);
  }

  private passUntil(endMs: number): number {
    return passUntil(this.pool, endMs, MOST_EVENTS_A_SECOND * this.pool.nodes.length);
  }

  private grant(wanted: Fault): boolean {
    const { nodes } = this.pool;
    if (wanted.is === 'many decisions') {
      this.decideMany(wanted.count);
      return true;
    }
    if (wanted.is === 'yield') {
      const { successor } = wanted;
      const master = nodes.find((node) => node.isMaster());
      if (!master || successor === master.index) return false;
      master.input(successor === undefined ? { is: 'yield' } : { is: 'yield', successor: idOf(successor) });
      return true;
    }
    const wish = rosterWish(wanted);
    if (wish) this.wishes.push(wish);
    return wish !== undefined;
  }

  /** A decision of whoever is master now; its index, or one that is never reached where there is none. */
  private decideOne(): number {
    const master = this.pool.nodes.find((node) => node.isMaster());
    if (!master) return Number.POSITIVE_INFINITY;
    this.decideMany(1);
    const { base, entries } = master.durable;
    return base.index + entries.length;
  }

  /** Everybody is asked to decide; who may not has to know. */
  private decideMany(count: number): void {
    for (const node of this.pool.nodes) {
      const decisions = Array.from({ length: count }, () => {
        this.decided += 1;
        return { is: 'inventory', change: this.decided } as const;
      });
      // Some at once, some one by one.
      if (count < 4) node.decide(decisions);
      else for (const decision of decisions) node.decide([decision]);
    }
  }

  /** Masters see to their rosters; members that were refused for their old disk come as new ones. */
  private mind(): void {
    const { nodes, network } = this.pool;
    const isOpen = (a: { index: number }, b: { index: number }) =>
      network.isOpen(a.index, b.index) && network.isOpen(b.index, a.index);
    const masters = nodes.filter((node) => node.mastership?.mode.is === 'mastering' && !node.isStopped);
    for (const master of masters) {
      const roster = nextRoster(master, { nodes, isOpen }, this.wishes);
      if (roster) master.decide([{ is: 'roster', roster }]);
      for (const node of nodes)
        if (node.outdated && node.isUp && !master.mastership?.roster.members.some(({ id }) => id === node.id)) {
          node.crash();
          node.loseDisk();
          node.start();
        }
    }
  }

  private everyNowAndThen(leastMs: number, mostMs: number, run: () => void): void {
    const { world } = this.pool;
    const meanMs = this.stream.spread(leastMs, mostMs);
    const next = () => {
      run();
      world.after(meanMs * 2 * this.stream.next(), next);
    };
    world.after(meanMs, next);
  }
}

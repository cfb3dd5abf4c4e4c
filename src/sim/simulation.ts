/** One run: a pool, first safety under faults, then liveness when they have ceased. */
import type { Failure } from './checkers.js';
import { jsonCodec } from './codec.js';
import { Counts } from './counts.js';
import { drawFaults, type Fault } from './faults.js';
import { type Machine, production } from './machine.js';
import { Mischief } from './mischief.js';
import { CALM, LONGEST_DELAY_MS } from './network.js';
import { makePool, type SimulatedPool } from './pool.js';
import { Stream } from './random.js';
import { nextRoster } from './steward.js';
import { Transcript } from './transcript.js';

export interface SimulationOptions {
  readonly seed: number;
  /** Default: 3 to 9, drawn. */
  readonly managers?: number | undefined;
  /** Milliseconds of simulated time; default 300,000. */
  readonly durationMs?: number | undefined;
  readonly machine?: Machine | undefined;
  /** In place of those drawn from the seed. */
  readonly faults?: readonly Fault[] | undefined;
  readonly withTranscript?: boolean | undefined;
}

export interface SimulationResult {
  readonly seed: number;
  readonly managers: number;
  readonly failure: Failure | undefined;
  readonly faults: readonly Fault[];
  readonly counts: Counts;
  readonly transcript: readonly string[];
}

/** Members hear each other both ways for so long, in heartbeats of the slowest pool, before there has to be a master. */
const SETTLE_MS = LONGEST_DELAY_MS + 22_000;
/** From then on, the mastership must not move. */
const CALM_MS = 15_000;
/** Of each member: far above what renewals and decisions need. */
const MOST_EVENTS_A_SECOND = 3_000;
/** So many runs to one in which messages pass as bytes. */
const ENCODED_EVERY = 100;

export function simulate(options: SimulationOptions): SimulationResult {
  const { seed, durationMs = 300_000, machine = production } = options;
  const size = options.managers ?? 3 + new Stream(seed, 'size').int(7);
  const counts = new Counts();
  const pool = makePool({
    seed,
    size,
    machine,
    codec: seed % ENCODED_EVERY === 0 ? jsonCodec : undefined,
    transcript: options.withTranscript ? (world) => new Transcript(world) : undefined,
    counts,
  });
  const healMs = Math.max(durationMs / 2, durationMs - SETTLE_MS - CALM_MS);
  const faults = options.faults ?? drawFaults(new Stream(seed, 'faults'), size, 0, healMs);
  const run = new Run(pool, new Stream(seed, 'work'), faults, healMs, healMs + SETTLE_MS, healMs + SETTLE_MS + CALM_MS);
  try {
    run.run();
  } catch (thrown) {
    pool.checkers.fail('crash', thrown instanceof Error ? `${thrown.message} ${firstPlace(thrown)}` : String(thrown));
  }
  return {
    seed,
    managers: size,
    failure: pool.checkers.failure,
    faults,
    counts,
    transcript: pool.transcript?.lines() ?? [],
  };
}

const firstPlace = (thrown: Error): string => /\n\s*(at .*)/.exec(thrown.stack ?? '')?.[1] ?? '';

class Run {
  private decided = 0;

  constructor(
    private readonly pool: SimulatedPool,
    private readonly stream: Stream,
    private readonly faults: readonly Fault[],
    private readonly healMs: number,
    private readonly settledMs: number,
    private readonly endMs: number,
  ) {}

  run(): void {
    const { world, network, nodes, checkers, counts } = this.pool;
    const failed = () => checkers.failure !== undefined;
    const mischief = new Mischief(this.pool, (count) => this.decideMany(count));
    for (const node of nodes) world.at(this.stream.spread(1, 3_000), () => node.isUp || node.start());
    this.everyNowAndThen(20, 2_000, () => this.decideMany(1 + this.stream.int(3)));
    this.everyNowAndThen(50, 1_000, () => this.mind(mischief));
    mischief.schedule(this.faults);
    let events = this.passUntil(this.healMs);
    if (failed()) return;
    network.cuts.clear();
    network.weather = CALM;
    mischief.wishes.length = 0;
    for (const node of nodes) {
      node.onTermWritten = undefined;
      node.mostEntries = Number.POSITIVE_INFINITY;
    }
    this.pool.transcript?.add('world', 'nothing is wrong any more');
    events += this.passUntil(this.settledMs);
    const master = nodes.find((node) => node.isMaster());
    const settled = { id: master?.id, term: master?.term };
    const decided = this.decideOne();
    events += this.passUntil(this.endMs);
    if (!failed()) {
      checkers.live(decided);
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

  /** Second by second, so that members that never stop talking are noticed. */
  private passUntil(endMs: number): number {
    const { world, checkers, nodes } = this.pool;
    let events = 0;
    while (world.nowMs < endMs && !checkers.failure) {
      const most = MOST_EVENTS_A_SECOND * nodes.length;
      const count = world.runUntil(Math.min(endMs, world.nowMs + 1000), () => checkers.failure !== undefined, most);
      if (count >= most) checkers.fail('traffic', `${count} events within a second`);
      events += count;
    }
    return events;
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
  private mind(mischief: Mischief): void {
    const { nodes, network } = this.pool;
    const isOpen = (a: { index: number }, b: { index: number }) =>
      network.isOpen(a.index, b.index) && network.isOpen(b.index, a.index);
    const masters = nodes.filter((node) => node.state?.mode.is === 'mastering' && !node.isStopped);
    for (const master of masters) {
      const roster = nextRoster(master, { nodes, isOpen }, mischief.wishes);
      if (roster) master.decide([{ is: 'roster', roster }]);
      for (const node of nodes)
        if (node.isOutdated && node.isUp && !master.state?.roster.members.some(({ id }) => id === node.id)) {
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

/** One run of whole managers: first safety under faults, then liveness when they have ceased, then a death in peace. */
import type { PoolEnvelope } from '../../pool/node/messages.js';
import type { Codec } from '../codec.js';
import { Counts } from '../counts.js';
import { ACTIONS, drawFaults, type Fault, MISHAPS, type Mishap } from '../faults.js';
import { Mischief } from '../mischief.js';
import { CALM } from '../network.js';
import { Stream } from '../random.js';
import { DURATION_MS, ENCODED_EVERY, passUntil, type RunOptions, type RunResult, resultOf, SETTLE_MS } from '../run.js';
import { Transcript } from '../transcript.js';
import { Actions } from './actions.js';
import { checkElements, servableBy } from './liveness.js';
import { type PoolMachine, production } from './machine.js';
import type { SimulatedManager } from './manager.js';
import { makePool, type SimulatedPool } from './pool.js';
import type { TakeOver } from './takeovers.js';
import { wireCodec } from './wire-codec.js';

export interface PoolRunOptions extends RunOptions {
  readonly machine?: PoolMachine | undefined;
  readonly codec?: Codec<PoolEnvelope> | undefined;
}

/** From then on nothing must move. */
const CALM_MS = 15_000;
/** A manager dies at the end: until then others have to poll what it had. */
const DEATH_MS = 12_000;
/** Returning elements wait for their turn, longest after several crashes. */
const RETURN_MS = 5_000;
/** Until a master that has been given up for acts. */
const GIVEN_UP_MS = 3_000;
const MOST_EVENTS_A_SECOND = 4_000;
const INTERVALS_MS = [2_000, 3_000, 5_000, 10_000, 30_000] as const;
const AUDIT_MS = 1_000;

export function simulatePool(options: PoolRunOptions): RunResult {
  const { seed, durationMs = DURATION_MS, machine = production } = options;
  const size = options.managers ?? 3 + new Stream(seed, 'size').int(7);
  const pool = makePool({
    seed,
    size,
    elements: options.elements ?? 2 * size,
    intervalsMs: [...INTERVALS_MS],
    machine,
    codec: seed % ENCODED_EVERY === 0 ? (options.codec ?? wireCodec) : undefined,
    transcript: options.withTranscript ? (world) => new Transcript(world) : undefined,
    counts: new Counts(),
  });
  const healMs = Math.max(durationMs / 3, durationMs - SETTLE_MS - CALM_MS - DEATH_MS - RETURN_MS);
  const fromMs = Math.min(pool.quietUntilMs, healMs);
  const faults = options.faults ?? drawFaults(new Stream(seed, 'faults'), kindsOf(seed), size, fromMs, healMs);
  const run = new Run(pool, new Stream(seed, 'work'), faults, healMs);
  return resultOf(pool, { seed, managers: size, faults }, () => run.run());
}

const OF_NETWORK: readonly Mishap['is'][] = [
  'partition',
  'one-way partition',
  'flapping partition',
  'master cut off',
  'bad weather',
];

/** In some runs only people do something, or only the network fails: there less is forgiven. */
function kindsOf(seed: number): readonly Fault['is'][] {
  const share = new Stream(seed, 'kinds').next();
  if (share < 0.15) return ACTIONS;
  if (share < 0.3) return [...ACTIONS, ...OF_NETWORK];
  return [...MISHAPS, ...ACTIONS];
}

/** A master makes way for a higher priority that has been there for a while. */
function ranksHigher(now: SimulatedManager | undefined, before: string | undefined): boolean {
  const priorityOf = (id: string) => now?.mastership?.roster.members.find((member) => member.id === id)?.priority ?? 0;
  return now !== undefined && before !== undefined && priorityOf(now.id) > priorityOf(before);
}

/** In simulated seconds after `kill -9`, by what the pool's heartbeat is. */
function measure(
  counts: Counts,
  heartbeatMs: number,
  { wasMaster, elements, tookMs, moves, newMasterMs }: TakeOver,
): void {
  const what = `after the death of a ${wasMaster ? 'master' : 'secondary'}, heartbeat ${heartbeatMs} ms`;
  if (wasMaster && newMasterMs !== undefined) counts.measured(`new master ${what}, s`, newMasterMs / 1000);
  if (elements === 0 || tookMs === undefined) return;
  counts.measured(`all taken over ${what}, s`, tookMs / 1000);
  counts.measured(`moves per element ${what}`, moves / elements);
}

class Run {
  private readonly actions: Actions;
  private events = 0;

  constructor(
    private readonly pool: SimulatedPool,
    private readonly stream: Stream,
    private readonly faults: readonly Fault[],
    private readonly healMs: number,
  ) {
    this.actions = new Actions(pool);
  }

  run(): void {
    const { world, nodes, checkers, counts, watch } = this.pool;
    const isPeaceful = this.faults.every(({ is }) => ACTIONS.some((action) => action === is));
    const { weather } = this.pool.network;
    this.pool.network.weather = CALM;
    if (!isPeaceful)
      world.at(this.pool.quietUntilMs, () => {
        this.pool.network.weather = weather;
      });
    const mischief = new Mischief(
      this.pool,
      () => undefined,
      (wanted) => ACTIONS.some((is) => is === wanted.is) && this.actions.do(wanted as Parameters<Actions['do']>[0]),
    );
    for (const node of nodes) world.at(this.stream.spread(1, 3_000), () => node.isUp || node.start());
    this.audit();
    mischief.schedule(this.faults);
    this.pass(this.healMs);
    if (checkers.failure) return;
    this.heal();
    const present = this.present();
    this.pass(this.healMs + SETTLE_MS + RETURN_MS);
    this.awaitMaster();
    const master = nodes.find((node) => node.isMaster());
    const settled = { id: master?.id, term: master?.term };
    const decided = checkers.confirmedIndex;
    this.pass(world.nowMs + CALM_MS);
    this.awaitMaster();
    if (!checkers.failure) {
      checkers.live(present, decided);
      const last = nodes.find((node) => node.isMaster());
      const isSame = last?.id === settled.id && last?.term === settled.term;
      if (!isSame && !ranksHigher(last, settled.id))
        checkers.fail(
          'liveness',
          `the mastership went from ${settled.id} (term ${settled.term}) to ${last?.id} without need`,
        );
      checkElements(this.pool, present);
    }
    if (!checkers.failure && present.length > 2) this.die(present);
    counts.add('run: events', this.events);
    counts.add('run: confirmed decisions', checkers.confirmedIndex);
    counts.add('run: polls', watch.ledger.polls);
  }

  /** One may just be making way for another. */
  private awaitMaster(): void {
    const { world, nodes } = this.pool;
    if (!nodes.some((node) => node.isMaster())) this.pass(world.nowMs + GIVEN_UP_MS);
  }

  /** All faults cease; who is down for good stays so. */
  private heal(): void {
    const { network, nodes, transcript, world } = this.pool;
    network.mendAll();
    network.weather = CALM;
    this.actions.endAll();
    for (const node of nodes) {
      node.onTermWritten = undefined;
      node.mostEntries = Number.POSITIVE_INFINITY;
      // Some were down when the schedule ended.
      world.after(this.stream.between(0, 1_000), () => {
        if (!node.isUp && !this.actions.isEnding(node)) node.start();
      });
    }
    transcript?.add('world', 'nothing is wrong any more');
  }

  private present(): readonly SimulatedManager[] {
    return this.pool.nodes;
  }

  /** One dies, the master or another, where all is well: the figures of SPEC 6. */
  private die(present: readonly SimulatedManager[]): void {
    const { nodes, watch, world, checkers, counts } = this.pool;
    const master = nodes.find((node) => node.isMaster());
    const isMaster = this.stream.chance(0.4);
    const others = present.filter((node) => node !== master);
    const victim = isMaster ? master : others[this.stream.int(others.length)];
    if (!victim) return;
    const rest = present.filter((node) => node !== victim);
    watch.takeOvers.expect([victim], servableBy(this.pool, rest));
    victim.crash('process');
    this.pass(world.nowMs + DEATH_MS);
    if (checkers.failure) return;
    const done = watch.takeOvers.finish();
    checkElements(this.pool, rest);
    if (done) measure(counts, this.pool.heartbeatMs, done);
  }

  private pass(endMs: number): void {
    this.events += passUntil(this.pool, endMs, MOST_EVENTS_A_SECOND * this.pool.nodes.length);
  }

  private audit(): void {
    const { world, watch, nodes } = this.pool;
    const look = () => {
      watch.audit(nodes);
      world.after(AUDIT_MS, look);
    };
    world.after(AUDIT_MS, look);
  }
}

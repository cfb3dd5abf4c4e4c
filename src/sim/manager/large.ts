/**
 * One large pool with managers that fail and return: how much its members say, what a death costs, and whether it stays
 * whole (SPEC 6, figures).
 */
import type { PoolEnvelope } from '../../pool/node/messages.js';
import type { Failure } from '../checkers.js';
import { Counts } from '../counts.js';
import { CALM } from '../network.js';
import { Stream } from '../random.js';
import { passUntil } from '../run.js';
import { checkElements, servableBy } from './liveness.js';
import { type PoolMachine, production } from './machine.js';
import type { SimulatedManager } from './manager.js';
import { makePool, type SimulatedPool } from './pool.js';
import { Traffic } from './traffic.js';

export interface LargeOptions {
  readonly seed: number;
  readonly managers: number;
  readonly elements: number;
  /** Processor time that this thread has used, in milliseconds. */
  readonly cpuMs: () => number;
  readonly memoryBytes: () => number;
  readonly tell: (line: string) => void;
}

const HEARTBEAT_MS = 500;
const INTERVAL_MS = 60_000;
/** A few messages get lost all the time. */
const WEATHER = { ...CALM, loss: 0.0005 };
const BEGIN_MS = 300_000;
const LOOK_MS = 5_000;
const STEADY_MS = 30_000;
const DEATH_MS = 20_000;
const AWAY_MS = 10_000;
const RETURN_MS = 40_000;
const SINGLE_DEATHS = 2;
/** Of all managers, those that die at once. */
const MANY_SHARE = 0.01;
const MOST_EVENTS_A_SECOND = 1_000_000_000;

/** Runs it, and tells line by line what comes of it; a failure where something that must hold did not. */
export function simulateLarge(options: LargeOptions): Failure | undefined {
  return new LargeRun(options).run();
}

class LargeRun {
  private readonly pool: SimulatedPool;
  private readonly traffic: Traffic;
  private readonly stream: Stream;
  private readonly expected: number;

  constructor(private readonly options: LargeOptions) {
    const { seed, managers, elements, cpuMs } = options;
    this.stream = new Stream(seed, 'deaths');
    this.traffic = new Traffic(cpuMs);
    const machine: PoolMachine = {
      ...production,
      step: (node, input, nowMs) => this.traffic.stepped(node.id, () => production.step(node, input, nowMs)),
    };
    this.pool = makePool({
      seed,
      size: managers,
      elements,
      intervalsMs: [INTERVAL_MS],
      machine,
      codec: undefined,
      transcript: undefined,
      counts: new Counts(),
      heartbeatMs: HEARTBEAT_MS,
      weather: WEATHER,
      isLarge: true,
      onSend: (from: SimulatedManager, envelope: PoolEnvelope) => this.traffic.sent(from.id, envelope),
    });
    this.expected = this.pool.configuration.names().length;
  }

  run(): Failure | undefined {
    const { world, nodes, checkers } = this.pool;
    for (const node of nodes) world.at(this.stream.between(0, 3_000), () => node.start());
    this.begin();
    if (!checkers.failure) this.steady('nothing happens');
    for (let count = 0; count < SINGLE_DEATHS && !checkers.failure; count += 1) this.die([this.secondary()]);
    const master = this.master();
    if (master && !checkers.failure) this.die([master]);
    const many = Math.floor(nodes.length * MANY_SHARE);
    if (many > 1 && !checkers.failure) this.die(Array.from({ length: many }, () => this.secondary()));
    if (!checkers.failure) this.steady('after all that');
    if (!checkers.failure) checkElements(this.pool, nodes);
    const gigabytes = (this.options.memoryBytes() / 2 ** 30).toFixed(1);
    this.tell(`memory: ${gigabytes} GB for the whole pool`);
    return checkers.failure;
  }

  private tell(text: string): void {
    this.options.tell(`${(this.pool.world.nowMs / 1000).toFixed(1).padStart(7)} s  ${text}`);
  }

  private pass(forMs: number): void {
    passUntil(this.pool, this.pool.world.nowMs + forMs, MOST_EVENTS_A_SECOND);
  }

  private master(): SimulatedManager | undefined {
    return this.pool.nodes.find((node) => node.isMaster());
  }

  /** One that runs and does not master. */
  private secondary(): SimulatedManager {
    const { nodes } = this.pool;
    const living = nodes.filter((node) => node.isUp && !node.isMaster());
    const one = living[this.stream.int(living.length)] ?? nodes[0];
    if (!one) throw new Error('a pool has managers');
    return one;
  }

  private polled(): number {
    return this.pool.nodes.reduce((sum, { collector }) => sum + collector.works.size, 0);
  }

  /** Until the pool knows all elements, each has an owner that polls, and nothing is decided any more. */
  private begin(): void {
    const { world, watch, checkers } = this.pool;
    for (let decided = -1; world.nowMs < BEGIN_MS && !checkers.failure; ) {
      const isQuiet = decided === checkers.confirmedIndex;
      if (isQuiet && watch.knownCount === this.expected && watch.unsettledCount() === 0) break;
      decided = checkers.confirmedIndex;
      this.pass(LOOK_MS);
    }
    this.tell(
      `${watch.knownCount} of ${this.expected} elements known, ${this.polled()} polled, ${watch.unsettledCount()} on their way`,
    );
  }

  private steady(when: string): void {
    const { nodes } = this.pool;
    const master = this.master();
    const voter = nodes.find((node) => node !== master && isVoter(master, node.id));
    const other = nodes.find((node) => node !== master && !isVoter(master, node.id));
    const watched = [master, voter, other].flatMap((node) => node?.id ?? []);
    this.traffic.begin(watched, master?.id);
    this.pass(STEADY_MS);
    const roles = ['master', 'a voter', 'another'];
    watched.forEach((id, at) => {
      this.tell(`${when}: ${roles[at]}: ${this.traffic.rates(id, STEADY_MS)}`);
    });
    this.tell(`${when}: the master's pool work takes ${this.traffic.masterShare(STEADY_MS)} of a core`);
    this.traffic.end();
  }

  /** These die at once; they come back a while later. */
  private die(victims: readonly SimulatedManager[]): void {
    const { nodes, watch, world, checkers } = this.pool;
    const unique = [...new Set(victims)];
    const [first] = unique;
    if (!first) return;
    const rest = nodes.filter((node) => node.isUp && !unique.includes(node));
    const what = unique.length > 1 ? `${unique.length} managers` : first.isMaster() ? 'the master' : 'a secondary';
    watch.takeOvers.expect(unique, servableBy(this.pool, rest));
    const master = this.master();
    this.traffic.begin([], master?.id);
    for (const node of unique) node.crash('process');
    this.pass(DEATH_MS);
    if (checkers.failure) return;
    const done = watch.takeOvers.finish();
    this.tell(
      `death of ${what} with ${done?.elements ?? 0} elements: all taken over in ${seconds(done?.tookMs)}${done?.newMasterMs === undefined ? '' : `, new master in ${seconds(done.newMasterMs)}`}, ${((done?.moves ?? 0) / Math.max(1, done?.elements ?? 1)).toFixed(2)} moves for each element lost; the master's pool work took ${this.traffic.masterShare(DEATH_MS)} of a core`,
    );
    this.traffic.end();
    this.pass(AWAY_MS);
    for (const node of unique) if (!node.isUp) node.start();
    const fromMs = world.nowMs;
    while (world.nowMs < fromMs + RETURN_MS && !checkers.failure) this.pass(LOOK_MS);
    this.tell(
      `back for ${RETURN_MS / 1000} s: ${unique.reduce((sum, { collector }) => sum + collector.works.size, 0)} elements with them again`,
    );
  }
}

const isVoter = (master: SimulatedManager | undefined, id: string): boolean =>
  master?.mastership?.roster.members.some((member) => member.id === id && member.voter) === true;

const seconds = (ms: number | undefined): string =>
  ms === undefined ? 'more than the time given' : `${(ms / 1000).toFixed(2)} s`;

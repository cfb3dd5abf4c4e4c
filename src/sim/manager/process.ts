/** A simulated manager as a process: it starts, crashes, stands still, loses its disk. */
import type { Durable } from '../../pool/decisions.js';
import type { Mastership } from '../../pool/mastership/state.js';
import type { PoolEnvelope } from '../../pool/node/messages.js';
import type { PoolNode } from '../../pool/node/pool-node.js';
import type { NodeInput } from '../../pool/node/state.js';
import type { Disk } from '../disk.js';
import type { Process } from '../subject.js';
import type { Collector, Work } from './collector.js';
import { Confirmed } from './confirmed.js';
import type { SimulatedManager } from './manager.js';
import type { Asked } from './questions.js';
import type { ManagerOptions, Surroundings } from './surroundings.js';

/** How often it says what it works at, in heartbeats. */
const WORKS_EVERY = 2;

/** The process of a manager, its disk and its clock: what can be done to it from outside. */
export abstract class SimulatedProcess implements Process, Asked {
  readonly id: string;
  readonly index: number;
  readonly disk: Disk;
  node: PoolNode | undefined;
  isStopped = false;
  outdated: number[] | undefined;
  isOff = false;
  life = 0;
  onTermWritten: (() => void) | undefined;
  mostEntries = Number.POSITIVE_INFINITY;
  readonly asked = new Map<string, number>();
  collector: Collector;
  /** What people want of it, and how it works. */
  wants: 'alive' | 'keeping' | 'leaving' = 'alive';
  trouble: 'disk full' | 'polls fail' | undefined;
  saysCutOff = false;
  /** When anything of another manager reached it last, or it was started. */
  heardMs = 0;
  protected readonly inbox: NodeInput[] = [];
  protected readonly stopped: Work[] = [];
  /** Does what effects say; what comes of that comes after. */
  protected isBusy = false;
  protected stoppedAtMs = 0;
  protected wakesAtMs = Number.POSITIVE_INFINITY;
  protected lag = 0;
  protected identities = 1;
  protected chains = 0;
  protected readonly confirmed = new Confirmed();

  constructor(
    protected readonly options: ManagerOptions,
    protected readonly around: Surroundings,
  ) {
    this.id = options.id;
    this.index = options.index;
    this.disk = options.disk;
    this.collector = this.newCollector();
  }

  /** Milliseconds by which its process gets round to things late. */
  get lagMs(): number {
    return this.lag;
  }

  set lagMs(lagMs: number) {
    if (lagMs > 0 && this.lag <= 0) this.around.watch.troubled(this.self);
    if (lagMs <= 0 && this.lag > 0) this.around.watch.calmed(this.self);
    this.lag = lagMs;
  }

  get isUp(): boolean {
    return this.node !== undefined;
  }

  get isPaused(): boolean {
    return this.wants !== 'alive';
  }

  get mastership(): Mastership | undefined {
    return this.node?.mastership;
  }

  get durable(): Durable {
    return this.node?.mastership.durable ?? this.disk.synced;
  }

  get incarnation(): number {
    return this.durable.incarnation;
  }

  get term(): number {
    return this.durable.term;
  }

  isMaster(): boolean {
    const { node, around } = this;
    return (
      node?.mastership.mode.is === 'mastering' &&
      around.machine.parts.mastership.isMaster(node.mastership, this.localMs())
    );
  }

  start(): void {
    const { options, around } = this;
    const { id, candidate, wallOffsetMs, stream } = options;
    const durable = this.disk.begin(id);
    const { role = 'EM', priority = 0, address } = around.configuration.managers[this.index] ?? {};
    const membership = {
      ...options.membership,
      poolId: `pool-${id}-${stream.int(1e9)}`,
      role,
      priority,
      ...(address && { address }),
    };
    this.node = around.machine.create(
      {
        id,
        durable,
        candidate,
        membership,
        nowMs: this.localMs(),
        wallOffsetMs,
      },
      around.machine.parts,
    );
    this.life += 1;
    this.outdated?.push(durable.incarnation);
    this.isOff = false;
    this.asked.clear();
    this.wakesAtMs = Number.POSITIVE_INFINITY;
    this.collector = this.newCollector();
    this.wants = 'alive';
    this.saysCutOff = false;
    this.heardMs = around.world.nowMs;
    this.confirmed.begin(durable);
    around.counts.add('manager: start');
    this.note(`starts as incarnation ${durable.incarnation} of ${durable.identity}, term ${durable.term}`);
    around.checkers.started(this.self);
    around.watch.started(this.self);
    this.offer();
    this.work();
    this.input({ is: 'tick' });
  }

  crash(how: 'process' | 'power' = 'process'): void {
    if (!this.node) return;
    const lost = this.disk.crash();
    if (lost > 0) this.around.counts.add('disk: writes lost in a crash', lost);
    this.note(`crashes (${how}); ${lost} writes had not been synced`);
    this.around.watch.ended(this.self);
    this.isOff = how === 'power';
    this.end();
    if (how === 'process') this.breakConnections(this.options.stream.pick(['reset', 'closed', 'end']));
  }

  /** It ends of its own accord. */
  quit(): void {
    if (!this.node) return;
    this.note('ends');
    this.around.watch.ended(this.self);
    this.disk.flush();
    this.end();
    this.breakConnections('end');
  }

  protected end(): void {
    this.node = undefined;
    this.isStopped = false;
    this.inbox.length = 0;
    this.life += 1;
    this.collector = this.newCollector();
  }

  /** Connections stand between a master and its members. */
  protected breakConnections(how: 'reset' | 'closed' | 'end'): void {
    const { world, network, all } = this.around;
    for (const other of all) {
      if (other === this.self || !other.node) continue;
      const isJoined = other.node.lead?.id === this.id || other.node.steering?.speakers.has(this.id);
      const crossMs = isJoined ? network.crossMs(this.options.stream, this.index, other.index) : undefined;
      if (crossMs === undefined) continue;
      const { life } = other;
      world.after(crossMs, () => {
        if (other.life === life) other.deliver({ is: 'broken', member: this.id, how });
      });
    }
  }

  loseDisk(): void {
    this.identities += 1;
    this.outdated = undefined;
    this.disk.replace(this.options.blank(`${this.id}-${this.identities}`));
    this.note('has lost its disk');
  }

  restoreDisk(copy: Durable): void {
    this.outdated = [];
    this.disk.replace(copy);
    this.note(`has an old disk: incarnation ${copy.incarnation}, term ${copy.term}`);
  }

  stop(): void {
    if (!this.node || this.isStopped) return;
    this.isStopped = true;
    this.stoppedAtMs = this.localMs();
    this.note('is stopped');
    this.around.watch.troubled(this.self);
  }

  /** What lay in its sockets and what fell due are there at once, in either order. */
  goOn(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.note('goes on');
    this.around.watch.calmed(this.self);
    const late: NodeInput = { is: 'late', byMs: this.localMs() - this.stoppedAtMs };
    const { inbox } = this;
    if (this.options.stream.chance(0.5)) inbox.unshift(late);
    else inbox.push(late);
    inbox.push({ is: 'tick' });
    const first = inbox.shift();
    if (first) this.input(first);
    // Its configuration may have been changed meanwhile.
    this.offer();
    this.collector.wakeAll();
  }

  /** What its configuration says now. */
  offer(): void {
    const { configuration } = this.around;
    const manager = configuration.managers[this.index];
    if (manager && this.node && !this.isStopped)
      this.input({ is: 'offer', manager, elements: configuration.elementsOf(this.index) });
  }

  want(wants: 'alive' | 'keeping' | 'leaving'): void {
    this.wants = wants;
    this.input({ is: 'wants', wants });
  }

  /** Says now and then what it works at. */
  protected work(): void {
    const { heartbeatMs } = this.options.membership;
    const { due, done } = this.collector;
    this.input({
      is: 'works',
      heartbeat: {
        incarnation: this.incarnation,
        state: this.wants === 'keeping' ? 'paused' : this.wants === 'leaving' ? 'draining' : 'running',
        load: 0.1,
        polls: { due, done },
        parts: [],
        ...(this.trouble === 'disk full' && { trouble: 'the disk is full' }),
      },
    });
    this.later(WORKS_EVERY * heartbeatMs, () => this.work());
  }

  receive(envelope: PoolEnvelope): void {
    this.heardMs = this.around.world.nowMs;
    this.deliver({ is: 'message', envelope });
  }

  protected deliver(input: NodeInput): void {
    if (!this.node) return;
    if (this.lagMs > 0) this.later(this.lagMs, () => this.input(input));
    else this.input(input);
  }

  /** Runs in this life of the process only. */
  protected later(delayMs: number, run: () => void): void {
    const { life } = this;
    this.around.world.after(delayMs, () => {
      if (life === this.life) run();
    });
  }

  localMs(): number {
    return this.options.clock.local(this.around.world.nowMs);
  }

  globalAt(localMs: number): number {
    return this.options.clock.globalAt(localMs);
  }

  /** Of the machine's own clock on the wall. */
  wallMs(): number {
    return this.localMs() + this.options.wallOffsetMs;
  }

  note(what: string): void {
    this.around.transcript?.add(this.id, what);
  }

  /** The whole of it. */
  protected abstract readonly self: SimulatedManager;
  abstract input(input: NodeInput): void;
  protected abstract newCollector(): Collector;
}

/** A whole manager in the simulated world: runs the decisions of a pool's member, and does what their effects say. */
import type { Durable } from '../../pool/decisions.js';
import type { Candidate, Mastership } from '../../pool/mastership/state.js';
import type { PoolEnvelope, PoolMessage } from '../../pool/node/messages.js';
import type { PoolNode } from '../../pool/node/pool-node.js';
import type { NodeEffect, NodeInput, PoolNews, PoolNodeOptions } from '../../pool/node/state.js';
import { wakeAtMs } from '../../pool/node/step.js';
import type { Checkers } from '../checkers.js';
import type { NodeClock } from '../clock.js';
import type { Counts, Tally } from '../counts.js';
import type { Disk } from '../disk.js';
import type { Network } from '../network.js';
import type { Stream } from '../random.js';
import type { Process } from '../subject.js';
import { changeText, type Transcript } from '../transcript.js';
import type { World } from '../world.js';
import { Collector, type Work } from './collector.js';
import { Confirmed } from './confirmed.js';
import type { Configuration } from './elements.js';
import { effectText, poolMessageText } from './in-words.js';
import type { PoolMachine } from './machine.js';
import { type Answer, type Asked, ask, strongest } from './questions.js';
import type { Watch } from './watch.js';

/** What a manager is part of. */
export interface Surroundings {
  readonly world: World;
  readonly machine: PoolMachine;
  readonly network: Network<PoolEnvelope>;
  readonly configuration: Configuration;
  readonly checkers: Checkers;
  readonly watch: Watch;
  readonly counts: Counts;
  readonly messages: Tally;
  readonly writes: Tally;
  readonly effects: Tally;
  readonly news: Tally;
  readonly modes: Tally;
  readonly transcript: Transcript | undefined;
  readonly managerOf: (id: string) => SimulatedManager | undefined;
  readonly all: readonly SimulatedManager[];
  /** Told of everything that is sent, before it is. */
  readonly onSend: ((from: SimulatedManager, envelope: PoolEnvelope) => void) | undefined;
}

export interface ManagerOptions {
  readonly id: string;
  readonly index: number;
  readonly clock: NodeClock;
  readonly disk: Disk;
  readonly candidate: Candidate;
  /** As the configuration has it; what it is offers the rest. */
  readonly membership: Omit<PoolNodeOptions['membership'], 'poolId' | 'role' | 'priority' | 'address'>;
  /** Wall clocks are as people have set them. */
  readonly wallOffsetMs: number;
  /** As of somebody who has never been in a pool. */
  readonly blank: (identity: string) => Durable;
  readonly stream: Stream;
}

const MOST_ASKED = 200;
/** How often it says what it works at, in heartbeats. */
const WORKS_EVERY = 2;

export class SimulatedManager implements Process, Asked {
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
  private readonly inbox: NodeInput[] = [];
  private readonly stopped: Work[] = [];
  /** Does what effects say; what comes of that comes after. */
  private isBusy = false;
  private stoppedAtMs = 0;
  private wakesAtMs = Number.POSITIVE_INFINITY;
  private lag = 0;
  private identities = 1;
  private chains = 0;
  private readonly confirmed = new Confirmed();

  constructor(
    private readonly options: ManagerOptions,
    private readonly around: Surroundings,
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
    if (lagMs > 0 && this.lag <= 0) this.around.watch.troubled(this);
    if (lagMs <= 0 && this.lag > 0) this.around.watch.calmed(this);
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
    around.checkers.started(this);
    around.watch.started(this);
    this.offer();
    this.work();
    this.input({ is: 'tick' });
  }

  crash(how: 'process' | 'power' = 'process'): void {
    if (!this.node) return;
    const lost = this.disk.crash();
    if (lost > 0) this.around.counts.add('disk: writes lost in a crash', lost);
    this.note(`crashes (${how}); ${lost} writes had not been synced`);
    this.around.watch.ended(this);
    this.isOff = how === 'power';
    this.end();
    if (how === 'process') this.breakConnections(this.options.stream.pick(['reset', 'closed', 'end']));
  }

  /** It ends of its own accord. */
  quit(): void {
    if (!this.node) return;
    this.note('ends');
    this.around.watch.ended(this);
    this.disk.flush();
    this.end();
    this.breakConnections('end');
  }

  private end(): void {
    this.node = undefined;
    this.isStopped = false;
    this.inbox.length = 0;
    this.life += 1;
    this.collector = this.newCollector();
  }

  /** Connections stand between a master and its members. */
  private breakConnections(how: 'reset' | 'closed' | 'end'): void {
    const { world, network, all } = this.around;
    for (const other of all) {
      if (other === this || !other.node) continue;
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
    this.around.watch.troubled(this);
  }

  /** What lay in its sockets and what fell due are there at once, in either order. */
  goOn(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.note('goes on');
    this.around.watch.calmed(this);
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
  private work(): void {
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

  private deliver(input: NodeInput): void {
    if (!this.node) return;
    if (this.lagMs > 0) this.later(this.lagMs, () => this.input(input));
    else this.input(input);
  }

  /** Runs in this life of the process only. */
  private later(delayMs: number, run: () => void): void {
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

  input(input: NodeInput): void {
    const { node, around } = this;
    if (!node) return;
    if (this.isStopped || this.isBusy) {
      this.inbox.push(input);
      return;
    }
    if (input.is === 'message') this.heed(input.envelope);
    const former = node.mastership.mode.is;
    const { durable } = node.mastership;
    const effects = around.machine.step(node, input, this.localMs());
    const { mode, confirmed } = node.mastership;
    if (mode.is !== former) {
      around.modes.add(`${former} to ${mode.is}`);
      this.note(`${former} -> ${mode.is}`);
    }
    this.confirmed.take(this, durable, effects, confirmed, around);
    this.isBusy = true;
    for (const effect of effects) this.perform(effect);
    this.isBusy = false;
    // What begins anew at once has not stopped.
    for (const work of this.stopped.splice(0))
      if (!this.collector.works.has(work.element)) around.watch.stops(this, work);
    if (this.node !== node) return;
    around.checkers.stepped(this);
    const next = this.inbox.shift();
    if (next) this.input(next);
    else this.wake(node);
  }

  private heed({ from, message }: PoolEnvelope): void {
    if (this.around.transcript) this.note(`< ${from.id.padEnd(3)} ${poolMessageText(message)}`);
    if (message.is !== 'renew') return;
    if (this.asked.size > MOST_ASKED) this.asked.clear();
    this.asked.set(`${from.id} ${message.sequence}`, message.leaseMs);
  }

  private perform(effect: NodeEffect): void {
    const { around, collector } = this;
    const { watch } = around;
    if (effect.is === 'send') {
      this.send(effect.envelope);
      return;
    }
    around.effects.add(effect.is);
    if (around.transcript) this.note(effectText(effect));
    switch (effect.is) {
      case 'store':
        this.write(effect);
        return;
      case 'ask': {
        const { member, round, by, withinMs } = effect;
        for (const way of by)
          this.ask(member, withinMs, (answer) => this.deliver({ is: 'answer', member, round, by: way, ...answer }));
        return;
      }
      case 'askFor':
        this.askFor(effect);
        return;
      case 'poll':
        watch.begins(this, effect);
        collector.poll(effect);
        return;
      case 'renew':
        watch.renews(this, effect.element, effect.epoch);
        if (!collector.renew(effect.element, effect.epoch))
          watch.fail('one live owner', `${this.id} is told to go on with ${effect.element}, which it does not poll`);
        return;
      case 'release':
        watch.releases(this, effect);
        collector.release(effect.element, effect.first);
        return;
      case 'stop': {
        const work = collector.stop(effect.element);
        if (work) this.stopped.push(work);
        return;
      }
      case 'makeBundle': {
        const { element, aheadMs } = effect;
        const make = () => {
          const bundle = this.collector.makeBundle(element, aheadMs);
          if (bundle && !this.isStopped) this.input({ is: 'bundle', bundle });
        };
        this.later(0, make);
        return;
      }
      case 'standIn':
        collector.standIn(effect.element, effect.standIn);
        return;
      case 'hold':
        collector.hold();
        return;
      case 'goOn':
        collector.goOn();
        return;
      case 'news':
        this.tell(effect.news);
        return;
      case 'delegated':
      case 'knows':
      case 'refresh':
        return;
    }
  }

  private write({ change, mark }: Extract<NodeEffect, { is: 'store' }>): void {
    const { checkers, writes, transcript } = this.around;
    writes.add(change.is);
    checkers.writes(this, change);
    if (transcript) this.note(`writes #${mark} ${changeText(change)}`);
    this.disk.write(change, mark, (done) => {
      if (transcript) this.note(`synced #${done}`);
      this.input({ is: 'stored', mark: done });
    });
    if (change.is === 'term') this.onTermWritten?.();
  }

  private send(wanted: PoolEnvelope): void {
    const { messages, checkers, watch, network, transcript, managerOf, onSend } = this.around;
    const message = this.cut(wanted.message);
    const envelope = message === wanted.message ? wanted : { ...wanted, message };
    const { to } = envelope;
    messages.add(message.is);
    checkers.sent(this, to, message);
    watch.sent(this, to, message);
    if (transcript) this.note(`> ${to.padEnd(3)} ${poolMessageText(message)}`);
    onSend?.(this, envelope);
    const receiver = managerOf(to);
    if (receiver) network.send(this.index, receiver.index, envelope);
  }

  private cut(message: PoolMessage): PoolMessage {
    return message.is === 'renew' && message.entries.length > this.mostEntries
      ? { ...message, entries: message.entries.slice(0, this.mostEntries) }
      : message;
  }

  private ask(member: string, withinMs: number, done: (answer: Answer) => void): void {
    const target = this.around.managerOf(member);
    const { life } = this;
    if (target)
      ask(this.around, this.options.stream, this.index, target, withinMs, (answer) => {
        if (life === this.life) done(answer);
      });
    else this.later(withinMs, () => done({ outcome: 'nothing' }));
  }

  private askFor({ asker, member, round, withinMs }: Extract<NodeEffect, { is: 'askFor' }>): void {
    const answers: Answer[] = [];
    const ways = this.around.configuration.managers.find(({ id }) => id === member)?.address.socket ? 2 : 1;
    for (let way = 0; way < ways; way += 1)
      this.ask(member, withinMs, (answer) => {
        answers.push(answer);
        if (answers.length === ways) this.deliver({ is: 'askedFor', asker, member, round, ...strongest(answers) });
      });
  }

  private tell(news: PoolNews): void {
    const { news: tally, checkers, watch } = this.around;
    tally.add(news.is);
    if (news.is === 'mastering' && news.begins) checkers.began(this, news.term);
    if (news.is === 'cutOff') this.saysCutOff = news.begins;
    watch.told(this, news);
  }

  private newCollector(): Collector {
    const { life } = this;
    const { world, watch, configuration } = this.around;
    return new Collector({
      nowMs: () => this.localMs(),
      wakeAt: (localMs, work) =>
        world.at(Math.max(this.globalAt(localMs), world.nowMs) + this.lagMs, () => {
          if (life === this.life && !this.isStopped) this.collector.wake(work);
        }),
      polled: (poll) => watch.polled(this, poll),
      bundle: (bundle) => this.input({ is: 'bundle', bundle }),
      newChain: (element) => {
        this.chains += 1;
        return `${element} ${this.id}-${this.chains}`;
      },
      ownDefinition: (element) => configuration.elementsOf(this.index).find(({ name }) => name === element)?.definition,
    });
  }

  /** A wake that comes too early only looks again: promises move with every renewal, and each would cost an event. */
  private wake(node: PoolNode): void {
    const { world } = this.around;
    const dueMs = wakeAtMs(node);
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const atMs = Math.max(this.globalAt(dueMs), world.nowMs) + this.lagMs;
    if (atMs >= this.wakesAtMs) return;
    this.wakesAtMs = atMs;
    const { life } = this;
    world.at(atMs, () => {
      if (life !== this.life || this.wakesAtMs !== atMs || !this.node) return;
      this.wakesAtMs = Number.POSITIVE_INFINITY;
      if (this.isStopped) return;
      if (this.localMs() >= wakeAtMs(this.node)) this.input({ is: 'tick' });
      else this.wake(this.node);
    });
  }
}

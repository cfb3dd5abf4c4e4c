/**
 * A manager's part in its pool: gives the decisions of `pool/node/` what they need to know and does what they say.
 *
 * Inputs are taken one after the other; what an effect brings about at once (a bundle, a message to itself) is the next
 * input, never one inside another. The one timer is that of the next tick.
 */
import type { Env, Timer } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import type { Settings } from '../../config/settings.js';
import { type ElementName, type ManagedElement, parseElementName } from '../../model/element.js';
import type { ManagerAddress, ManagerState } from '../../model/manager.js';
import type { Connection, Heartbeat } from '../../pool/detection/state.js';
import type { DurableChange } from '../../pool/mastership/durable.js';
import type { PoolEnvelope } from '../../pool/node/messages.js';
import { createPoolNode, heartbeatOf, isMember, type PoolNode, rosterOf } from '../../pool/node/pool-node.js';
import type { NodeEffect, NodeInput, PoolNews, PoolNodeOptions } from '../../pool/node/state.js';
import { stepPoolNode, wakeAtMs } from '../../pool/node/step.js';
import type { Page } from '../../store/store.js';
import type { Collector } from '../collector/collector.js';
import type { Owned } from '../collector/collector-parts.js';
import type { PoolWord } from '../directory.js';
import { importDefinition } from './bundle/definition.js';
import { importBundle } from './bundle/import.js';
import type { Answer } from './link/questions.js';
import { elementOffers, managerOffer, type OfferParts } from './offer.js';
import { assignmentPage } from './pool-lists.js';
import type {
  AssignmentView,
  DelegateRequest,
  DelegateResult,
  HandOver,
  ListQuery,
  PoolService,
  PoolView,
} from './pool-service.js';
import { type Secrets, sealedIn } from './secrets.js';
import { assignmentOf, assignmentsOf, viewOf, wordOn } from './view.js';

/** How messages and questions get to others. */
export interface PoolWire {
  send(envelope: PoolEnvelope): void;
  /** Each way is told as soon as it is known, within the time. */
  ask(member: string, by: readonly Connection[], withinMs: number, tell: (answer: Answer) => void): void;
  /** By all ways; the answer that says most. */
  askFor(member: string, withinMs: number): Promise<Omit<Answer, 'by'>>;
  /** How a manager is reached, from whoever knows it. */
  knows(address: ManagerAddress): void;
  /** It is no member any more. */
  forget(member: string): void;
  close(): void;
}

export interface PoolMemberParts {
  readonly env: Env;
  readonly settings: () => Settings;
  readonly node: Omit<PoolNodeOptions, 'nowMs' | 'wallOffsetMs'>;
  readonly journal: { append(change: DurableChange, mark: number): void };
  readonly collector: Collector;
  readonly wire: PoolWire;
  readonly offer: () => OfferParts;
  readonly state: () => ManagerState;
  readonly setPaused: (isPaused: boolean) => void;
  readonly load: () => number;
  /** What keeps it from working, in words. */
  readonly trouble: () => string | undefined;
  readonly onNews: (news: PoolNews) => void;
  readonly onTaken: (taken: Extract<NodeEffect, { is: 'poll' }>, owned: Owned) => void;
  /** What is polled here is something else than before. */
  readonly onOwnership: () => void;
  /** Credentials of elements; absent where none may travel. */
  readonly secrets?: Pick<Secrets, 'sealed' | 'open' | 'forget'>;
  readonly handOvers: (query: ListQuery) => Promise<Page<HandOver>>;
  /** Carries a request out at another manager. */
  readonly atMaster: {
    delegate(master: string, request: DelegateRequest): Promise<DelegateResult>;
    reportFailure(master: string, manager: string, successor?: string): Promise<{ finding: string; done: string }>;
    forget(master: string, manager: string): Promise<void>;
  };
}

type Poll = Extract<NodeEffect, { is: 'poll' }>;
type ElementEffect = Extract<NodeEffect, { is: 'poll' | 'renew' | 'release' | 'stop' | 'refresh' }>;

/** Elements that are taken over, or let go, in one piece: half a millisecond each. */
const AT_A_TIME = 40;

/** How often what it offers is looked at for changed costs. */
const OFFER_EVERY_MS = 30_000;
/** A request to the master is answered within this time, or is said to be undecided. */
const ANSWER_MS = 5_000;
/** Handing over before the end takes no longer (SPEC 7). */
const LEAVE_MS = 30_000;
/** To be struck off the roster, after everything is handed over. */
const FAREWELL_MS = 2_000;
/** Where nothing moves for so long, nobody is able to take it. */
const STUCK_MS = 8_000;
const LOOK_MS = 50;

export class PoolMember implements PoolService {
  readonly #parts: PoolMemberParts;
  readonly #node: PoolNode;
  readonly #inputs: NodeInput[] = [];
  readonly #tickets = new Map<number, (result: DelegateResult) => void>();
  readonly #standIns = new Map<string, string>();
  /** When a bundle of each was last sent to its stand-in. */
  readonly #warmedMs = new Map<string, number>();
  /** Still to be done about elements. */
  readonly #work: ElementEffect[] = [];
  /** Released elements whose polls below the taker's first are not all made. */
  #leaving = 0;
  #isDoing = false;
  #isTaking = false;
  #timer: Timer | undefined;
  /** When that runs out. */
  #wakeMs = Number.POSITIVE_INFINITY;
  #works: Timer | undefined;
  #offersAtMs = 0;
  #ticket = 0;
  #isClosed = false;

  constructor(parts: PoolMemberParts) {
    this.#parts = parts;
    const { clock } = parts.env;
    this.#node = createPoolNode({
      ...parts.node,
      nowMs: clock.monotonic(),
      wallOffsetMs: clock.now() - clock.monotonic(),
    });
  }

  /** Offers what the configuration lists, and begins to look for the pool. */
  start(): void {
    this.#parts.collector.watchStandstill(heartbeatOf(this.#node));
    this.offer();
    this.#sayHowItIs();
  }

  /** The configuration has changed, or costs have. */
  offer(): void {
    const { clock } = this.#parts.env;
    this.#offersAtMs = clock.monotonic() + OFFER_EVERY_MS;
    const parts = this.#parts.offer();
    this.#take({ is: 'offer', manager: managerOffer(parts), elements: elementOffers(parts) });
  }

  /** Members of the pool. */
  get size(): number {
    return rosterOf(this.#node).members.length;
  }

  /** Of the pool, milliseconds. */
  get heartbeatMs(): number {
    return heartbeatOf(this.#node);
  }

  /** A message of a peer, whose name has been proved. */
  receive(envelope: PoolEnvelope): void {
    this.#take({ is: 'message', envelope });
  }

  /** By which secrets are sealed for a manager, where this member keeps the inventory. */
  sealKeyOf(manager: string): string | undefined {
    return this.#node.inventory.managers.get(manager)?.sealKey;
  }

  stored(mark: number): void {
    this.#take({ is: 'stored', mark });
  }

  broken(member: string, how: 'reset' | 'closed' | 'end'): void {
    this.#take({ is: 'broken', member, how });
  }

  /** Another manager has announced itself. */
  met(member: string): void {
    this.#take({ is: 'met', member });
  }

  late(byMs: number): void {
    this.#take({ is: 'late', byMs });
  }

  /** An element was polled: whoever stands in for it is to know. At most one bundle a second for each. */
  polled(element: ElementName): void {
    const standIn = this.#standIns.get(element);
    const nowMs = this.#parts.env.clock.monotonic();
    if (standIn === undefined || nowMs - (this.#warmedMs.get(element) ?? 0) < 1000) return;
    this.#warmedMs.set(element, nowMs);
    this.#bundle(element, undefined, standIn);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#works?.cancel();
    this.#parts.wire.close();
  }

  // -- What it tells -------------------------------------------------------------------------------------------------

  get view(): PoolView {
    return viewOf(this.#node, this.#parts.env.clock.monotonic());
  }

  /** Whether another manager lives, where this one would know: a voter that hears its master. */
  standingOf(manager: string): PoolWord | undefined {
    return wordOn(this.#node, manager);
  }

  get state(): ManagerState {
    return this.#parts.state();
  }

  assignments(query: ListQuery): Page<AssignmentView> {
    return assignmentPage(assignmentsOf(this.#node), query);
  }

  assignmentOf(element: ElementName): AssignmentView | undefined {
    return assignmentOf(this.#node, element);
  }

  handOvers(query: ListQuery): Promise<Page<HandOver>> {
    return this.#parts.handOvers(query);
  }

  // -- What it can be asked to do ------------------------------------------------------------------------------------

  async delegate(request: DelegateRequest): Promise<DelegateResult> {
    const master = this.#master();
    if (master !== this.#node.id) return this.#parts.atMaster.delegate(master, request);
    const { elements, to, until, recall = false } = request;
    this.#ticket += 1;
    const ticket = this.#ticket;
    const { env } = this.#parts;
    return new Promise((resolve, reject) => {
      const timer = env.clock.after(ANSWER_MS, () => {
        this.#tickets.delete(ticket);
        reject(new PtpError('Server.Timeout', 'the pool has not confirmed it in time; see who owns the elements now'));
      });
      this.#tickets.set(ticket, (result) => {
        timer.cancel();
        resolve(result);
      });
      this.#take({
        is: 'delegate',
        ticket,
        elements: elements.map((element) => this.#nameOf(element)),
        because: 'person',
        recall,
        ...(to !== undefined && { to }),
        ...(until !== undefined && { untilMs: until }),
      });
    });
  }

  async pause(keep: boolean): Promise<void> {
    this.#parts.setPaused(true);
    this.#take({ is: 'wants', wants: keep ? 'keeping' : 'leaving' });
    if (!keep) await this.#drained(LEAVE_MS);
    // What nobody could take rests as well: that is what somebody who pauses a manager wants.
    this.#parts.collector.pauseAll();
  }

  async resume(): Promise<void> {
    this.#parts.setPaused(false);
    this.#parts.collector.resumeAll();
    this.#take({ is: 'wants', wants: 'alive' });
  }

  async leave(): Promise<readonly ElementName[]> {
    this.#take({ is: 'wants', wants: 'leaving' });
    const left = await this.#drained(LEAVE_MS);
    this.#take({ is: 'leave' });
    await this.#until(() => !isMember(this.#node), FAREWELL_MS);
    return left;
  }

  async reportFailure(manager: string, successor?: string): Promise<{ finding: string; done: string }> {
    const master = this.#master();
    if (master !== this.#node.id) return this.#parts.atMaster.reportFailure(master, manager, successor);
    if (!this.view.members.some(({ id }) => id === manager))
      throw new PtpError('Client.NotFound', `no manager ${manager} is in the pool`);
    this.#take({ is: 'suspect', member: manager, ...(successor !== undefined && { successor }) });
    const standing = () => this.view.members.find(({ id }) => id === manager);
    await this.#until(() => standing()?.standing === 'gone', 4 * heartbeatOf(this.#node));
    const found = standing();
    return found?.standing === 'gone'
      ? { finding: found.why ?? 'gone', done: `its elements are taken over` }
      : { finding: 'alive', done: 'nothing: it answers' };
  }

  async forget(manager: string): Promise<void> {
    const master = this.#master();
    if (master !== this.#node.id) return this.#parts.atMaster.forget(master, manager);
    const known = this.view.members.find(({ id }) => id === manager);
    if (!known) throw new PtpError('Client.NotFound', `no manager ${manager} is known`);
    if (known.standing !== 'gone')
      throw new PtpError('Client.Conflict', `${manager} is ${known.standing}; only one that is gone can be forgotten`);
    this.#take({ is: 'forget', manager });
  }

  async recover(without: readonly string[]): Promise<void> {
    this.#take({ is: 'recover', without });
  }

  // -- Inputs and effects --------------------------------------------------------------------------------------------

  #take(input: NodeInput): void {
    this.#inputs.push(input);
    if (this.#isTaking || this.#isClosed) return;
    this.#isTaking = true;
    const { clock, log } = this.#parts.env;
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift())
        for (const effect of stepPoolNode(this.#node, next, clock.monotonic())) this.#perform(effect);
    } catch (thrown) {
      // An error of a request goes to whoever asked; what is left of the inputs is taken all the same.
      if (thrown instanceof PtpError) throw thrown;
      log.error('the pool met something impossible', { reason: String(thrown) });
      throw thrown;
    } finally {
      this.#isTaking = false;
      this.#doSome();
      this.#arm();
    }
  }

  /** What is to be polled and what not, in the order of the orders, some at a time: the heartbeat does not wait. */
  #doSome(): void {
    if (this.#isDoing) return;
    for (const effect of this.#work.splice(0, AT_A_TIME)) this.#do(effect);
    if (this.#work.length === 0) return;
    this.#isDoing = true;
    this.#parts.env.clock.after(0, () => {
      this.#isDoing = false;
      this.#doSome();
    });
  }

  #do(effect: ElementEffect): void {
    const { collector, env } = this.#parts;
    const name = elementNameOf(effect.element);
    if (!name || this.#isClosed) return;
    try {
      switch (effect.is) {
        case 'poll':
          this.#poll(effect);
          return;
        case 'renew':
          collector.renew(name, effect.epoch);
          return;
        case 'release':
          this.#release(name, effect.first);
          return;
        case 'stop':
          this.#standIns.delete(name);
          void collector.drop(name);
          this.#parts.secrets?.forget(name);
          return;
        case 'refresh':
          collector.refresh(name, effect.bundle);
      }
    } catch (thrown) {
      env.log.error('an element could not be taken over as it came', {
        element: name,
        what: effect.is,
        reason: asPtpError(thrown).message,
      });
    }
  }

  #arm(): void {
    if (this.#isClosed) return;
    const { clock } = this.#parts.env;
    const nowMs = clock.monotonic();
    const wakeMs = Math.max(nowMs + (this.#inputs.length > 0 ? 0 : 1), wakeAtMs(this.#node));
    // Most inputs put the next tick off: one that comes too soon costs less than a timer for each of them.
    if (wakeMs >= this.#wakeMs) return;
    this.#timer?.cancel();
    this.#wakeMs = wakeMs;
    this.#timer = clock.after(wakeMs - nowMs, () => {
      this.#wakeMs = Number.POSITIVE_INFINITY;
      this.#take({ is: 'tick' });
    });
  }

  #perform(effect: NodeEffect): void {
    const { journal, wire, collector, env, onNews } = this.#parts;
    switch (effect.is) {
      case 'send':
        wire.send(effect.envelope);
        return;
      case 'store':
        journal.append(effect.change, effect.mark);
        return;
      case 'ask':
        this.#ask(effect);
        return;
      case 'askFor':
        void this.#askFor(effect);
        return;
      case 'poll':
      case 'renew':
      case 'release':
      case 'stop':
      case 'refresh':
        this.#work.push(effect);
        if (effect.is !== 'renew' && effect.is !== 'refresh') this.#parts.onOwnership();
        return;
      case 'makeBundle':
        this.#bundle(effect.element, effect.aheadMs, undefined);
        return;
      case 'standIn':
        if (effect.standIn === undefined) this.#standIns.delete(effect.element);
        else {
          this.#standIns.set(effect.element, effect.standIn);
          this.#bundle(effect.element, undefined, effect.standIn);
        }
        return;
      case 'delegated':
        this.#tickets.get(effect.ticket)?.({ moved: effect.moved, refused: effect.refused });
        this.#tickets.delete(effect.ticket);
        return;
      case 'knows':
        for (const address of effect.addresses) if (address.id !== this.#node.id) wire.knows(address);
        return;
      case 'hold':
        collector.suspend();
        return;
      case 'goOn':
        collector.goOn({ skipOverdue: true });
        return;
      case 'news':
        env.log.debug('pool', { news: effect.news });
        if (effect.news.is === 'dropped') wire.forget(effect.news.member);
        onNews(effect.news);
    }
  }

  #ask({ member, round, by, withinMs }: Extract<NodeEffect, { is: 'ask' }>): void {
    this.#parts.wire.ask(member, by, withinMs * ANSWER_SHARE, (answer) =>
      this.#take({ is: 'answer', member, round, ...answer }),
    );
  }

  async #askFor({ asker, member, round, withinMs }: Extract<NodeEffect, { is: 'askFor' }>): Promise<void> {
    const answer = await this.#parts.wire.askFor(member, withinMs * ANSWER_SHARE);
    this.#take({ is: 'askedFor', asker, member, round, ...answer });
  }

  #poll(effect: Poll): void {
    const { collector, env, onTaken } = this.#parts;
    const element = this.#definition(effect);
    if (!element) {
      env.log.error('an element cannot be polled: nothing says how', { element: effect.element });
      return;
    }
    const { epoch, arrival, bundle } = effect;
    const sealed = bundle && this.#parts.secrets && sealedIn(bundle.body);
    if (sealed !== undefined) this.#parts.secrets?.open(element.name, sealed);
    const owned = collector.own({ element, epoch, arrival, ...(bundle && { bundle }) });
    if (owned.fault !== undefined)
      env.log.warn('what came with an element could not be used', { element: element.name, reason: owned.fault });
    if (arrival !== 'start') onTaken(effect, owned);
  }

  /** As this manager lists it itself, else as it came. */
  #definition({ element: name, bundle, definition }: Poll): ManagedElement | undefined {
    const { settings, env } = this.#parts;
    const listed = settings().elements.find((one) => one.name === name);
    if (listed) return listed;
    try {
      if (definition !== undefined) return importDefinition(definition);
      const moment = { nowMs: env.clock.now(), monotonicMs: env.clock.monotonic() };
      return bundle && importBundle(bundle.body, moment).element;
    } catch (thrown) {
      env.log.error('the definition of an element cannot be read', {
        element: name,
        reason: asPtpError(thrown).message,
      });
      return undefined;
    }
  }

  #release(name: ElementName, first: readonly number[]): void {
    this.#standIns.delete(name);
    const { collector, secrets } = this.#parts;
    this.#leaving += 1;
    void collector.release(name, first).then((bundle) => {
      this.#leaving -= 1;
      if (!collector.definitionOf(name)) secrets?.forget(name);
      if (bundle) this.#take({ is: 'bundle', bundle });
    });
  }

  #bundle(element: string, aheadMs: number | undefined, standIn: string | undefined): void {
    const { collector, secrets } = this.#parts;
    const name = elementNameOf(element);
    if (!name) return;
    const to = standIn ?? receiverOf(this.#node, element);
    const definition = secrets && to !== undefined ? collector.definitionOf(name) : undefined;
    const sealed = definition && to !== undefined ? secrets?.sealed(definition, to) : undefined;
    if (sealed instanceof Promise) void sealed.then((text) => this.#makeBundle(name, aheadMs, text));
    else this.#makeBundle(name, aheadMs, sealed);
  }

  #makeBundle(name: ElementName, aheadMs: number | undefined, sealed: string | undefined): void {
    const { collector, env } = this.#parts;
    try {
      const bundle = collector.bundleOf(name, aheadMs, sealed);
      if (bundle) this.#take({ is: 'bundle', bundle });
    } catch (thrown) {
      env.log.warn('a bundle could not be made', { element: name, reason: asPtpError(thrown).message });
    }
  }

  /** What it says of itself, once a heartbeat. */
  #sayHowItIs(): void {
    if (this.#isClosed) return;
    const { env, collector, state, load, trouble } = this.#parts;
    const why = trouble();
    const heartbeat: Heartbeat = {
      incarnation: this.#node.mastership.durable.incarnation,
      state: state(),
      load: load(),
      ...collector.meter.work,
      ...(why !== undefined && { trouble: why }),
    };
    this.#take({ is: 'works', heartbeat });
    if (env.clock.monotonic() >= this.#offersAtMs) this.offer();
    this.#works = env.clock.after(heartbeatOf(this.#node), () => this.#sayHowItIs());
  }

  /**
   * Resolves when nothing is polled here any more, to the last poll that is not the taker's; when nothing that is left
   * goes anywhere; or after the time. With what is left.
   */
  async #drained(withinMs: number): Promise<readonly ElementName[]> {
    const { clock } = this.#parts.env;
    const stays = new Set(this.#node.offer?.elements.flatMap(({ name, stationary }) => (stationary ? [name] : [])));
    const polled = () =>
      [...this.#node.holding.held].flatMap(([name, { is }]) => (is === 'owning' || is === 'giving' ? [name] : []));
    let last = { left: -1, atMs: 0 };
    await this.#until(() => {
      const left = polled().filter((name) => !stays.has(name)).length + this.#work.length + this.#leaving;
      if (left !== last.left) last = { left, atMs: clock.monotonic() };
      return left === 0 || clock.monotonic() - last.atMs > STUCK_MS;
    }, withinMs);
    return polled().flatMap((name) => elementNameOf(name) ?? []);
  }

  async #until(isSo: () => boolean, withinMs: number): Promise<void> {
    const { clock } = this.#parts.env;
    const endMs = clock.monotonic() + withinMs;
    while (!isSo() && clock.monotonic() < endMs && !this.#isClosed)
      await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
  }

  #master(): string {
    const { master, standing } = this.view;
    if (master !== undefined) return master;
    throw new PtpError(
      'Server.Unavailable',
      standing === 'member' ? 'the pool has no master now; try again in a few seconds' : 'this manager is in no pool',
    );
  }

  /** `device/core1`, or `core1` where only one kind has it. */
  #nameOf(reference: string): string {
    const { elements } = this.#node.inventory;
    if (elements.has(reference)) return reference;
    const meant = ['device', 'service', 'application'].map((kind) => `${kind}/${reference}`);
    const known = meant.filter((name) => elements.has(name));
    return known.length === 1 && known[0] !== undefined ? known[0] : reference;
  }
}

/** The rest of the time is for the way back. */
const ANSWER_SHARE = 0.8;
function elementNameOf(name: string): ElementName | undefined {
  const parsed = parseElementName(name);
  return parsed && `${parsed.kind}/${parsed.id}`;
}

function receiverOf({ holding }: PoolNode, element: string): string | undefined {
  const held = holding.held.get(element);
  return held?.is === 'giving' ? held.to : undefined;
}

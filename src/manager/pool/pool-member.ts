/**
 * A manager's part in its pool: gives the decisions of `pool/node/` what they need to know and does what they say.
 *
 * Inputs are taken one after the other; what an effect brings about at once (a bundle, a message to itself) is the next
 * input, never one inside another. The one timer is that of the next tick.
 */
import type { Timer } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { ElementName } from '../../model/element.js';
import type { ManagerAddress, ManagerState } from '../../model/manager.js';
import type { Connection, Heartbeat } from '../../pool/detection/state.js';
import type { DurableChange } from '../../pool/mastership/durable.js';
import { memberOf } from '../../pool/member.js';
import type { PoolEnvelope } from '../../pool/node/messages.js';
import { createPoolNode, heartbeatOf, type PoolNode, rosterOf } from '../../pool/node/pool-node.js';
import type { NodeEffect, NodeInput, PoolNews, PoolNodeOptions } from '../../pool/node/state.js';
import { stepPoolNode, wakeAtMs } from '../../pool/node/step.js';
import type { Page } from '../../store/store.js';
import type { PoolWord } from '../directory.js';
import type { Answer } from './link/questions.js';
import { elementCosts, elementOffers, managerOffer, type OfferParts } from './offer.js';
import { assignmentPage } from './pool-lists.js';
import { type PollingParts, PoolPolling } from './pool-polling.js';
import { PoolRequests, type RequestParts } from './pool-requests.js';
import type {
  AssignmentView,
  DelegateRequest,
  DelegateResult,
  HandOver,
  ListQuery,
  PoolService,
  PoolView,
} from './pool-service.js';
import { assignmentOf, assignmentsOf, givenTo, viewOf, wordOn } from './view.js';

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

export interface PoolMemberParts
  extends Omit<PollingParts, 'onBundle' | 'takerOf' | 'collector'>,
    Pick<RequestParts, 'setPaused' | 'atMaster' | 'collector'> {
  readonly node: Omit<PoolNodeOptions, 'nowMs' | 'wallOffsetMs'>;
  readonly journal: { append(change: DurableChange, mark: number): void };
  readonly wire: PoolWire;
  readonly offer: () => OfferParts;
  readonly state: () => ManagerState;
  readonly load: () => number;
  /** What keeps it from working, in words. */
  readonly trouble: () => string | undefined;
  readonly onNews: (news: PoolNews) => void;
  readonly handOvers: (query: ListQuery) => Promise<Page<HandOver>>;
}

/** How often what it offers is looked at for changed costs. */
const OFFER_EVERY_MS = 30_000;
export class PoolMember implements PoolService {
  readonly #parts: PoolMemberParts;
  readonly #node: PoolNode;
  readonly #inputs: NodeInput[] = [];
  readonly #polling: PoolPolling;
  readonly #requests: PoolRequests;
  #isTaking = false;
  #timer: Timer | undefined;
  /** When that runs out. */
  #wakeMs = Number.POSITIVE_INFINITY;
  #works: Timer | undefined;
  #offersAtMs = 0;
  #isClosed = false;

  constructor(parts: PoolMemberParts) {
    this.#parts = parts;
    const { clock } = parts.env;
    this.#node = createPoolNode({
      ...parts.node,
      nowMs: clock.monotonic(),
      wallOffsetMs: clock.now() - clock.monotonic(),
    });
    this.#polling = new PoolPolling({
      ...parts,
      onBundle: (bundle) => this.#take({ is: 'bundle', bundle }),
      takerOf: (element) => takerOf(this.#node, element),
    });
    this.#requests = new PoolRequests({
      ...parts,
      node: this.#node,
      take: (input) => this.#take(input),
      view: () => this.view,
      open: () => this.#polling.open,
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
    const [elements, costs] = [elementOffers(parts), elementCosts(parts)];
    this.#take({ is: 'offer', manager: managerOffer(parts), elements, costs });
  }

  /** Members of the pool. */
  get size(): number {
    return rosterOf(this.#node).members.length;
  }

  /** As far as this manager knows. */
  hasMember(id: string): boolean {
    return memberOf(rosterOf(this.#node), id) !== undefined;
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

  polled(element: ElementName, isJudged?: boolean): void {
    this.#polling.polled(element, isJudged);
  }

  close(): void {
    this.#isClosed = true;
    this.#polling.close();
    this.#requests.close();
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

  /** Differs when a manager is given something else, stand-ins included; undefined where this one does not vote. */
  givenTo(manager: string): string | undefined {
    return givenTo(this.#node, manager);
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

  definitionOf(element: ElementName): string | undefined {
    return this.#node.inventory.elements.get(element)?.definition;
  }

  handOvers(query: ListQuery): Promise<Page<HandOver>> {
    return this.#parts.handOvers(query);
  }

  // -- What it can be asked to do ------------------------------------------------------------------------------------

  delegate(request: DelegateRequest): Promise<DelegateResult> {
    return this.#requests.delegate(request);
  }

  pause(keep: boolean): Promise<void> {
    return this.#requests.pause(keep);
  }

  resume(): Promise<void> {
    return this.#requests.resume();
  }

  leave(): Promise<readonly ElementName[]> {
    return this.#requests.leave();
  }

  reportFailure(manager: string, successor?: string): Promise<{ finding: string; done: string }> {
    return this.#requests.reportFailure(manager, successor);
  }

  forget(manager: string): Promise<void> {
    return this.#requests.forget(manager);
  }

  recover(without: readonly string[]): Promise<void> {
    return this.#requests.recover(without);
  }

  // -- Inputs and effects --------------------------------------------------------------------------------------------

  #take(input: NodeInput): void {
    this.#inputs.push(input);
    if (this.#isTaking || this.#isClosed) return;
    this.#isTaking = true;
    const { clock, log } = this.#parts.env;
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) this.#step(next, clock.monotonic());
    } catch (thrown) {
      // An error of a request goes to whoever asked; what is left of the inputs is taken all the same.
      if (thrown instanceof PtpError) throw thrown;
      log.error('the pool met something impossible', { reason: String(thrown) });
      throw thrown;
    } finally {
      this.#isTaking = false;
      this.#polling.doSome();
      this.#arm();
    }
  }

  /** What a step has come to is done even where it failed in the end: what it has written counts as written from then on. */
  #step(input: NodeInput, nowMs: number): void {
    try {
      stepPoolNode(this.#node, input, nowMs);
    } finally {
      for (const effect of this.#node.out) this.#perform(effect);
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
    const { journal, wire, env, onNews } = this.#parts;
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
      case 'makeBundle':
      case 'standIn':
        this.#polling.perform(effect);
        return;
      case 'delegated':
        this.#requests.decided(effect.ticket, { moved: effect.moved, refused: effect.refused });
        return;
      case 'knows':
        for (const address of effect.addresses) if (address.id !== this.#node.id) wire.knows(address);
        return;
      case 'hold':
        this.#polling.suspend();
        return;
      case 'goOn':
        this.#polling.goOn();
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
}

/** The rest of the time is for the way back. */
const ANSWER_SHARE = 0.8;
function takerOf({ holding }: PoolNode, element: string): string | undefined {
  const held = holding.held.get(element);
  return held?.is === 'giving' ? held.to : undefined;
}

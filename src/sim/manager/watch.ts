/** The rules of SPEC 6 about elements, looked at from outside: epochs, hand-overs, polls, and who says what. */
import { compareEpochs, type Epoch, formatEpoch } from '../../model/manager.js';
import type { Entry } from '../../pool/decisions.js';
import type { HoldingEffect } from '../../pool/holding/state.js';
import { type InventoryChange, isUnsettled, type OwnershipRecord } from '../../pool/inventory/inventory.js';
import type { PoolMessage } from '../../pool/node/messages.js';
import { isMember, rosterOf } from '../../pool/node/pool-node.js';
import type { PoolNews } from '../../pool/node/state.js';
import type { Checkers, Rule } from '../checkers.js';
import { MOST_DRIFT } from '../clock.js';
import type { Counts } from '../counts.js';
import type { Poll, Work } from './collector.js';
import { type Double, type Gap, Ledger } from './ledger.js';
import type { SimulatedManager } from './manager.js';
import type { TakeOvers } from './takeovers.js';
import { Troubles } from './troubles.js';

/** An element, as the confirmed decisions have it and as it was seen. */
interface Seen {
  record: OwnershipRecord | undefined;
  /** The last epochs that were decided, and whose they are. */
  readonly epochs: { readonly epoch: Epoch; readonly owner: string; readonly decidedMs: number }[];
  /** When it was taken from somebody who was not asked, or from the pool. */
  seizedMs: number;
  /** The newest epoch under which it was handed over: its taker has said so, and that is decided. */
  handedOver: Epoch | undefined;
  /** By which it was owned when nobody listed it any more. */
  removed: Epoch | undefined;
  /** Who had to do with it, and when last. */
  readonly touched: Map<string, number>;
  /** Who was told to hand it over. */
  readonly givers: { readonly by: string; readonly epoch: Epoch }[];
  /** Takers that have said with which polls they begin; undefined where one polled already, and goes on. */
  readonly taken: { readonly by: string; readonly epoch: Epoch; readonly first: readonly number[] | undefined }[];
}

/** The one that a rule is about. */
type Who = Pick<SimulatedManager, 'id' | 'index'>;

const MOST_EPOCHS = 12;
/** A poll that was missed may still be made up so long after the next one. */
const MADE_UP_MS = 3_000;
const never = Number.NEGATIVE_INFINITY;
/** What went wrong so long ago has nothing to do with what is seen now. */
const FORGIVEN_MS = 30_000;
/** Heartbeats without a word from anybody, after which a manager has to say that it is cut off. */
const CUT_OFF_HEARTBEATS = 14;

export class Watch {
  readonly ledger = new Ledger();
  readonly troubles: Troubles;
  private readonly seen = new Map<string, Seen>();
  /** The newest epoch that each start of a manager has obeyed, by element. */
  private readonly obeyed = new Map<string, Map<string, Epoch>>();
  private gaps: Gap[] = [];
  /** When the pool decided last that a manager is dead. */
  private readonly goneMs = new Map<string, number>();
  /** When a manager began to poll an element last. */
  private readonly begunMs = new Map<string, number>();

  constructor(
    private readonly nowMs: () => number,
    private readonly network: () => { readonly troubledMs: number },
    private readonly checkers: Checkers,
    private readonly counts: Counts,
    readonly takeOvers: TakeOvers,
    /** Whether a manager's configuration has an element now. */
    private readonly isListed: (element: string, index: number) => boolean,
    private readonly isPolledBy: (element: string, id: string, epoch?: Epoch) => boolean,
  ) {
    this.troubles = new Troubles(nowMs);
  }

  fail(rule: Rule, text: string): void {
    this.checkers.fail(rule, text);
  }

  recordOf(element: string): OwnershipRecord | undefined {
    return this.seen.get(element)?.record;
  }

  /** How many elements the pool has decided about. */
  get knownCount(): number {
    let count = 0;
    for (const { record } of this.seen.values()) if (record?.owner !== undefined) count += 1;
    return count;
  }

  /** How many are on their way. */
  unsettledCount(): number {
    let count = 0;
    for (const { record } of this.seen.values()) if (record && isUnsettled(record)) count += 1;
    return count;
  }

  started({ id }: SimulatedManager): void {
    this.obeyed.delete(id);
    this.troubles.end(id);
  }

  ended(manager: SimulatedManager): void {
    this.troubles.begin(manager.id);
    this.takeOvers.ended(manager);
  }

  troubled({ id }: SimulatedManager): void {
    this.troubles.begin(id);
  }

  calmed({ id }: SimulatedManager): void {
    this.troubles.end(id);
  }

  /** The next decision is confirmed. */
  decided({ decision }: Entry): void {
    if (decision.is !== 'inventory') return;
    const change = decision.change as InventoryChange;
    for (const { id, standing } of change.managers ?? []) if (standing === 'gone') this.goneMs.set(id, this.nowMs());
    for (const name of change.removed ?? []) {
      const seen = this.seenOf(name);
      seen.removed = seen.record?.epoch ?? seen.removed;
      seen.record = undefined;
      seen.seizedMs = this.nowMs();
    }
    // What is settled may be moved on by the same decision.
    this.settle(change);
    for (const { element, ...record } of change.owned ?? []) this.owns(element, record);
    this.settle(change);
  }

  private settle({ settled: all = [] }: InventoryChange): void {
    for (const { element, epoch } of all) {
      const seen = this.seenOf(element);
      const { holder: _, former: __, ...settled } = seen.record ?? {};
      if (!seen.record?.epoch || compareEpochs(seen.record.epoch, epoch) !== 0) continue;
      seen.record = settled;
      if (seen.taken.some((one) => one.by === settled.owner && compareEpochs(one.epoch, epoch) === 0))
        seen.handedOver = epoch;
    }
  }

  private owns(element: string, record: OwnershipRecord): void {
    const seen = this.seenOf(element);
    const { owner, epoch, holder } = record;
    const before = seen.record;
    seen.record = record;
    if (owner === undefined || !epoch) return;
    const polled = before?.holder ?? before?.owner;
    const isMove = before?.epoch === undefined || compareEpochs(before.epoch, epoch) !== 0;
    if (before?.epoch && compareEpochs(epoch, before.epoch) < 0)
      this.fail(
        'older epoch',
        `${element} was decided to be of ${formatEpoch(epoch)} after ${formatEpoch(before.epoch)}`,
      );
    if (polled !== undefined && polled !== owner && holder !== polled) seen.seizedMs = this.nowMs();
    if (!isMove && before?.holder !== undefined && holder === undefined) seen.seizedMs = this.nowMs();
    for (const id of [owner, holder, polled]) if (id !== undefined) seen.touched.set(id, this.nowMs());
    if (holder !== undefined) this.isToGive(element, epoch, holder);
    if (!isMove) return;
    seen.epochs.push({ epoch, owner, decidedMs: this.nowMs() });
    if (seen.epochs.length > MOST_EPOCHS) seen.epochs.shift();
    this.counts.add(holder === undefined ? 'element: taken over or first given' : 'element: planned move');
  }

  private seenOf(element: string): Seen {
    const known = this.seen.get(element);
    if (known) return known;
    const made: Seen = {
      record: undefined,
      epochs: [],
      seizedMs: Number.NEGATIVE_INFINITY,
      handedOver: undefined,
      removed: undefined,
      touched: new Map(),
      givers: [],
      taken: [],
    };
    this.seen.set(element, made);
    return made;
  }

  /** What a manager does by an epoch: never by an older one than it has obeyed. */
  private obeys({ id }: Who, element: string, epoch: Epoch): void {
    const of = this.obeyed.get(id) ?? new Map<string, Epoch>();
    this.obeyed.set(id, of);
    const newest = of.get(element);
    if (newest && compareEpochs(epoch, newest) < 0)
      this.fail('older epoch', `${id} obeys ${formatEpoch(epoch)} of ${element} after ${formatEpoch(newest)}`);
    else of.set(element, epoch);
  }

  /** The decision about an epoch, when it is confirmed: whom it was given to, and when. */
  private decisionOf(element: string, epoch: Epoch): Seen['epochs'][number] | undefined {
    return this.seen.get(element)?.epochs.find((one) => compareEpochs(one.epoch, epoch) === 0);
  }

  private ownerBy(element: string, epoch: Epoch): string | undefined {
    return this.decisionOf(element, epoch)?.owner;
  }

  private hasRight({ id }: Who, element: string, epoch: Epoch): void {
    if (epoch.term === 0) return;
    const owner = this.ownerBy(element, epoch);
    // A giver whose taker has failed polls until the next one takes over.
    const isGiver = this.seenOf(element).givers.some((one) => one.by === id && compareEpochs(one.epoch, epoch) === 0);
    if (owner !== id && !isGiver)
      this.fail(
        'decided first',
        `${id} polls ${element} by ${formatEpoch(epoch)}, which is of ${owner ?? 'no decision'}`,
      );
  }

  begins(manager: Who, { element, epoch, arrival, bundle }: Extract<HoldingEffect, { is: 'poll' }>): void {
    this.obeys(manager, element, epoch);
    this.hasRight(manager, element, epoch);
    this.begunMs.set(`${manager.id} ${element}`, this.nowMs());
    this.counts.add(`polling begins: ${arrival}${bundle ? '' : ', anew'}`);
    this.seenOf(element).touched.set(manager.id, this.nowMs());
    if (arrival === 'handOver' && !bundle)
      this.fail('poll missed', `${manager.id} takes ${element} in a planned move and begins anew`);
    const isWell = this.network().troubledMs < this.nowMs() - FORGIVEN_MS;
    if (arrival === 'takeOver' && !bundle && isWell && this.takeOvers.stoodIn(manager.id, element))
      this.fail('poll missed', `${manager.id} stood in for ${element}, takes it over and begins anew`);
    this.takeOvers.begins(manager, element);
  }

  /** One that was found dead and was not polls on. Given back what it has, it waits for no giver: it says that it polls. */
  renews(manager: Who, element: string, epoch: Epoch): void {
    this.obeys(manager, element, epoch);
    this.hasRight(manager, element, epoch);
    this.takes(element, { by: manager.id, epoch, first: undefined });
  }

  private takes(element: string, one: Seen['taken'][number]): void {
    const { taken } = this.seenOf(element);
    taken.push(one);
    if (taken.length > MOST_EPOCHS) taken.shift();
  }

  releases(manager: Who, { element, epoch, to, first }: Extract<HoldingEffect, { is: 'release' }>): void {
    this.obeys(manager, element, epoch);
    const record = this.recordOf(element);
    // The master has noted that it was taken, with which numbers ever.
    const isNoted = record?.owner === to && record.holder === undefined;
    const isTaken = this.seenOf(element).taken.some(
      (one) =>
        one.by === to && compareEpochs(one.epoch, epoch) >= 0 && (isNoted || String(one.first) === String(first)),
    );
    if (!isTaken && record && !this.mayLose(manager, element, epoch))
      this.fail('released when confirmed', `${manager.id} releases ${element}, which ${to} has not taken`);
  }

  /** At once, and without anybody's word: only what another has by right, or what is in the pool no more. */
  stops(manager: Who, { element, epoch, releasing }: Work): void {
    const record = this.recordOf(element);
    if (releasing || !record?.epoch) return;
    if (epoch.term === 0 && !this.isListed(element, manager.index)) {
      this.seenOf(element).seizedMs = this.nowMs();
      return;
    }
    if (!this.mayLose(manager, element, epoch))
      this.fail(
        'released when confirmed',
        `${manager.id} stops ${element}, which is of ${record.owner} (${formatEpoch(record.epoch)}) and polled by nobody else`,
      );
  }

  /** Another has it by a newer epoch, and polls it already, or this one was found dead: that was never asked. */
  private mayLose({ id }: Who, element: string, epoch: Epoch): boolean {
    const record = this.recordOf(element);
    if (!record?.epoch || record.owner === undefined) return false;
    // What it polls at home only until the pool speaks.
    if (epoch.term === 0) return true;
    const { owner, holder } = record;
    if (owner !== id && this.isPolledBy(element, owner, record.epoch)) return true;
    if (holder !== undefined && holder !== id && this.isPolledBy(element, holder)) return true;
    if (compareEpochs(record.epoch, epoch) <= 0) return false;
    // It is given to it again by the next order.
    if (owner === id && holder === undefined) return true;
    if ((holder ?? owner) === id) return this.isTold(element, owner, record.epoch);
    // A giver to which the word of its taker and of the master got lost, until that taker was found dead: the next owner
    // takes over from the taker, which may be alive, and of the giver nobody knows that it has polled on.
    const { handedOver, removed } = this.seenOf(element);
    if (handedOver && compareEpochs(handedOver, epoch) > 0) return true;
    // People took it out everywhere, and put it in anew: what was polled until then is another.
    if (removed && compareEpochs(removed, epoch) >= 0) return true;
    // Found dead since it was given the epoch: a giver that has not heard of that may still hand over to it afterwards.
    // Such a one polls, but nobody counts on it.
    const sinceMs = Math.min(
      this.begunMs.get(`${id} ${element}`) ?? 0,
      this.decisionOf(element, epoch)?.decidedMs ?? Number.POSITIVE_INFINITY,
      this.nowMs() - FORGIVEN_MS,
    );
    return (this.goneMs.get(id) ?? never) >= sinceMs;
  }

  /** A taker that polled already has told its giver so. It may have ended before that came, as after any `taken`. */
  private isTold(element: string, owner: string, epoch: Epoch): boolean {
    const said = this.seenOf(element).taken.filter((one) => one.by === owner && compareEpochs(one.epoch, epoch) === 0);
    return said.some(({ first }) => first === undefined) && said.some(({ first }) => first !== undefined);
  }

  sent(manager: Who, to: string, message: PoolMessage): void {
    if (message.is === 'taken') {
      const { element, epoch, first } = message;
      this.obeys(manager, element, epoch);
      this.takes(element, { by: manager.id, epoch, first });
    }
    if (message.is !== 'orders') return;
    for (const order of message.orders) {
      if (order.is === 'drop' || order.is === 'standIn') continue;
      const owner = this.ownerBy(order.element, order.epoch);
      if (owner !== (order.is === 'give' ? order.to : to))
        this.fail(
          'decided first',
          `${manager.id} orders ${to} to ${order.is} ${order.element} by ${formatEpoch(order.epoch)}, which is of ${owner ?? 'no decision'}`,
        );
    }
  }

  private isToGive(element: string, epoch: Epoch, by: string): void {
    const { givers } = this.seenOf(element);
    if (givers.some((one) => one.by === by && compareEpochs(one.epoch, epoch) === 0)) return;
    givers.push({ by, epoch });
    if (givers.length > MOST_EPOCHS) givers.shift();
  }

  told(_manager: SimulatedManager, news: PoolNews): void {
    if (news.is === 'mastering' && news.begins) this.takeOvers.elected();
  }

  polled({ id }: SimulatedManager, poll: Poll): void {
    const nowMs = this.nowMs();
    const { gap, double } = this.ledger.polled(id, poll, nowMs);
    if (gap) this.gaps.push(gap);
    if (double) this.doubled(double);
    if (gap || double) this.seenOf(poll.element).touched.set(id, nowMs);
  }

  /** Allowed where a message was lost or late, or somebody died. */
  private doubled({ poll, by }: Double): void {
    const sinceMs = this.nowMs() - FORGIVEN_MS;
    const seen = this.seenOf(poll.element);
    this.counts.add(this.isAfterDeath(this.nowMs()) ? 'poll: doubled after the last death' : 'poll: doubled');
    if (this.network().troubledMs >= sinceMs || seen.seizedMs >= sinceMs || this.wasTroubled(seen, by, sinceMs)) return;
    this.fail('poll doubled', `poll ${poll.number} of ${poll.element} by ${by.join(' and ')}`);
  }

  /** Allowed where somebody died or stood still, or the element was taken from one who was thought dead. */
  private missed(gap: Gap): void {
    const missing = this.ledger.stillMissing(gap);
    if (missing.length === 0) return;
    this.counts.add(this.isAfterDeath(gap.toMs) ? 'poll: missed after the last death' : 'poll: missed', missing.length);
    const { deathMs } = this.takeOvers;
    // Where all was well but for one death, who stood in makes up the poll that fell due last, by its own clock.
    const sinceLastMs = gap.intervalMs + gap.toMs - (deathMs ?? gap.toMs);
    const due = Math.ceil((sinceLastMs * (1 + 2 * MOST_DRIFT)) / gap.intervalMs) - 1;
    const stoodIn = this.takeOvers.stoodIn(gap.by[1], gap.element);
    if (deathMs !== undefined && stoodIn && gap.toMs > deathMs && missing.length > Math.max(0, due - 1))
      this.fail('poll missed', `poll ${missing.join(', ')} of ${gap.element} was not made up by ${gap.by[1]}`);
    const seen = this.seenOf(gap.element);
    const sinceMs = gap.fromMs - FORGIVEN_MS;
    if (seen.seizedMs >= sinceMs || this.wasTroubled(seen, gap.by, sinceMs)) return;
    this.fail('poll missed', `poll ${missing.join(', ')} of ${gap.element} between ${gap.by.join(' and ')}`);
  }

  /** A takeover makes up the last poll only, if need be twice: that is told apart from what goes wrong in peace. */
  private isAfterDeath(atMs: number): boolean {
    return atMs > (this.takeOvers.deathMs ?? Number.POSITIVE_INFINITY);
  }

  private wasTroubled({ touched }: Seen, by: readonly string[], sinceMs: number): boolean {
    const involved = new Set(by);
    for (const [id, atMs] of touched) if (atMs >= sinceMs) involved.add(id);
    return [...involved].some((id) => this.troubles.since(id, sinceMs));
  }

  /** Looks at what takes time to be seen; every second. */
  audit(managers: readonly SimulatedManager[]): void {
    const nowMs = this.nowMs();
    const ripe = this.gaps.filter(({ toMs }) => toMs <= nowMs - MADE_UP_MS);
    if (ripe.length > 0) {
      this.gaps = this.gaps.filter(({ toMs }) => toMs > nowMs - MADE_UP_MS);
      for (const gap of ripe) this.missed(gap);
    }
    for (const manager of managers) this.isCutOff(manager, nowMs);
  }

  private isCutOff(manager: SimulatedManager, nowMs: number): void {
    const { node } = manager;
    if (!node || manager.isStopped || manager.lagMs > 0 || manager.saysCutOff || manager.isMaster()) return;
    const roster = rosterOf(node);
    if (!isMember(node) || roster.members.length < 2) return;
    const silentMs = nowMs - Math.max(manager.heardMs, this.troubles.endedMs(manager.id));
    if (silentMs > CUT_OFF_HEARTBEATS * roster.heartbeatMs + 1_000)
      this.fail('cut off', `${manager.id} has heard nobody for ${Math.round(silentMs)} ms and does not say so`);
  }
}

/** Members, a master and a network that loses, delays and doubles, in made-up time and from one seed. */
import { compareEpochs, type Epoch, homeEpoch } from '../../../../src/model/manager.js';
import { agedTo } from '../../../../src/pool/holding/cursors.js';
import { heldDigest } from '../../../../src/pool/holding/digest.js';
import type {
  HoldingEffect,
  HoldingInput,
  HoldingMessage,
  HoldingState,
  Order,
  PollCursor,
} from '../../../../src/pool/holding/state.js';
import { createHolding, holdingOf, stepHolding, unsettled, wakeAtMs } from '../../../../src/pool/holding/step.js';
import { Chance } from './chance.js';
import { type Beat, NaiveMaster, type OrdersMessage } from './naive-master.js';
import { type Poll, Poller } from './poller.js';

export const HEARTBEAT_MS = 500;
const DEAD_AFTER_MS = 1500;
const STEP_MS = 10;

export interface WorldOptions {
  readonly seed: number;
  /** Of messages. */
  readonly loss: number;
  readonly doubling: number;
  readonly mostDelayMs: number;
  /** A decision in progress may be taken back or replaced. */
  readonly recalls: boolean;
  /** Members crash and start again; connections are cut for a while. */
  readonly crashes: boolean;
  readonly cuts: boolean;
  /** Members know how long a message was under way; or else polls come later by that with every move. */
  readonly knowsTransit: boolean;
  /** Orders of older epochs come again, past the sequence. */
  readonly staleOrders: boolean;
  /** What is tested; a broken one must be found out. */
  readonly step?: typeof stepHolding;
}

interface Process {
  readonly id: string;
  incarnation: number;
  state: HoldingState;
  poller: Poller;
  isUp: boolean;
  isCut: boolean;
  sequence: number;
  readonly orders: Order[];
}

/** Nobody may have polled these numbers, because the one that was to died. */
interface Gap {
  readonly element: string;
  readonly access: number;
  readonly from: number;
  readonly below: number;
  readonly sinceMs: number;
  untilMs: number;
}

export class HoldingWorld {
  nowMs = 0;
  readonly polls: Poll[] = [];
  readonly gaps: Gap[] = [];
  readonly faults: string[] = [];
  readonly transcript: string[] = [];
  readonly counts = new Map<string, number>();
  readonly master: NaiveMaster;
  private readonly elements = new Map<string, readonly number[]>();
  private readonly processes: Process[];
  private readonly chance: Chance;
  private readonly queue: { readonly atMs: number; readonly run: () => void }[] = [];
  private readonly step: typeof stepHolding;
  private isCalm = false;

  constructor(private readonly options: WorldOptions) {
    this.chance = new Chance(options.seed);
    this.step = options.step ?? stepHolding;
    const ids = ['a', 'b', 'c', 'd'].slice(0, this.chance.between(2, 4));
    const intervals = [200, 500, 1000, 3000, 7000];
    for (const name of ['e1', 'e2', 'e3'])
      this.elements.set(
        name,
        Array.from({ length: this.chance.between(1, 2) }, () => this.chance.pick(intervals) ?? 1000),
      );
    this.processes = ids.map((id) => this.process(id, 1));
    this.master = new NaiveMaster(ids, DEAD_AFTER_MS);
    for (const [at, element] of [...this.elements.keys()].entries()) {
      const owner = ids[at % ids.length] ?? 'a';
      this.master.decide(element, { owner, ...standing(this.chance.pick(ids), owner) });
    }
  }

  private process(id: string, incarnation: number): Process {
    const poller = new Poller(
      id,
      (element) => this.anew(element),
      (poll) => this.polls.push(poll),
    );
    const state = createHolding({ id, heartbeatMs: HEARTBEAT_MS });
    return { id, incarnation, state, poller, isUp: true, isCut: false, sequence: 0, orders: [] };
  }

  /** With faults, and then for a while without. */
  run(withFaultsMs: number, calmMs: number): void {
    while (this.nowMs < withFaultsMs + calmMs) {
      if (!this.isCalm && this.nowMs >= withFaultsMs) this.calm();
      if (!this.isCalm && this.nowMs % 100 === 0) this.disturb();
      this.pass();
      this.nowMs += STEP_MS;
    }
  }

  private pass(): void {
    for (let at = 0; at < this.queue.length; ) {
      const entry = this.queue[at];
      if (entry && entry.atMs <= this.nowMs) {
        this.queue.splice(at, 1);
        entry.run();
      } else at += 1;
    }
    for (const process of this.processes) {
      if (!process.isUp) continue;
      for (const element of process.poller.poll(this.nowMs)) this.giveBundle(process, element, 0);
      if (wakeAtMs(process.state) <= this.nowMs) this.input(process, { is: 'tick' });
      if (this.nowMs % HEARTBEAT_MS === 0) this.sendBeat(process);
    }
    this.master.tick(this.nowMs);
    if (this.nowMs % 100 === 0) for (const { to, message } of this.master.due()) this.toMember(to, message);
  }

  private sendBeat({ id, incarnation, state }: Process): void {
    const beat: Beat = { madeMs: this.nowMs, incarnation, held: heldDigest(state), settled: unsettled(state, 1000) };
    this.carry(id, undefined, () => this.master.beat(id, beat, this.nowMs));
  }

  private toMember(to: string, message: OrdersMessage): void {
    this.carry(undefined, to, (process) => {
      if (message.incarnation !== process.incarnation) return;
      if (message.sequence === process.sequence + 1 || (message.all && message.sequence > process.sequence)) {
        process.sequence = message.sequence;
        process.orders.push(...message.orders);
        this.input(process, { is: 'orders', all: message.all, orders: message.orders });
      }
      const { sequence } = process;
      this.carry(to, undefined, () => this.master.ordered(to, message.incarnation, sequence));
    });
  }

  /** Without a name: the master, which is never cut off by itself. */
  private carry(
    from: string | undefined,
    to: string | undefined,
    deliver: (process: Process, transitMs: number) => void,
  ): void {
    const receiver = this.processes.find(({ id }) => id === (to ?? from));
    const isCut = () => this.processes.some(({ id, isCut }) => isCut && (id === from || id === to));
    if (!receiver || isCut()) return;
    const { loss, doubling, mostDelayMs } = this.options;
    const { incarnation } = receiver;
    const sentMs = this.nowMs;
    for (let copy = 0; copy < (this.chance.happens(doubling) ? 2 : 1); copy += 1) {
      if (!this.isCalm && this.chance.happens(loss)) continue;
      const delayMs = this.chance.between(1, this.isCalm ? Math.min(40, mostDelayMs) : mostDelayMs);
      this.after(delayMs, () => {
        const isThere = to === undefined || (receiver.isUp && receiver.incarnation === incarnation);
        if (isThere && !isCut()) deliver(receiver, this.nowMs - sentMs);
      });
    }
  }

  private after(delayMs: number, run: () => void): void {
    this.queue.push({ atMs: this.nowMs + delayMs, run });
  }

  private input(process: Process, input: HoldingInput): void {
    const { id, state, poller } = process;
    const effects = this.step(state, input, this.nowMs);
    if (input.is !== 'tick' || effects.length > 0) this.note(`${id} < ${JSON.stringify(input)}`);
    for (const effect of effects) {
      this.note(`${id} > ${JSON.stringify(effect)}`);
      this.count(effect.is === 'poll' ? `poll ${effect.arrival}` : effect.is);
      poller.take(effect, this.nowMs);
      this.follow(process, effect);
    }
  }

  private follow(process: Process, effect: HoldingEffect): void {
    if (effect.is === 'send') {
      this.count(effect.message.is);
      const { id: from } = process;
      const { to, message } = effect;
      this.carry(from, to, (receiver, transitMs) => {
        const aged = this.options.knowsTransit ? agedBy(message, transitMs) : message;
        this.input(receiver, { is: 'message', from, message: aged });
      });
    }
    if (effect.is === 'makeBundle') {
      const { incarnation } = process;
      this.after(this.chance.between(0, 20), () => {
        if (process.isUp && process.incarnation === incarnation)
          this.giveBundle(process, effect.element, effect.aheadMs);
      });
    }
    const newest = effect.is === 'poll' ? this.master.records.get(effect.element)?.epoch : undefined;
    if (effect.is === 'poll' && newest && compareEpochs(effect.epoch, newest) === 0)
      for (const gap of this.gaps) {
        if (gap.element !== effect.element) continue;
        // The dead one's last polls before the first of a taker that has been told in time are nobody's.
        const untilMs = this.nowMs + Math.max(0, effect.bundle?.cursors[gap.access]?.dueInMs ?? 0);
        gap.untilMs = Math.min(gap.untilMs, untilMs);
      }
  }

  /** Where one that knows nothing begins: numbers are as if it had looked at those who know. */
  private anew(element: string): PollCursor[] {
    return (this.elements.get(element) ?? []).map((intervalMs, access) => {
      const last = this.polls.reduce<Poll | undefined>(
        (latest, poll) =>
          poll.element === element && poll.access === access && poll.number > (latest?.number ?? -1) ? poll : latest,
        undefined,
      );
      const [number, dueMs] = last ? [last.number, last.dueMs] : [0, 0];
      const next = number + Math.floor((this.nowMs - dueMs) / intervalMs) + 1;
      return { intervalMs, next, dueInMs: dueMs + (next - number) * intervalMs - this.nowMs };
    });
  }

  private giveBundle(process: Process, element: string, aheadMs: number): void {
    const bundle = process.poller.bundle(element, aheadMs, this.nowMs);
    if (bundle) this.input(process, { is: 'bundle', bundle });
  }

  private disturb(): void {
    const { recalls, crashes, cuts, staleOrders } = this.options;
    for (const element of this.elements.keys()) {
      const isUnderWay = this.master.isUnderWay(element);
      if (this.chance.happens(isUnderWay ? (recalls ? 0.02 : 0) : 0.04)) this.move(element);
    }
    const process = this.chance.pick(this.processes);
    if (!process) return;
    const others = this.processes.filter((one) => one !== process && one.isUp && !one.isCut).length;
    if (crashes && this.chance.happens(0.01) && process.isUp && others > 0) this.crash(process);
    else if (!process.isUp && this.chance.happens(0.1)) this.restart(process);
    if (cuts && this.chance.happens(0.01) && others > 0) process.isCut = true;
    else if (process.isCut && this.chance.happens(0.05)) process.isCut = false;
    if (staleOrders && process.isUp && this.chance.happens(0.1)) this.repeatStale(process);
  }

  private move(element: string): void {
    const record = this.master.records.get(element);
    const living = this.master.living();
    const poller = record?.holder ?? record?.owner;
    const to = this.chance.pick(living);
    if (poller === undefined || to === undefined || !living.includes(poller)) return;
    const standIn = this.chance.pick(living);
    this.note(`master moves ${element} from ${poller} to ${to}`);
    if (to === poller) this.master.decide(element, { owner: to, ...standing(standIn, to) });
    else this.master.decide(element, { owner: to, holder: poller, reason: 'test', ...standing(standIn, to) });
  }

  private crash(process: Process): void {
    this.note(`${process.id} crashes`);
    this.count('crash');
    process.isUp = false;
    for (const gap of process.poller.wouldMiss())
      this.gaps.push({ ...gap, sinceMs: this.nowMs, untilMs: Number.POSITIVE_INFINITY });
    // An heir that dies before it has heard of it leaves what another left.
    for (const [element, { owner, holder }] of this.master.records) {
      if (owner !== process.id || holder !== undefined || process.poller.open().includes(element)) continue;
      for (const access of (this.elements.get(element) ?? []).keys()) {
        const all = { from: 0, below: Number.POSITIVE_INFINITY };
        this.gaps.push({ element, access, ...all, sinceMs: this.nowMs, untilMs: Number.POSITIVE_INFINITY });
      }
    }
  }

  private restart(process: Process): void {
    this.note(`${process.id} starts`);
    Object.assign(process, this.process(process.id, process.incarnation + 1), { orders: [] });
    // One of them is at home here.
    if (process.id === 'a') this.input(process, { is: 'atHome', element: 'e1', epoch: homeEpoch('a') });
  }

  private repeatStale(process: Process): void {
    const newest = new Map<string, Epoch>();
    for (const { element, epoch } of process.orders) {
      const known = newest.get(element);
      if (epoch && (!known || compareEpochs(epoch, known) > 0)) newest.set(element, epoch);
    }
    const stale = process.orders.filter(({ element, epoch }) => {
      const known = newest.get(element);
      return epoch && known && compareEpochs(epoch, known) < 0;
    });
    const order = this.chance.pick(stale);
    if (!order) return;
    this.count('stale order');
    const before = JSON.stringify(holdingOf(process.state, order.element));
    const polledBefore = process.poller.open().join();
    this.input(process, { is: 'orders', all: false, orders: [order] });
    if (
      JSON.stringify(holdingOf(process.state, order.element)) !== before ||
      process.poller.open().join() !== polledBefore
    )
      this.faults.push(`${process.id} obeyed an older epoch: ${JSON.stringify(order)}`);
  }

  private calm(): void {
    this.isCalm = true;
    for (const process of this.processes) {
      process.isCut = false;
      if (!process.isUp) this.restart(process);
    }
  }

  /** Everything that does not agree in the end. */
  disagreements(): string[] {
    const found: string[] = [];
    for (const [element, { owner, holder }] of this.master.records) {
      const polledBy = this.processes.filter(({ poller }) => poller.open().includes(element)).map(({ id }) => id);
      if (polledBy.join() !== owner || holder !== undefined)
        found.push(`${element} is ${owner}'s, held by ${holder}, and polled by ${polledBy}`);
    }
    for (const { id, state } of this.processes) {
      if (heldDigest(state) !== this.master.digestOf(id))
        found.push(`${id} holds something else than is expected of it`);
      if (unsettled(state, 1000).length > 0) found.push(`${id} is not settled`);
    }
    return found;
  }

  /** Numbers that were polled by nobody without a death that would excuse it, and those that were polled twice. */
  tally(): { missed: string[]; doubled: string[] } {
    const missed: string[] = [];
    const doubled: string[] = [];
    const byAccess = new Map<string, Poll[]>();
    for (const poll of this.polls) {
      const key = `${poll.element}/${poll.access}`;
      byAccess.set(key, [...(byAccess.get(key) ?? []), poll]);
    }
    for (const [key, polls] of byAccess) {
      const sorted = [...polls].sort((a, b) => a.number - b.number || a.atMs - b.atMs);
      for (const [at, poll] of sorted.entries()) {
        const former = sorted[at - 1];
        if (former?.number === poll.number) doubled.push(`${key} ${poll.number} by ${former.member}, ${poll.member}`);
        const intervalMs = this.elements.get(poll.element)?.[poll.access] ?? 0;
        for (let number = (former?.number ?? poll.number) + 1; number < poll.number; number += 1)
          if (!this.isExcused(poll, number, poll.dueMs - (poll.number - number) * intervalMs))
            missed.push(`${key} ${number} before ${poll.member} at ${poll.atMs}`);
      }
    }
    return { missed, doubled };
  }

  private isExcused({ element, access }: Poll, number: number, dueMs: number): boolean {
    return this.gaps.some(
      (gap) =>
        gap.element === element &&
        gap.access === access &&
        number >= gap.from &&
        number < gap.below &&
        dueMs <= Math.max(gap.untilMs, gap.sinceMs),
    );
  }

  private count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  private note(line: string): void {
    this.transcript.push(`${this.nowMs} ${line}`);
    if (this.transcript.length > 100_000) this.transcript.splice(0, 50_000);
  }
}

const standing = (standIn: string | undefined, owner: string) =>
  standIn === undefined || standIn === owner ? {} : { standIn };

function agedBy(message: HoldingMessage, byMs: number): HoldingMessage {
  if (message.is !== 'give' && message.is !== 'warm') return message;
  return { ...message, bundle: agedTo({ bundle: message.bundle, atMs: 0 }, byMs) };
}

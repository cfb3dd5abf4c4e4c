/** A master that never fails and decides what chance says: records, epochs, orders in sequence, digests. */
import type { Epoch } from '../../../../src/model/manager.js';
import { countExpected, emptyDigest, formatDigest } from '../../../../src/pool/holding/digest.js';
import type { Digest, Order } from '../../../../src/pool/holding/state.js';
import { type OwnershipRecord, sameEpoch } from '../../../../src/pool/inventory/inventory.js';
import { unwantedOf, type WantedOrder, wantedOf } from './wanted.js';

export interface OrdersMessage {
  readonly incarnation: number;
  readonly sequence: number;
  readonly all: boolean;
  readonly orders: readonly Order[];
}

export interface Beat {
  readonly madeMs: number;
  readonly incarnation: number;
  readonly held: string;
  readonly settled: readonly { readonly element: string; readonly epoch: Epoch }[];
}

interface Line {
  incarnation: number;
  isDead: boolean;
  sequence: number;
  readonly queue: OrdersMessage[];
  heardMs: number;
  beatMs: number;
  differed: number;
}

/** For the confirmation of an order. */
interface Waiting {
  readonly member: string;
  readonly sequence: number;
  readonly orders: readonly WantedOrder[];
  /** What is polled by that member then. */
  readonly begins?: { readonly element: string; readonly epoch: Epoch };
}

export class NaiveMaster {
  readonly records = new Map<string, OwnershipRecord>();
  /** Complete lists that were sent because digests differed. */
  repairs = 0;
  onRepair: ((of: string, nowMs: number) => void) | undefined;
  private readonly formers = new Map<string, string>();
  /** Of each element about which it is not known who polls: all that may. */
  private readonly mayPoll = new Map<string, Set<string>>();
  private readonly lines = new Map<string, Line>();
  private readonly digests = new Map<string, Digest>();
  private readonly later: Waiting[] = [];
  private number = 0;

  constructor(
    readonly members: readonly string[],
    private readonly deadAfterMs: number,
  ) {
    for (const id of members)
      this.lines.set(id, {
        incarnation: 1,
        isDead: false,
        sequence: 0,
        queue: [],
        heardMs: 0,
        beatMs: -1,
        differed: 0,
      });
  }

  living = (): string[] => this.members.filter((id) => !this.line(id).isDead);

  isUnderWay = (element: string): boolean => this.mayPoll.has(element) || this.formers.has(element);

  /** Gives an element to somebody: handed over by `holder`, or taken from `former`, who is dead. */
  decide(element: string, record: Omit<OwnershipRecord, 'epoch'>, former?: string): void {
    this.number += 1;
    if (former === undefined) this.formers.delete(element);
    else this.formers.set(element, former);
    const known = this.records.get(element);
    const before = this.mayPoll.get(element);
    const open = before ?? new Set([known?.holder ?? known?.owner].filter((id) => id !== undefined));
    for (const id of [record.holder, record.owner]) if (id !== undefined) open.add(id);
    this.mayPoll.set(element, open);
    this.note(element, { ...record, epoch: { term: 1, number: this.number, giver: 'master' } });
    this.tell(element, before !== undefined);
  }

  private note(element: string, record: OwnershipRecord): void {
    const known = this.records.get(element);
    if (known) countExpected(this.digests, element, known, -1);
    this.records.set(element, record);
    countExpected(this.digests, element, record, 1);
  }

  private tell(element: string, oneAfterTheOther: boolean): void {
    const record = this.records.get(element);
    if (!record) return;
    const former = this.formers.get(element);
    const [first, ...others] = wantedOf(element, record, {
      definition: `definition of ${element}`,
      ...(former === undefined ? {} : { former }),
    });
    const rest = [...others, ...unwantedOf(element, record, this.members)];
    if (!first) return;
    const sequence = this.order(first);
    if (!oneAfterTheOther) for (const order of rest) this.order(order);
    const isOwn = first.order.is === 'own' && sequence !== undefined;
    if (sequence !== undefined && (oneAfterTheOther || isOwn))
      this.later.push({
        member: first.member,
        sequence,
        orders: oneAfterTheOther ? rest : [],
        ...(isOwn && record.epoch ? { begins: { element, epoch: record.epoch } } : {}),
      });
  }

  private order({ member, order }: WantedOrder): number | undefined {
    const line = this.line(member);
    const epoch = this.records.get(order.element)?.epoch;
    // What waited may have been overtaken.
    if (line.isDead || (epoch && order.epoch && !sameEpoch(order.epoch, epoch))) return undefined;
    line.sequence += 1;
    line.queue.push({ incarnation: line.incarnation, sequence: line.sequence, all: false, orders: [order] });
    return line.sequence;
  }

  /** The next message of each member's line. */
  due(): { readonly to: string; readonly message: OrdersMessage }[] {
    return this.members.flatMap((to) => {
      const [message] = this.line(to).queue;
      return message && !this.line(to).isDead ? [{ to, message }] : [];
    });
  }

  ordered(from: string, incarnation: number, sequence: number): void {
    const line = this.line(from);
    if (line.incarnation !== incarnation || line.queue[0]?.sequence !== sequence) return;
    line.queue.shift();
    this.release(({ member, sequence: awaited }) => member === from && awaited <= sequence);
  }

  private release(which: (waiting: Waiting) => boolean, isConfirmed = true): void {
    for (const waiting of this.later.filter(which)) {
      this.later.splice(this.later.indexOf(waiting), 1);
      for (const order of waiting.orders) this.order(order);
      const { element, epoch } = waiting.begins ?? {};
      const known = element === undefined ? undefined : this.records.get(element)?.epoch;
      if (isConfirmed && element !== undefined && epoch && known && sameEpoch(known, epoch))
        this.mayPoll.delete(element);
    }
  }

  beat(from: string, { madeMs, incarnation, held, settled }: Beat, nowMs: number): void {
    const line = this.line(from);
    // A doubled or late one says nothing new.
    if (incarnation < line.incarnation || madeMs <= line.beatMs) return;
    line.beatMs = madeMs;
    line.heardMs = nowMs;
    // It polls yet what others are taking over from it: it is told when they have.
    const mayPoll = [...this.mayPoll.values()].some((ids) => ids.has(from));
    const someoneLives = this.living().some((id) => nowMs - this.line(id).heardMs <= this.deadAfterMs);
    if (line.isDead && incarnation === line.incarnation && mayPoll && someoneLives) return;
    if (incarnation > line.incarnation || line.isDead) {
      if (!line.isDead) this.fail(from);
      if (incarnation > line.incarnation) line.sequence = 0;
      line.incarnation = incarnation;
      line.isDead = false;
      // Those that were to take over from it may be dead meanwhile.
      this.tick(nowMs);
      this.all(from);
      return;
    }
    for (const { element, epoch } of settled) this.settle(from, element, epoch);
    const expected = formatDigest(this.digests.get(from) ?? emptyDigest());
    const isComparable =
      line.queue.length === 0 && !this.later.some(({ orders }) => orders.some((o) => o.member === from));
    line.differed = isComparable && held !== expected ? line.differed + 1 : 0;
    if (line.differed >= 2) {
      this.repairs += 1;
      this.onRepair?.(from, nowMs);
      this.all(from);
    }
  }

  private all(to: string): void {
    const line = this.line(to);
    const orders = [...this.records].flatMap(([element, record]) => {
      const former = this.formers.get(element);
      const context = { definition: `definition of ${element}`, ...(former === undefined ? {} : { former }) };
      return [...wantedOf(element, record, context), ...unwantedOf(element, record, [to])]
        .filter(({ member }) => member === to)
        .map(({ order }) => order);
    });
    line.sequence += 1;
    line.differed = 0;
    line.queue.length = 0;
    line.queue.push({ incarnation: line.incarnation, sequence: line.sequence, all: true, orders });
    // Everything that was said before is in it, and confirmed with it.
    for (const [at, waiting] of this.later.entries())
      if (waiting.member === to) this.later[at] = { ...waiting, sequence: line.sequence };
    for (const { is, element, epoch } of orders)
      if (is === 'own')
        this.later.push({ member: to, sequence: line.sequence, orders: [], begins: { element, epoch } });
  }

  private settle(from: string, element: string, epoch: Epoch): void {
    const record = this.records.get(element);
    if (!record?.epoch || record.owner !== from || !sameEpoch(record.epoch, epoch)) return;
    const { holder: _, ...settled } = record;
    this.formers.delete(element);
    this.mayPoll.delete(element);
    this.note(element, settled);
    this.tell(element, false);
  }

  tick(nowMs: number): void {
    for (const id of this.living())
      if (nowMs - this.line(id).heardMs > this.deadAfterMs && this.living().length > 1) this.fail(id);
  }

  /** Dead, or started again, which is the same for what it had. */
  private fail(id: string): void {
    const line = this.line(id);
    line.isDead = true;
    line.queue.length = 0;
    const living = this.living();
    for (const [element, { owner, holder, standIn, epoch }] of [...this.records]) {
      const other = (than: string | undefined) => living.find((one) => one !== than);
      const stillStandsIn = living.find((one) => one === standIn);
      if (owner === id) {
        const heir = holder !== undefined && holder !== id ? holder : (stillStandsIn ?? other(id));
        if (heir !== undefined) this.decide(element, heirs(heir, other(heir)), id);
      } else if (holder === id && owner !== undefined) {
        this.decide(element, heirs(owner, stillStandsIn ?? other(owner)), id);
      } else if (standIn === id && owner !== undefined) {
        this.note(element, {
          ...heirs(owner, other(owner)),
          ...(epoch ? { epoch } : {}),
          ...(holder ? { holder } : {}),
        });
        this.tell(element, this.mayPoll.has(element));
      }
    }
    this.release(({ member }) => member === id, false);
  }

  private line(id: string): Line {
    const line = this.lines.get(id);
    if (!line) throw new Error(`no member ${id}`);
    return line;
  }

  digestOf = (id: string): string => formatDigest(this.digests.get(id) ?? emptyDigest());
}

const heirs = (owner: string, standIn: string | undefined) => ({
  owner,
  ...(standIn === undefined || standIn === owner ? {} : { standIn }),
});

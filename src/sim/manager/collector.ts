/**
 * The collector of a simulated manager: polls by number, with the epoch that it was told, and knows nothing of why.
 * Polls take no time and always succeed; what is due while the process gets no time waits.
 */
import type { Epoch } from '../../model/manager.js';
import type { Bundle, HoldingEffect, PollCursor } from '../../pool/holding/state.js';
import { intervalsOf } from './elements.js';

interface Cursor {
  readonly intervalMs: number;
  next: number;
  /** When that falls due, by the manager's clock. */
  dueMs: number;
  /** The first that is another's. */
  end: number;
}

/** An element that is polled. */
export interface Work {
  readonly element: string;
  /** All polls that are counted from one beginning, whoever does them. */
  readonly chain: string;
  epoch: Epoch;
  readonly cursors: readonly Cursor[];
  standIn: string | undefined;
  /** Since when it has been that one. */
  standInMs: number;
  /** Polls its last ones. */
  releasing: boolean;
  /** No bundle for the stand-in before. */
  warmMs: number;
  /** The stand-in has not been told of the last poll. */
  stale: boolean;
  /** When the next thing is to be done: what was planned for another moment is void. */
  wakesMs: number;
}

export interface Poll {
  readonly element: string;
  readonly chain: string;
  readonly access: number;
  readonly number: number;
  readonly intervalMs: number;
  readonly epoch: Epoch;
}

/** The world of a collector. */
export interface CollectorSeams {
  nowMs(): number;
  /** Calls `wake` with it when it is time by the manager's clock. */
  wakeAt(localMs: number, work: Work): void;
  polled(poll: Poll): void;
  bundle(bundle: Bundle): void;
  /** Names a new chain. */
  newChain(element: string): string;
  /** As its own configuration defines it. */
  ownDefinition(element: string): string | undefined;
}

const WARM_EVERY_MS = 1_000;

export class Collector {
  readonly works = new Map<string, Work>();
  /** Handed over, with polls left to do before those of the taker. */
  readonly tails = new Set<Work>();
  due = 0;
  done = 0;
  /** Polls come to nothing. */
  fails = false;
  private isHeld = false;

  constructor(private readonly seams: CollectorSeams) {}

  poll({ element, epoch, bundle, definition }: Extract<HoldingEffect, { is: 'poll' }>): void {
    const nowMs = this.seams.nowMs();
    const cursors = bundle
      ? bundle.cursors.map((cursor) => cursorOf(cursor, nowMs))
      : this.begun(definition ?? this.seams.ownDefinition(element) ?? '', nowMs);
    const chain = bundle?.body ?? this.seams.newChain(element);
    const work: Work = {
      element,
      chain,
      epoch,
      cursors,
      standIn: undefined,
      standInMs: nowMs,
      releasing: false,
      warmMs: nowMs,
      stale: false,
      wakesMs: Number.POSITIVE_INFINITY,
    };
    this.works.set(element, work);
    this.plan(work);
  }

  /** A new beginning: the first poll of each access is due at once. */
  private begun(definition: string, nowMs: number): Cursor[] {
    const intervalsMs = intervalsOf(definition).filter((intervalMs) => intervalMs > 0);
    return intervalsMs.map((intervalMs) => ({ intervalMs, next: 0, dueMs: nowMs, end: Number.POSITIVE_INFINITY }));
  }

  renew(element: string, epoch: Epoch): boolean {
    const work = this.works.get(element);
    if (!work) return false;
    work.epoch = epoch;
    return true;
  }

  release(element: string, first: readonly number[]): boolean {
    const work = this.works.get(element);
    if (!work) return false;
    work.releasing = true;
    work.standIn = undefined;
    this.works.delete(element);
    this.tails.add(work);
    work.cursors.forEach((cursor, access) => {
      cursor.end = first[access] ?? cursor.next;
    });
    this.plan(work);
    return true;
  }

  stop(element: string): Work | undefined {
    const work = this.works.get(element);
    this.works.delete(element);
    return work;
  }

  standIn(element: string, standIn: string | undefined): void {
    const work = this.works.get(element);
    if (!work) return;
    const isNew = standIn !== undefined && standIn !== work.standIn;
    work.standIn = standIn;
    if (!isNew) return;
    work.standInMs = this.seams.nowMs();
    this.warm(work, work.standInMs);
  }

  /** With the first polls that fall due `aheadMs` from now or later. */
  makeBundle(element: string, aheadMs: number): Bundle | undefined {
    const work = this.works.get(element);
    return work && this.bundleOf(work, aheadMs);
  }

  /** Who has had a bundle of an element, and another after that: the stand-in, when it has been that for long enough. */
  warmStandIn({ standIn, standInMs, cursors }: Work): string | undefined {
    const longestMs = Math.max(...cursors.map(({ intervalMs }) => intervalMs));
    return this.seams.nowMs() > standInMs + longestMs + WARM_EVERY_MS ? standIn : undefined;
  }

  hold(): void {
    this.isHeld = true;
  }

  /** Skips what fell due meanwhile. */
  goOn(): void {
    this.isHeld = false;
    const nowMs = this.seams.nowMs();
    for (const work of [...this.works.values(), ...this.tails]) {
      for (const cursor of work.cursors) {
        const overdue = cursor.dueMs > nowMs ? 0 : Math.floor((nowMs - cursor.dueMs) / cursor.intervalMs) + 1;
        const skipped = Math.max(0, Math.min(overdue, cursor.end - cursor.next));
        advance(cursor, skipped);
        this.due += skipped;
        this.done += skipped;
      }
      this.plan(work);
    }
  }

  /** Does what is due for an element. */
  wake(work: Work): void {
    const { element } = work;
    const nowMs = this.seams.nowMs();
    if (!this.isThere(work) || this.isHeld || nowMs < work.wakesMs) return;
    work.wakesMs = Number.POSITIVE_INFINITY;
    work.cursors.forEach((cursor, access) => {
      if (cursor.dueMs > nowMs || cursor.next >= cursor.end) return;
      // Of several that are overdue the last is made up.
      const late = Math.floor((nowMs - cursor.dueMs) / cursor.intervalMs);
      advance(cursor, Math.min(late, cursor.end - 1 - cursor.next));
      this.due += 1;
      if (!this.fails) this.done += 1;
      const { chain, epoch } = work;
      const number = cursor.next;
      advance(cursor, 1);
      this.seams.polled({ element, chain, access, number, intervalMs: cursor.intervalMs, epoch });
      work.stale = true;
    });
    if (work.releasing && work.cursors.every(({ next, end }) => next >= end)) {
      this.tails.delete(work);
      return;
    }
    if (work.stale && nowMs >= work.warmMs) this.warm(work, nowMs);
    if (this.isThere(work)) this.plan(work);
  }

  /** After the process stood still, or is quick again. */
  wakeAll(): void {
    for (const work of [...this.works.values(), ...this.tails]) this.wake(work);
  }

  private isThere(work: Work): boolean {
    return work.releasing ? this.tails.has(work) : this.works.get(work.element) === work;
  }

  private warm(work: Work, nowMs: number): void {
    work.warmMs = nowMs + WARM_EVERY_MS;
    work.stale = false;
    if (work.standIn === undefined) return;
    this.seams.bundle(this.bundleOf(work, Number.NEGATIVE_INFINITY));
  }

  private bundleOf({ element, epoch, cursors, chain }: Work, aheadMs: number): Bundle {
    const nowMs = this.seams.nowMs();
    return {
      element,
      epoch,
      cursors: cursors.map(({ intervalMs, next, dueMs }) => {
        const past = Math.max(0, Math.ceil((nowMs + aheadMs - dueMs) / intervalMs));
        return { intervalMs, next: next + past, dueInMs: dueMs + past * intervalMs - nowMs };
      }),
      body: chain,
    };
  }

  private plan(work: Work): void {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { dueMs, next, end } of work.cursors) if (next < end) nextMs = Math.min(nextMs, dueMs);
    if (work.stale && work.standIn !== undefined) nextMs = Math.min(nextMs, work.warmMs);
    // One that has nothing left to poll ends as well.
    if (nextMs === Number.POSITIVE_INFINITY && work.releasing) nextMs = this.seams.nowMs();
    if (nextMs === Number.POSITIVE_INFINITY) return;
    work.wakesMs = nextMs;
    this.seams.wakeAt(nextMs, work);
  }
}

const cursorOf = ({ intervalMs, next, dueInMs }: PollCursor, nowMs: number): Cursor => ({
  intervalMs,
  next,
  dueMs: nowMs + dueInMs,
  end: Number.POSITIVE_INFINITY,
});

function advance(cursor: Cursor, polls: number): void {
  if (polls <= 0) return;
  cursor.next += polls;
  cursor.dueMs += polls * cursor.intervalMs;
}

/** Polls in made-up time what a member is told to, and notes every poll. */

import type { Epoch } from '../../../../src/model/manager.js';
import { madeUpFrom } from '../../../../src/pool/holding/cursors.js';
import type { Bundle, HoldingEffect, PollCursor } from '../../../../src/pool/holding/state.js';

export interface Poll {
  readonly member: string;
  readonly element: string;
  readonly access: number;
  readonly number: number;
  readonly dueMs: number;
  readonly atMs: number;
  readonly epoch: Epoch;
}

interface Run {
  readonly intervalMs: number;
  next: number;
  dueMs: number;
  /** Of a release: polls from here on are the taker's. */
  below: number;
}

interface Polled {
  epoch: Epoch;
  readonly runs: Run[];
  isReleased: boolean;
}

export class Poller {
  private readonly polled = new Map<string, Polled[]>();
  private readonly standIns = new Map<string, string>();

  constructor(
    readonly member: string,
    /** Where to begin without a bundle. */
    private readonly anew: (element: string) => readonly PollCursor[],
    private readonly log: (poll: Poll) => void,
  ) {}

  take(effect: HoldingEffect, nowMs: number): void {
    if (effect.is === 'poll') this.begin(effect, nowMs);
    if (effect.is === 'stop') this.polled.delete(effect.element);
    if (effect.is === 'stop' || effect.is === 'release') this.standIns.delete(effect.element);
    if (effect.is === 'renew') {
      const open = this.openOf(effect.element);
      if (open) open.epoch = effect.epoch;
    }
    if (effect.is === 'release') {
      const open = this.openOf(effect.element);
      if (!open) return;
      open.isReleased = true;
      for (const [at, run] of open.runs.entries()) run.below = effect.first[at] ?? 0;
    }
    if (effect.is === 'standIn') {
      if (effect.standIn === undefined) this.standIns.delete(effect.element);
      else this.standIns.set(effect.element, effect.standIn);
    }
  }

  private begin({ element, epoch, bundle }: Extract<HoldingEffect, { is: 'poll' }>, nowMs: number): void {
    const cursors = bundle?.cursors ?? this.anew(element);
    const runs = cursors.map((cursor) => {
      const next = madeUpFrom(cursor);
      const { intervalMs, dueInMs } = cursor;
      return { intervalMs, next, dueMs: nowMs + dueInMs + (next - cursor.next) * intervalMs, below: Infinity };
    });
    const remainders = (this.polled.get(element) ?? []).filter(({ isReleased }) => isReleased);
    this.polled.set(element, [...remainders, { epoch, runs, isReleased: false }]);
  }

  private openOf = (element: string): Polled | undefined =>
    this.polled.get(element)?.find(({ isReleased }) => !isReleased);

  /** Polls what is due; answers with the elements whose stand-in is to get a bundle. */
  poll(nowMs: number): string[] {
    const changed = new Set<string>();
    for (const [element, several] of this.polled)
      for (const { runs, epoch } of several)
        for (const [access, run] of runs.entries())
          while (run.dueMs <= nowMs && run.next < run.below) {
            this.log({ member: this.member, element, access, number: run.next, dueMs: run.dueMs, atMs: nowMs, epoch });
            run.next += 1;
            run.dueMs += run.intervalMs;
            changed.add(element);
          }
    return [...changed].filter((element) => this.standIns.has(element));
  }

  bundle(element: string, aheadMs: number, nowMs: number): Bundle | undefined {
    const open = this.openOf(element);
    if (!open) return undefined;
    const cursors = open.runs.map(({ intervalMs, next, dueMs }) => {
      const skipped = Math.max(0, Math.ceil((nowMs + aheadMs - dueMs) / intervalMs));
      return { intervalMs, next: next + skipped, dueInMs: dueMs + skipped * intervalMs - nowMs };
    });
    return { element, epoch: open.epoch, cursors, body: `by ${this.member} at ${nowMs}` };
  }

  /** Elements that it polls without an end. */
  open = (): string[] => [...this.polled.keys()].filter((element) => this.openOf(element));

  /** What nobody will poll when this one dies now, until somebody takes over. */
  *wouldMiss(): Iterable<{ element: string; access: number; from: number; below: number }> {
    for (const [element, several] of this.polled)
      for (const { runs } of several)
        for (const [access, { next, below }] of runs.entries()) yield { element, access, from: next, below };
  }
}

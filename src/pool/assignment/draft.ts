/** A plan while it is being made. */
import type { Epoch } from '../../model/manager.js';
import { lives } from './able.js';
import { type Hurry, perSecond, turnMs } from './pacing.js';
import type { PlacedElement, PlacedManager, Placement } from './placement.js';
import type { Move, Plan, Postponed, Refusal, Unwatched } from './plan.js';
import { RELIEF_AGAIN_MS, type ReliefLater } from './relief.js';
import { nextEndMs } from './wake.js';

const HURRIES: readonly Hurry[] = ['urgent', 'planned'];

export class Draft {
  looked = 0;
  readonly #placement: Placement;
  readonly #nowMs: number;
  readonly #moves: Move[] = [];
  readonly #moved = new Set<PlacedElement>();
  readonly #standIns = new Set<PlacedElement>();
  readonly #unwatched: Unwatched[] = [];
  readonly #watchedAgain: string[] = [];
  readonly #stuck: Refusal[] = [];
  readonly #refused: Refusal[] = [];
  readonly #delegations = new Set<PlacedElement>();
  readonly #dropped: { element: string; owner?: string }[] = [];
  #relief: readonly ReliefLater[] = [];
  #spreadMs: number | undefined;

  constructor(placement: Placement, nowMs: number) {
    this.#placement = placement;
    this.#nowMs = nowMs;
  }

  moved(
    element: PlacedElement,
    from: PlacedManager | undefined,
    to: PlacedManager,
    reason: string,
    epoch: Epoch,
  ): void {
    const { delegation } = element;
    this.#placement.unwatched.delete(element);
    this.#moved.add(element);
    this.#moves.push({
      element: element.told.name,
      ...(from && { from: from.id }),
      to: to.id,
      reason,
      epoch,
      takeover: !from || !lives(from),
      ...(delegation && { delegation }),
    });
  }

  hasMoved(element: PlacedElement): boolean {
    return this.#moved.has(element);
  }

  standsIn(element: PlacedElement): void {
    this.#standIns.add(element);
  }

  isUnwatched(element: PlacedElement, reason: string): void {
    if (this.#placement.unwatched.has(element)) return;
    this.#placement.unwatched.add(element);
    this.#unwatched.push({ element: element.told.name, reason });
  }

  isWatched(element: PlacedElement): void {
    if (this.#placement.unwatched.delete(element)) this.#watchedAgain.push(element.told.name);
  }

  isStuck(element: PlacedElement, reason: string): void {
    this.isWatched(element);
    this.#stuck.push({ element: element.told.name, reason });
  }

  refuse(element: PlacedElement, to: string | undefined, reason: string): void {
    this.#delegations.add(element);
    this.#refused.push({ element: element.told.name, ...(to !== undefined && { to }), reason });
  }

  /** Its delegation is another one, or over. */
  delegated(element: PlacedElement): void {
    this.#delegations.add(element);
  }

  dropped({ told, owner }: PlacedElement): void {
    this.#dropped.push({ element: told.name, ...(owner && { owner: owner.id }) });
  }

  reliefWaits(relief: readonly ReliefLater[]): void {
    this.#relief = relief;
  }

  spreadWaits(againMs: number | undefined): void {
    this.#spreadMs = againMs;
  }

  finish(): Plan {
    const again = Math.min(
      nextEndMs(this.#placement),
      this.#postponedMs(),
      this.#unfinishedMs(),
      this.#spreadMs ?? Number.POSITIVE_INFINITY,
    );
    const delegations = [...this.#delegations].filter((one) => !this.#moved.has(one));
    return {
      moves: this.#moves,
      standIns: [...this.#standIns].map(({ told, standIn }) => ({
        element: told.name,
        ...(standIn && { standIn: standIn.id }),
      })),
      unwatched: this.#unwatched,
      watchedAgain: this.#watchedAgain,
      stuck: this.#stuck,
      refused: this.#refused,
      delegations: delegations.map(({ told, delegation }) => ({
        element: told.name,
        ...(delegation && { delegation }),
      })),
      dropped: this.#dropped,
      later: () => this.#later(),
      againMs: Number.isFinite(again) ? again : undefined,
      looked: this.looked,
    };
  }

  #unfinishedMs(): number {
    const { urgent, due, overloaded, rooms } = this.#placement;
    if (urgent.size + due.size > 0) return this.#nowMs;
    const unrelieved = [...overloaded].some((one) => lives(one) && one.unrelievedAt !== rooms);
    return unrelieved ? this.#nowMs + RELIEF_AGAIN_MS : Number.POSITIVE_INFINITY;
  }

  /** When the first of {@link #later} is due: in a large pool many wait at each plan, and few are told of. */
  #postponedMs(): number {
    const placement = this.#placement;
    let firstMs = Number.POSITIVE_INFINITY;
    for (const manager of placement.queued)
      for (const hurry of HURRIES)
        if (manager.waiting[hurry].size > 0)
          firstMs = Math.min(firstMs, turnMs(placement, manager, hurry, this.#nowMs));
    for (const { dueMs } of this.#relief) firstMs = Math.min(firstMs, dueMs);
    for (const { told, homeOf } of placement.returning)
      if (told.availability.is === 'returning' && homeOf.size > 0)
        firstMs = Math.min(firstMs, told.availability.notBeforeMs);
    return firstMs;
  }

  #later(): Postponed[] {
    const placement = this.#placement;
    const later: Postponed[] = [];
    for (const manager of placement.queued)
      for (const hurry of HURRIES) {
        const elements = manager.waiting[hurry].size;
        const reason = `${manager.id} gives or is given at most ${perSecond(placement, hurry)} elements a second`;
        const dueMs = turnMs(placement, manager, hurry, this.#nowMs);
        if (elements > 0) later.push({ manager: manager.id, elements, dueMs, reason });
      }
    for (const { manager, elements, dueMs } of this.#relief) {
      later.push({ manager: manager.id, elements, dueMs, reason: `${manager.id} has more to do than it can` });
    }
    for (const { id, told, homeOf, owns } of placement.returning) {
      const { availability } = told;
      if (availability.is !== 'returning' || homeOf.size === 0) continue;
      const reason = `${id} is just back and has to stay until then before it is given its elements`;
      later.push({
        manager: id,
        elements: Math.max(0, homeOf.size - owns.size),
        dueMs: availability.notBeforeMs,
        reason,
      });
    }
    return later.sort((a, b) => a.dueMs - b.dueMs || (a.manager < b.manager ? -1 : 1));
  }
}

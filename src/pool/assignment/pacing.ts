/** So many moves per manager and second, so that nobody is overrun. */
import type { PlacedElement, PlacedManager, Placement } from './placement.js';

/** The second that is running, and how much of it is used. */
interface Turn {
  sinceMs: number;
  used: number;
}

/** `urgent`: the owner is dead or leaves. */
export type Hurry = 'planned' | 'urgent';
export type Turns = Readonly<Record<Hurry, Turn>>;

const WINDOW_MS = 1000;

export const newTurns = (): Turns => ({
  planned: { sinceMs: Number.NEGATIVE_INFINITY, used: 0 },
  urgent: { sinceMs: Number.NEGATIVE_INFINITY, used: 0 },
});

export const perSecond = ({ pace }: Placement, hurry: Hurry): number =>
  Math.max(1, hurry === 'urgent' ? pace.urgentPerSecond : pace.plannedPerSecond);

/** When the manager's next turn is: `nowMs` if it is now. */
export function turnMs(placement: Placement, { turns }: PlacedManager, hurry: Hurry, nowMs: number): number {
  const { sinceMs, used } = turns[hurry];
  return nowMs - sinceMs >= WINDOW_MS || used < perSecond(placement, hurry) ? nowMs : sinceMs + WINDOW_MS;
}

export function takeTurn({ turns }: PlacedManager, hurry: Hurry, nowMs: number): void {
  const turn = turns[hurry];
  if (nowMs - turn.sinceMs >= WINDOW_MS) {
    turn.sinceMs = nowMs;
    turn.used = 0;
  }
  turn.used += 1;
}

/**
 * Uses a turn of each of the managers, if each has one now. Otherwise the element waits for the one that has none.
 * Who gives an element in a hurry needs no turn, so a manager that shuts down is never held up by itself.
 */
export function haveTurns(
  placement: Placement,
  element: PlacedElement,
  managers: readonly PlacedManager[],
  hurry: Hurry,
  nowMs: number,
): boolean {
  const busy = managers.find((manager) => turnMs(placement, manager, hurry, nowMs) > nowMs);
  if (busy) {
    busy.waiting[hurry].add(element);
    element.waits = busy.waiting[hurry];
    placement.queued.add(busy);
    return false;
  }
  for (const manager of managers) takeTurn(manager, hurry, nowMs);
  return true;
}

/** Puts those whose turn has come among those to be looked at, no more than can have one. */
export function callWaiting(placement: Placement, nowMs: number): void {
  for (const manager of placement.queued) {
    for (const hurry of ['urgent', 'planned'] as const) {
      if (turnMs(placement, manager, hurry, nowMs) > nowMs) continue;
      let called = 0;
      for (const element of manager.waiting[hurry]) {
        if (called === perSecond(placement, hurry)) break;
        called += 1;
        manager.waiting[hurry].delete(element);
        element.waits = undefined;
        (hurry === 'urgent' ? placement.urgent : placement.due).add(element);
      }
    }
    if (manager.waiting.urgent.size + manager.waiting.planned.size === 0) placement.queued.delete(manager);
  }
}

/**
 * What a manager with too much to do asks the pool to take: few, the dearest first. Pure.
 *
 * Guests are not among them: the master moves those by itself, once it is told how little this one can carry.
 */
import type { ElementName } from '../../model/element.js';

/** An element that is polled here. */
export interface Carried {
  readonly name: ElementName;
  /** Poll cost, milliseconds per second. */
  readonly cost: number;
  /** Listed here as its home, and others could poll it. */
  readonly canGo: boolean;
}

/** Asked for at a time. */
const MOST = 20;
/** It is relieved to below what it can carry, so that the next breath does not make it ask again. */
const DOWN_TO = 0.85;
/** What nobody took is not asked for again so soon. */
export const REFUSED_MS = 10 * 60_000;

export interface Wanted {
  readonly elements: readonly ElementName[];
  /** There would be more to give, and nothing of it can go. */
  readonly isStuck: boolean;
}

/** @param refused When each was refused last, monotonic. */
export function reliefWanted(
  carried: readonly Carried[],
  capacity: number,
  refused: ReadonlyMap<ElementName, number>,
  nowMs: number,
): Wanted {
  let excess = carried.reduce((sum, { cost }) => sum + cost, 0) - DOWN_TO * capacity;
  const elements: ElementName[] = [];
  const candidates = carried
    .filter(({ name, canGo }) => canGo && nowMs - (refused.get(name) ?? Number.NEGATIVE_INFINITY) >= REFUSED_MS)
    .sort((a, b) => b.cost - a.cost || (a.name < b.name ? -1 : 1));
  for (const { name, cost } of candidates) {
    if (excess <= 0 || elements.length === MOST) break;
    elements.push(name);
    excess -= cost;
  }
  return { elements, isStuck: excess > 0 && elements.length === 0 };
}

/**
 * Work for somebody who has just come: pool elements of those who carry more than their share, until it has nearly its
 * own. Only then: between managers that have been there for long nothing moves as long as all have room.
 */
import { isAble, isAlive } from './able.js';
import { takeTurn, turnMs } from './pacing.js';
import type { PlacedElement, PlacedManager, Placement } from './placement.js';
import type { Relief } from './relief.js';

/** A newcomer is given so much of its share; who has so much more than its own gives. */
const UP_TO = 0.9;
const FROM = 1.1;

/** Takes turns, and leaves it to the caller to move what it yields. @returns When to go on, if there is more to do. */
export function* spread(
  placement: Placement,
  fixed: (element: PlacedElement) => boolean,
  nowMs: number,
): Generator<Relief, number | undefined> {
  let againMs: number | undefined;
  for (const to of [...placement.newcomers].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const canTake = isAlive(to) && to.capacity > 0;
    const rests = canTake && nowMs < to.spreadAtMs;
    const waits = rests ? to.spreadAtMs : canTake ? yield* fill(placement, to, fixed, nowMs) : undefined;
    to.spreadAtMs = waits ?? nowMs;
    if (waits === undefined) placement.newcomers.delete(to);
    else againMs = Math.min(againMs ?? waits, waits);
  }
  return againMs;
}

function* fill(
  placement: Placement,
  to: PlacedManager,
  fixed: (element: PlacedElement) => boolean,
  nowMs: number,
): Generator<Relief, number | undefined> {
  const share = meanShare(placement);
  const donors = [...placement.managers.values()]
    .filter((one) => one !== to && isAlive(one) && one.load > FROM * share * one.capacity)
    .sort((a, b) => b.load / b.capacity - a.load / a.capacity || (a.id < b.id ? -1 : 1));
  for (const donor of donors) {
    for (const element of poolElementsOf(donor)) {
      if (donor.load <= FROM * share * donor.capacity) break;
      if (to.load + element.cost > UP_TO * share * to.capacity) return undefined;
      if (fixed(element) || !isAble(placement, to, element)) continue;
      const dueMs = Math.max(turnMs(placement, donor, 'planned', nowMs), turnMs(placement, to, 'planned', nowMs));
      if (dueMs > nowMs) return dueMs;
      takeTurn(donor, 'planned', nowMs);
      takeTurn(to, 'planned', nowMs);
      yield { element, to, reason: `${to.id} has come, and ${donor.id} has more than its share` };
    }
  }
  return undefined;
}

/** What everybody would carry of its capacity if all carried alike. */
function meanShare({ managers }: Placement): number {
  let load = 0;
  let capacity = 0;
  for (const manager of managers.values()) {
    if (!isAlive(manager)) continue;
    load += manager.load;
    capacity += manager.capacity;
  }
  return capacity === 0 ? 0 : load / capacity;
}

const poolElementsOf = ({ owns }: PlacedManager): PlacedElement[] =>
  [...owns]
    .filter(({ homes, delegation, told }) => homes.length === 0 && !delegation && !told.stationary)
    .sort((a, b) => b.cost - a.cost || (a.told.name < b.told.name ? -1 : 1));

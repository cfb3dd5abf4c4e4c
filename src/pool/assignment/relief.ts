/**
 * Relief of managers that have taken over more than they can carry, as soon as others have room: what is not at home
 * with them goes on. What is at home stays; a manager that has too much of its own delegates some of it.
 */
import { isAlive, lives } from './able.js';
import { choose, takers } from './choose.js';
import { takeTurn, turnMs } from './pacing.js';
import type { Need, PlacedElement, PlacedManager, Placement } from './placement.js';

/** Elements tried of one manager in one call. */
const MOST_TRIES = 200;
/** What nothing could be done for is looked at again after this: to look at all guests at each turn would cost too much. */
export const RELIEF_AGAIN_MS = 1000;

export interface Relief {
  readonly element: PlacedElement;
  readonly to: PlacedManager;
  readonly reason: string;
}

/** One that has to wait for its turn. */
export interface ReliefLater {
  readonly manager: PlacedManager;
  readonly elements: number;
  readonly dueMs: number;
}

/** What may leave: neither at home here nor delegated. */
function guestsOf(manager: PlacedManager): PlacedElement[] {
  return [...manager.owns]
    .filter((element) => !element.delegation && !element.homes.includes(manager))
    .sort((a, b) => b.cost - a.cost || (a.told.name < b.told.name ? -1 : 1));
}

/** Where nobody has room for the cheapest of those that need the same, nobody has for any of them. */
function hopelessNeeds(placement: Placement, guests: readonly PlacedElement[]): ReadonlySet<Need> {
  const cheapest = new Map<Need, PlacedElement>();
  for (const element of guests) if (!element.told.stationary) cheapest.set(element.need, element);
  const isHopeless = (element: PlacedElement): boolean =>
    choose(placement, element, 'relieve', takers(placement, element))?.room !== true;
  return new Set([...cheapest].flatMap(([need, element]) => (isHopeless(element) ? [need] : [])));
}

const stays = (manager: PlacedManager): boolean => lives(manager) && manager.told.availability.is !== 'leaving';

/**
 * Takes turns, and leaves it to the caller to move what it yields, one after the other. What is fixed has moved in this
 * plan already and has to wait for the next.
 */
export function* relieve(
  placement: Placement,
  fixed: (element: PlacedElement) => boolean,
  nowMs: number,
): Generator<Relief, ReliefLater[]> {
  const later: ReliefLater[] = [];
  const burdened = [...placement.overloaded].filter(stays).sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const manager of burdened) {
    if (manager.unrelievedAt === placement.rooms) continue;
    if (nowMs < manager.reliefAtMs) {
      later.push({ manager, elements: manager.owns.size, dueMs: manager.reliefAtMs });
      continue;
    }
    let tries = 0;
    let again = false;
    let waits: ReliefLater | undefined;
    const guests = guestsOf(manager);
    const hopeless = hopelessNeeds(placement, guests);
    for (const element of guests) {
      if (manager.load <= manager.capacity || tries === MOST_TRIES) break;
      if (hopeless.has(element.need) && !element.told.stationary) continue;
      tries += 1;
      if (fixed(element)) again = true;
      if (fixed(element)) continue;
      const choice = choose(placement, element, 'relieve', takers(placement, element));
      if (!choice?.room || !isAlive(choice.manager)) continue;
      const to = choice.manager;
      const dueMs = Math.max(turnMs(placement, manager, 'planned', nowMs), turnMs(placement, to, 'planned', nowMs));
      if (dueMs > nowMs) {
        waits = { manager, elements: manager.owns.size, dueMs };
        break;
      }
      takeTurn(manager, 'planned', nowMs);
      takeTurn(to, 'planned', nowMs);
      yield { element, to, reason: `${manager.id} has more to do than it can, and ${to.id} has room` };
    }
    if (waits) later.push(waits);
    else if (!again) manager.unrelievedAt = placement.rooms;
    manager.reliefAtMs = waits?.dueMs ?? nowMs + RELIEF_AGAIN_MS;
  }
  return later;
}

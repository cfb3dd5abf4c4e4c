/** Who can do what, and why not. */
import type { Need, PlacedElement, PlacedManager, Placement } from './placement.js';

/** It answers, so what it has is watched. */
export const lives = ({ told }: PlacedManager): boolean => told.availability.is !== 'gone';

/** It can be given work now. */
export const isAlive = ({ alive }: PlacedManager): boolean => alive;

/** Managers that have agreed to take over elements like this one: from its home, or else from who has it. */
export function agreedFor({ managers }: Placement, element: PlacedElement): PlacedManager[] {
  const { homes, owner } = element;
  const agreed: PlacedManager[] = [];
  for (const from of homes.length > 0 || !owner ? homes : owner.alone) {
    for (const { id, types } of from.told.failover) {
      const manager = managers.get(id);
      if (manager && manager !== from && isForType(types, element) && !agreed.includes(manager)) agreed.push(manager);
    }
  }
  return agreed;
}

const isForType = (types: readonly string[] | undefined, { need }: PlacedElement): boolean =>
  !types || types.length === 0 || (need.type !== undefined && types.includes(need.type));

const methodsFit = ({ told }: PlacedManager, { methods }: Need): boolean =>
  !told.methods || methods.every((method) => told.methods?.includes(method));

const typeFits = ({ told }: PlacedManager, { type }: Need): boolean =>
  !told.types || type === undefined || told.types.includes(type);

/**
 * Whether it could poll the element if it lives and has room. A home can: it lists the element. One that has agreed
 * with a home to take the type need not list it among its own. Of a pool element agreements only order the able: whoever
 * had it by an agreement of its former owner would not be able any more as soon as it is the owner itself.
 */
export function isAble(placement: Placement, manager: PlacedManager, element: PlacedElement): boolean {
  if (isRelieved(manager, element)) return false;
  if (element.homes.includes(manager)) return true;
  if (element.told.stationary || manager.capacity <= 0 || !methodsFit(manager, element.need)) return false;
  if (typeFits(manager, element.need)) return true;
  return element.homes.length > 0 && agreedFor(placement, element).includes(manager);
}

const isRelieved = ({ told }: PlacedManager, { need, told: { stationary } }: PlacedElement): boolean =>
  !stationary && told.relieved !== undefined && need.methods.some((method) => told.relieved?.includes(method));

/** Why the manager cannot be given the element, room apart; undefined when it can. */
export function objection(placement: Placement, manager: PlacedManager, element: PlacedElement): string | undefined {
  const { id, told } = manager;
  switch (told.availability.is) {
    case 'gone':
      return goneWords(manager);
    case 'leaving':
      return `${id} shuts down`;
    case 'keeping':
      return `${id} is paused`;
    case 'returning':
      return `${id} is just back and has to stay for a while first`;
    case 'alive':
      break;
  }
  if (isAble(placement, manager, element)) return undefined;
  if (element.told.stationary) return `only ${element.told.homes.join(' or ') || 'its home'} can read it`;
  if (isRelieved(manager, element)) return `${id} reaches nothing by ${told.relieved?.join(' and ')} now`;
  if (manager.capacity <= 0) return `${id} manages no elements`;
  const missing = element.need.methods.filter((method) => told.methods && !told.methods.includes(method));
  if (missing.length > 0) return `${id} does not poll by ${missing.join(' and ')}`;
  return `${id} does not take elements of type ${element.need.type}`;
}

export function goneWords({ id, told }: PlacedManager): string {
  const why = told.availability.is === 'gone' ? told.availability.why : undefined;
  return why ? `${id} is gone (${why})` : `${id} is gone`;
}

/** All able by type and methods, sorted by id; kept until somebody's abilities change. */
export function ableFor(placement: Placement, need: Need): readonly PlacedManager[] {
  if (need.at !== placement.abilities) {
    need.able = [...placement.managers.values()]
      .filter((manager) => manager.capacity > 0 && methodsFit(manager, need) && typeFits(manager, need))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    need.at = placement.abilities;
  }
  return need.able;
}

/** The home that owns while it lives: the highest-ranked that can be given the element, or has it and keeps it. */
export function rightfulHome(element: PlacedElement): PlacedManager | undefined {
  const { homes, owner } = element;
  let best: PlacedManager | undefined;
  for (const home of homes) {
    if (isRelieved(home, element)) continue;
    const counts = home === owner ? lives(home) && home.told.availability.is !== 'leaving' : isAlive(home);
    if (counts && (!best || ranksHigher(home, best))) best = home;
  }
  return best;
}

const ranksHigher = (a: PlacedManager, b: PlacedManager): boolean =>
  a.told.rank === b.told.rank ? a.id > b.id : a.told.rank > b.told.rank;

/** The load may be that high after something was given to relieve others; below 1, so that it does not come back. */
const RELIEF_TO = 0.9;
/** A home takes back what it lent when its load stays below this. */
const RETURN_TO = 0.8;

export const hasRoom = ({ load, capacity }: PlacedManager, { cost }: PlacedElement, pledged = 0): boolean =>
  load + pledged + cost <= capacity;
export const canRelieve = ({ load, capacity }: PlacedManager, { cost }: PlacedElement): boolean =>
  load + cost <= capacity * RELIEF_TO;
export const canTakeBack = (home: PlacedManager, { cost, owner }: PlacedElement): boolean =>
  home.load + (owner === home ? 0 : cost) <= home.capacity * RETURN_TO;

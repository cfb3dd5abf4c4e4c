/**
 * Who has what: an index that follows the assignment, so that what happens to one manager costs work in proportion to
 * its own elements and not to the pool.
 *
 * A master keeps one and takes its own decisions into it as soon as they are made. Other voters let theirs follow what
 * is confirmed (see {@link follow}), so that whoever becomes master can go on at once. Costs are whole thousandths, so
 * that sums do not depend on the order in which they grew.
 */
import { compareEpochs, type Epoch } from '../../model/manager.js';
import { type Delegation, PACE, type Pace, type PoolElement, type PoolManager } from './given.js';
import { hashOf } from './hash.js';
import { type Hurry, newTurns, type Turns } from './pacing.js';

export interface PlacedManager {
  readonly id: string;
  /** Short for it in this placement. */
  readonly number: number;
  readonly hash: number;
  /** As last told; a manager that is only named by others counts as gone. */
  told: PoolManager;
  /** Whether it can be given work now; beside `told` because it is asked of each candidate. */
  alive: boolean;
  /** In thousandths, like all loads. */
  capacity: number;
  /** Of what it owns. */
  load: number;
  /** What each of the others, by its number, would get if this one died. */
  readonly pledges: Map<number, number>;
  readonly owns: Set<PlacedElement>;
  readonly standsIn: Set<PlacedElement>;
  readonly homeOf: Set<PlacedElement>;
  /** Away from this home because of load. */
  readonly lent: Set<PlacedElement>;
  /** Moves that wait for this manager's turn. */
  readonly waiting: Readonly<Record<Hurry, Set<PlacedElement>>>;
  readonly turns: Turns;
  /** Managers that name this one as failover manager. */
  readonly agreedWith: Set<PlacedManager>;
  /** The array of homes of all elements that have only this one. */
  readonly alone: readonly PlacedManager[];
  /** `rooms` of the placement when relief of this one found nobody with room. */
  unrelievedAt: number;
  /** Before that nothing can leave it to relieve it, nor go to it as to a newcomer: turns and confirmations are awaited. */
  reliefAtMs: number;
  spreadAtMs: number;
}

/** What an owner must be able to do; one object for all elements alike. */
export interface Need {
  readonly type: string | undefined;
  readonly methods: readonly string[];
  /** Managers able by type and methods, whether they live or not, sorted by id; as of `at`. */
  able: readonly PlacedManager[];
  at: number;
  /** No manager able had room for that cost, as of `rooms`: to own it at all, and to relieve another of it. */
  readonly full: Readonly<Record<'own' | 'relieve', { cost: number; rooms: number }>>;
}

export interface PlacedElement {
  told: PoolElement;
  need: Need;
  cost: number;
  homes: readonly PlacedManager[];
  owner: PlacedManager | undefined;
  standIn: PlacedManager | undefined;
  epoch: Epoch | undefined;
  delegation: Delegation | undefined;
  /** Where it waits for a manager's turn. */
  waits: Set<PlacedElement> | undefined;
}

/** In whose name epochs are given. */
export interface Authority {
  readonly term: number;
  readonly giver: string;
}

export interface Placement {
  authority: Authority;
  readonly pace: Pace;
  readonly managers: Map<string, PlacedManager>;
  readonly elements: Map<string, PlacedElement>;
  readonly needs: Map<string, Need>;
  /** To be looked at: those whose owner is dead or leaves, and the rest. */
  readonly urgent: Set<PlacedElement>;
  readonly due: Set<PlacedElement>;
  readonly unwatched: Set<PlacedElement>;
  /** Watched, but nobody stands in, or only one that is on trial itself. */
  readonly unattended: Set<PlacedElement>;
  /** Delegations that end by themselves. */
  readonly timed: Set<PlacedElement>;
  readonly overloaded: Set<PlacedManager>;
  /** Homes that have lent elements because of load, and have less of it now. */
  readonly roomier: Set<PlacedManager>;
  readonly returning: Set<PlacedManager>;
  /** Those that can be given work since lately, and have less than their share of it. */
  readonly newcomers: Set<PlacedManager>;
  /** Their owners have not said yet that they poll them. */
  readonly unsettled: Set<PlacedElement>;
  /** Managers that may not know yet what is theirs: nothing can be handed over by one that does not have it. */
  readonly ignorant: Set<PlacedManager>;
  /** Those of either kind that were to be looked at. */
  readonly deferred: Set<PlacedElement>;
  /** Those for whose turn something waits. */
  readonly queued: Set<PlacedManager>;
  /** The newest epoch that was ever seen. */
  newest: Epoch;
  /** Rises whenever somebody may be able to do what nobody was able to do. */
  abilities: number;
  /** Rises whenever somebody may have room that nobody had. */
  rooms: number;
}

export const createPlacement = (authority: Authority, pace: Pace = PACE): Placement => ({
  authority,
  pace,
  managers: new Map(),
  elements: new Map(),
  needs: new Map(),
  urgent: new Set(),
  due: new Set(),
  unwatched: new Set(),
  unattended: new Set(),
  timed: new Set(),
  overloaded: new Set(),
  roomier: new Set(),
  returning: new Set(),
  newcomers: new Set(),
  unsettled: new Set(),
  ignorant: new Set(),
  deferred: new Set(),
  queued: new Set(),
  newest: { term: 0, number: 0, giver: '' },
  abilities: 0,
  rooms: 0,
});

/** Costs of less count as this much, so that idle elements are spread as well. */
const LEAST_COST = 1;

export const thousandths = (value: number): number => Math.round(value * 1000);

export function managerOf(placement: Placement, id: string): PlacedManager {
  const known = placement.managers.get(id);
  if (known) return known;
  const alone: PlacedManager[] = [];
  const manager: PlacedManager = {
    id,
    number: placement.managers.size,
    hash: hashOf(id),
    told: { id, availability: { is: 'gone', why: 'unknown' }, rank: 0, capacity: 0, failover: [] },
    alive: false,
    capacity: 0,
    load: 0,
    pledges: new Map(),
    owns: new Set(),
    standsIn: new Set(),
    homeOf: new Set(),
    lent: new Set(),
    waiting: { planned: new Set(), urgent: new Set() },
    turns: newTurns(),
    agreedWith: new Set(),
    alone,
    unrelievedAt: -1,
    reliefAtMs: Number.NEGATIVE_INFINITY,
    spreadAtMs: Number.NEGATIVE_INFINITY,
  };
  alone.push(manager);
  placement.managers.set(id, manager);
  placement.abilities += 1;
  return manager;
}

function needOf(placement: Placement, { type, methods }: PoolElement): Need {
  const key = `${[...methods].sort().join(' ')}\n${type ?? ''}${type === undefined ? '' : '\n'}`;
  const known = placement.needs.get(key);
  if (known) return known;
  const full = { own: { cost: 0, rooms: -1 }, relieve: { cost: 0, rooms: -1 } };
  const need: Need = { type, methods, able: [], at: -1, full };
  placement.needs.set(key, need);
  return need;
}

/** Takes a new element, or another definition of a known one. */
export function placeElement(placement: Placement, told: PoolElement): PlacedElement {
  const cost = Math.max(LEAST_COST, thousandths(told.cost));
  const need = needOf(placement, told);
  const homes = homesOf(placement, told);
  const known = placement.elements.get(told.name);
  const element: PlacedElement = known ?? {
    told,
    need,
    cost,
    homes,
    owner: undefined,
    standIn: undefined,
    epoch: undefined,
    delegation: undefined,
    waits: undefined,
  };
  if (known) {
    for (const home of known.homes) home.homeOf.delete(known);
    const { owner, standIn } = known;
    setOwner(placement, known, undefined);
    setStandIn(known, undefined);
    known.told = told;
    known.need = need;
    known.cost = cost;
    known.homes = homes;
    setOwner(placement, known, owner);
    setStandIn(known, standIn);
  } else {
    placement.elements.set(told.name, element);
  }
  for (const home of homes) home.homeOf.add(element);
  return element;
}

function homesOf(placement: Placement, { homes }: PoolElement): readonly PlacedManager[] {
  const [only, ...more] = homes;
  if (only === undefined) return [];
  return more.length === 0 ? managerOf(placement, only).alone : homes.map((id) => managerOf(placement, id));
}

export function removeElement(placement: Placement, element: PlacedElement): void {
  setOwner(placement, element, undefined);
  setStandIn(element, undefined);
  setDelegation(placement, element, undefined);
  for (const home of element.homes) home.homeOf.delete(element);
  const { urgent, due, unwatched, unattended, unsettled, deferred } = placement;
  for (const set of [urgent, due, unwatched, unattended, unsettled, deferred]) set.delete(element);
  element.waits?.delete(element);
  placement.elements.delete(element.told.name);
}

export function setOwner(placement: Placement, element: PlacedElement, owner: PlacedManager | undefined): void {
  const former = element.owner;
  if (former === owner) return;
  if (former) {
    pledge(element, -element.cost);
    former.owns.delete(element);
    former.load -= element.cost;
    roomGrew(placement, former);
  }
  element.owner = owner;
  if (!owner) return;
  owner.owns.add(element);
  owner.load += element.cost;
  // Where nobody had room for what it had before, somebody may have it for this.
  owner.unrelievedAt = -1;
  pledge(element, element.cost);
  weigh(placement, owner);
}

function weigh({ overloaded }: Placement, manager: PlacedManager): void {
  if (manager.load > manager.capacity) overloaded.add(manager);
  else overloaded.delete(manager);
}

/** After the load has fallen or the capacity has changed. */
export function roomGrew(placement: Placement, manager: PlacedManager): void {
  weigh(placement, manager);
  placement.rooms += 1;
  if (manager.lent.size > 0) placement.roomier.add(manager);
}

export function setStandIn(element: PlacedElement, standIn: PlacedManager | undefined): void {
  const former = element.standIn;
  if (former === standIn) return;
  if (former) {
    pledge(element, -element.cost);
    former.standsIn.delete(element);
  }
  element.standIn = standIn;
  standIn?.standsIn.add(element);
  pledge(element, element.cost);
}

function pledge({ owner, standIn }: PlacedElement, cost: number): void {
  if (!owner || !standIn) return;
  const pledged = (owner.pledges.get(standIn.number) ?? 0) + cost;
  if (pledged === 0) owner.pledges.delete(standIn.number);
  else owner.pledges.set(standIn.number, pledged);
}

export function setDelegation(placement: Placement, element: PlacedElement, delegation: Delegation | undefined): void {
  element.delegation = delegation;
  // What is not delegated any more may be what its owner can be relieved of.
  if (element.owner && !delegation) element.owner.unrelievedAt = -1;
  if (delegation?.untilMs === undefined) placement.timed.delete(element);
  else placement.timed.add(element);
  for (const home of element.homes) {
    if (delegation?.because === 'load') home.lent.add(element);
    else home.lent.delete(element);
  }
}

export function sawEpoch(placement: Placement, epoch: Epoch | undefined): void {
  if (epoch && compareEpochs(epoch, placement.newest) > 0) placement.newest = epoch;
}

/** An epoch above all that were seen. */
export function nextEpoch(placement: Placement): Epoch {
  const { authority, newest } = placement;
  if (newest.term > authority.term)
    throw new Error(`broken invariant: epochs of term ${newest.term} are known to a giver of term ${authority.term}`);
  const number = newest.term === authority.term ? newest.number + 1 : 1;
  placement.newest = { ...authority, number };
  return placement.newest;
}

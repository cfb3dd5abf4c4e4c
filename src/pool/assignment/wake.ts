/** Which elements have to be looked at again when a manager is not as it was, or when a time has come. */
import { isAble, isAlive, lives } from './able.js';
import type { Availability, PoolManager } from './given.js';
import {
  managerOf,
  type PlacedElement,
  type PlacedManager,
  type Placement,
  roomGrew,
  thousandths,
} from './placement.js';

/** Has an element looked at; one that has lost its owner before one that never had one. */
export function look({ urgent, due }: Placement, element: PlacedElement): void {
  if (element.owner && !lives(element.owner)) urgent.add(element);
  else due.add(element);
}

/** Takes what a manager is now. */
export function takeManager(placement: Placement, told: PoolManager, nowMs: number): void {
  const manager = managerOf(placement, told.id);
  const before = manager.told;
  const hadCapacity = manager.capacity;
  const now = { ...told, availability: asOf(told.availability, nowMs) };
  manager.told = now;
  manager.alive = now.availability.is === 'alive';
  manager.capacity = Math.max(0, thousandths(told.capacity));
  if (manager.capacity !== hadCapacity) roomGrew(placement, manager);
  if (now.availability.is === 'returning') placement.returning.add(manager);
  else placement.returning.delete(manager);

  const othersAgreed = !sameAgreements(before, now);
  if (othersAgreed) {
    for (const { id } of before.failover) managerOf(placement, id).agreedWith.delete(manager);
    for (const { id } of now.failover) managerOf(placement, id).agreedWith.add(manager);
    add(placement.due, manager.homeOf);
    add(placement.due, manager.owns);
  }
  const otherAbilities =
    !sameWords(before.types, now.types) ||
    !sameWords(before.methods, now.methods) ||
    !sameWords(before.relieved, now.relieved) ||
    manager.capacity > 0 !== hadCapacity > 0;
  if (otherAbilities) {
    placement.abilities += 1;
    add(placement.due, manager.owns);
    add(placement.due, manager.standsIn);
    if (!sameWords(before.relieved, now.relieved)) add(placement.due, manager.homeOf);
  }
  if (before.rank !== now.rank) for (const one of manager.homeOf) if (one.homes.length > 1) placement.due.add(one);
  if (before.availability.is !== now.availability.is) becameAnother(placement, manager, before.availability.is);
  if (otherAbilities) offer(placement, manager);
}

const asOf = (availability: Availability, nowMs: number): Availability =>
  availability.is === 'returning' && availability.notBeforeMs <= nowMs ? { is: 'alive' } : availability;

function becameAnother(placement: Placement, manager: PlacedManager, was: Availability['is']): void {
  const { is } = manager.told.availability;
  if (is === 'gone' || is === 'leaving') add(placement.urgent, manager.owns);
  else if (was === 'gone' || was === 'leaving') add(placement.due, manager.owns);
  add(placement.due, manager.standsIn);
  if (is === 'gone') for (const element of manager.owns) placement.deferred.delete(element);
  // What is delegated to it and not there yet, or lent by it, depends on it as well.
  for (const element of manager.homeOf) if (element.owner !== manager) placement.due.add(element);
  offer(placement, manager);
}

/** What nobody could do before, it may be able to do; and it may be the better stand-in. */
function offer(placement: Placement, manager: PlacedManager): void {
  const { is } = manager.told.availability;
  if (is !== 'alive' && is !== 'returning') return;
  placement.rooms += 1;
  for (const one of placement.unwatched) if (isAble(placement, manager, one)) placement.urgent.add(one);
  for (const one of placement.unattended) if (isAble(placement, manager, one)) placement.due.add(one);
  if (is !== 'alive') return;
  // Where nothing is known yet all come at once, with what they have.
  if (placement.elements.size > 0) placement.newcomers.add(manager);
  for (const home of manager.agreedWith) {
    add(placement.due, home.homeOf);
    for (const element of home.owns) if (element.homes.length === 0) placement.due.add(element);
  }
}

const add = (to: Set<PlacedElement>, elements: Iterable<PlacedElement>): void => {
  for (const element of elements) to.add(element);
};

const sameWords = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
  a === b || (!!a && !!b && a.length === b.length && a.every((word, at) => word === b[at]));

const sameAgreements = ({ failover: a }: PoolManager, { failover: b }: PoolManager): boolean =>
  a === b ||
  (a.length === b.length && a.every((one, at) => one.id === b[at]?.id && sameWords(one.types, b[at]?.types)));

/** Ends what ends by itself. */
export function wakeByTime(placement: Placement, nowMs: number): void {
  for (const manager of [...placement.returning]) {
    const { told } = manager;
    if (asOf(told.availability, nowMs).is === 'alive') takeManager(placement, told, nowMs);
  }
  for (const element of placement.timed) if (nowMs >= (element.delegation?.untilMs ?? 0)) placement.due.add(element);
}

/** What a home has lent because of load may have room there again. */
export function wakeLent(placement: Placement): void {
  for (const home of placement.roomier) if (isAlive(home)) add(placement.due, home.lent);
  placement.roomier.clear();
}

/** When something ends by itself next. */
export function nextEndMs(placement: Placement): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { told } of placement.returning)
    if (told.availability.is === 'returning') next = Math.min(next, told.availability.notBeforeMs);
  // What is on its way is looked at when it has arrived.
  for (const element of placement.timed)
    if (!placement.deferred.has(element)) next = Math.min(next, element.delegation?.untilMs ?? next);
  return next;
}

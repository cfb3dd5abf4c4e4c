/**
 * The assignment: which manager owns each element and which stands in for it.
 *
 * {@link assign} takes a change into the placement, looks again at the elements that the change concerns, decides, and
 * takes its own decisions into the placement at once. The same placement, change and time give the same plan, whatever
 * the order in which a change names things. Nothing is done here; who gets the plan brings it to a majority first.
 */
import { isAlive, lives } from './able.js';
import { judgeDelegation } from './delegation.js';
import { Draft } from './draft.js';
import type { Change, Ownership } from './given.js';
import { wishFor } from './owner-rule.js';
import { callWaiting, haveTurns } from './pacing.js';
import {
  managerOf,
  nextEpoch,
  type PlacedElement,
  type PlacedManager,
  type Placement,
  placeElement,
  removeElement,
  sawEpoch,
  setDelegation,
  setOwner,
  setStandIn,
} from './placement.js';
import type { Plan } from './plan.js';
import { type Relief, relieve } from './relief.js';
import { inform, isOnItsWay, settle } from './settling.js';
import { spread } from './spread.js';
import { lookAtStandIn } from './stand-in-rule.js';
import { look, takeManager, wakeByTime, wakeLent } from './wake.js';

/** Decides what follows from a change, and from time having passed. Linear in the elements that are concerned. */
export function assign(placement: Placement, change: Change, nowMs: number): Plan {
  const draft = new Draft(placement, nowMs);
  take(placement, change, nowMs, draft);
  wakeByTime(placement, nowMs);
  callWaiting(placement, nowMs);
  wakeLent(placement);
  do {
    const batch = nextBatch(placement, placement.pace.looks - draft.looked);
    const givers = new Map<PlacedElement, PlacedManager | undefined>();
    for (const element of batch) {
      givers.set(element, element.owner);
      lookAtOwner(placement, element, nowMs, draft);
    }
    relieveAll(placement, nowMs, draft);
    for (const element of batch) {
      const giver = givers.get(element);
      if (lookAtStandIn(placement, element, giver === element.owner ? undefined : giver, nowMs))
        draft.standsIn(element);
    }
    wakeLent(placement);
  } while (placement.urgent.size + placement.due.size > 0 && draft.looked < placement.pace.looks);
  return draft.finish();
}

/**
 * Lets a placement that plans nothing follow what others have decided, or takes a decision back that was not
 * confirmed. What is watched and has a stand-in then needs no other look.
 */
export function follow(placement: Placement, change: Change, nowMs: number): void {
  const draft = new Draft(placement, nowMs);
  take(placement, change, nowMs, draft);
  for (const { element: name } of change.owned ?? []) {
    const element = placement.elements.get(name);
    if (!element?.owner || !lives(element.owner)) continue;
    placement.unwatched.delete(element);
    if (!element.standIn || !isAlive(element.standIn)) continue;
    placement.due.delete(element);
    placement.urgent.delete(element);
  }
}

function take(placement: Placement, change: Change, nowMs: number, draft: Draft): void {
  for (const manager of change.managers ?? []) takeManager(placement, manager, nowMs);
  const placed = (change.elements ?? []).map((told) => placeElement(placement, told));
  for (const one of change.owned ?? []) takeOwnership(placement, one.element, one);
  for (const element of placed) look(placement, element);
  settle(placement, change.settled ?? []);
  inform(placement, change.informed ?? []);
  for (const { element: name, delegation } of change.delegate ?? []) {
    const element = placement.elements.get(name);
    if (!element) continue;
    draft.delegated(element);
    setDelegation(placement, element, delegation);
    placement.due.add(element);
  }
  for (const name of change.removed ?? []) {
    const element = placement.elements.get(name);
    if (element) drop(placement, element, draft);
  }
  for (const id of change.forgotten ?? []) forget(placement, id, draft);
}

function takeOwnership(
  placement: Placement,
  name: string,
  { owner, standIn, epoch, delegation, unsettled }: Ownership,
): void {
  const element = placement.elements.get(name);
  if (!element) return;
  setOwner(placement, element, owner === undefined ? undefined : managerOf(placement, owner));
  setStandIn(element, standIn === undefined ? undefined : managerOf(placement, standIn));
  setDelegation(placement, element, delegation);
  element.epoch = epoch;
  sawEpoch(placement, epoch);
  if (unsettled) placement.unsettled.add(element);
  else placement.unsettled.delete(element);
  look(placement, element);
}

function drop(placement: Placement, element: PlacedElement, draft: Draft): void {
  draft.dropped(element);
  removeElement(placement, element);
}

/** What others list as well stays. */
function forget(placement: Placement, id: string, draft: Draft): void {
  const manager = placement.managers.get(id);
  if (!manager || lives(manager)) return;
  for (const element of manager.homeOf) {
    const homes = element.told.homes.filter((home) => home !== id);
    if (homes.length === 0) drop(placement, element, draft);
    else placement.due.add(placeElement(placement, { ...element.told, homes }));
  }
}

/** The urgent first, then the costly, which are easier to place while there is room; then by name. */
function nextBatch({ urgent, due }: Placement, most: number): PlacedElement[] {
  const batch: PlacedElement[] = [];
  for (const set of [urgent, due]) {
    const part: PlacedElement[] = [];
    for (const element of set) {
      if (batch.length + part.length === most) break;
      set.delete(element);
      due.delete(element);
      element.waits?.delete(element);
      element.waits = undefined;
      part.push(element);
    }
    part.sort((a, b) => b.cost - a.cost || (a.told.name < b.told.name ? -1 : 1));
    batch.push(...part);
  }
  return batch;
}

function lookAtOwner(placement: Placement, element: PlacedElement, nowMs: number, draft: Draft): void {
  draft.looked += 1;
  if (isOnItsWay(placement, element)) {
    placement.deferred.add(element);
    return;
  }
  const asked = element.delegation;
  const delegated = judgeDelegation(placement, element, nowMs);
  if (delegated.is === 'refused') draft.refuse(element, asked?.to, delegated.reason);
  if (element.delegation !== asked) draft.delegated(element);
  const wish = wishFor(placement, element, delegated);
  switch (wish.is) {
    case 'stay':
      draft.isWatched(element);
      break;
    case 'stuck':
      draft.isStuck(element, wish.reason);
      break;
    case 'unwatched':
      draft.isUnwatched(element, wish.reason);
      break;
    case 'move': {
      const giver = wish.hurry === 'planned' && element.owner ? [element.owner] : [];
      if (haveTurns(placement, element, [...giver, wish.to], wish.hurry, nowMs))
        move(placement, element, wish.to, wish.reason, draft);
    }
  }
}

function move(placement: Placement, element: PlacedElement, to: PlacedManager, reason: string, draft: Draft): void {
  const from = element.owner;
  const epoch = nextEpoch(placement);
  setOwner(placement, element, to);
  element.epoch = epoch;
  draft.moved(element, from, to, reason, epoch);
}

function relieveAll(placement: Placement, nowMs: number, draft: Draft): void {
  const isFixed = (element: PlacedElement) => draft.hasMoved(element) || isOnItsWay(placement, element);
  draft.reliefWaits(moveAll(placement, relieve(placement, isFixed, nowMs), draft));
  draft.spreadWaits(moveAll(placement, spread(placement, isFixed, nowMs), draft));
}

function moveAll<Rest>(placement: Placement, offers: Generator<Relief, Rest>, draft: Draft): Rest {
  let next = offers.next();
  while (!next.done) {
    const { element, to, reason } = next.value;
    move(placement, element, to, reason, draft);
    placement.due.add(element);
    next = offers.next();
  }
  return next.value;
}

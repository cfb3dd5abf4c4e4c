/**
 * Elements on their way, which stay where they are for now. Between a decision and the word of the new owner nobody can
 * say who polls: to move an element on then would take it from one who may not have it, and nobody would poll it.
 */
import { lives } from './able.js';
import type { PlacedElement, Placement } from './placement.js';

/** Whether it has to wait until its owner has said that it polls it; while that lives. */
export const isOnItsWay = ({ unsettled, ignorant }: Placement, element: PlacedElement): boolean =>
  element.owner !== undefined && lives(element.owner) && (unsettled.has(element) || ignorant.has(element.owner));

/** These have been given to somebody who has not confirmed it. */
export function unsettle({ elements, unsettled }: Placement, names: Iterable<string>): void {
  for (const name of names) {
    const element = elements.get(name);
    if (element) unsettled.add(element);
  }
}

/** Nobody can count on what these have, until they have been told: after a change of master, or of their start. */
export function mistrust({ managers, ignorant }: Placement, ids: Iterable<string>): void {
  for (const id of ids) {
    const manager = managers.get(id);
    if (manager) ignorant.add(manager);
  }
}

/** Their owners poll them: what was to be looked at is looked at now. */
export function settle({ elements, unsettled, deferred, due }: Placement, names: Iterable<string>): void {
  for (const name of names) {
    const element = elements.get(name);
    if (element && unsettled.delete(element) && deferred.delete(element)) due.add(element);
  }
}

/** They know what is theirs. */
export function inform({ managers, ignorant, deferred, due }: Placement, ids: Iterable<string>): void {
  for (const id of ids) {
    const manager = managers.get(id);
    if (!manager || !ignorant.delete(manager)) continue;
    for (const element of deferred) {
      if (element.owner !== manager) continue;
      deferred.delete(element);
      due.add(element);
    }
  }
}

/**
 * Who stands in: another home, else one that has agreed, else one that is able; kept as long as it will do. A better
 * kind of stand-in replaces another, but not in a flurry, for each change costs a copy of all that the element has.
 */
import { agreedFor, isAble, isAlive, lives, rightfulHome } from './able.js';
import { choose } from './choose.js';
import { haveTurns } from './pacing.js';
import { type PlacedElement, type PlacedManager, type Placement, setStandIn } from './placement.js';

/** Names another stand-in where that is due; tells whether it did. `former` has just given the element away. */
export function lookAtStandIn(
  placement: Placement,
  element: PlacedElement,
  former: PlacedManager | undefined,
  nowMs: number,
): boolean {
  const { owner, standIn } = element;
  const changed = nameStandIn(placement, element, former, nowMs);
  const proper = element.standIn && isAlive(element.standIn);
  if (owner && lives(owner) && !proper && !element.told.stationary) placement.unattended.add(element);
  else placement.unattended.delete(element);
  return changed && element.standIn !== standIn;
}

function nameStandIn(
  placement: Placement,
  element: PlacedElement,
  former: PlacedManager | undefined,
  nowMs: number,
): boolean {
  const { owner, standIn } = element;
  if (!owner || !lives(owner)) {
    // A takeover that waits for its turn still wants its stand-in.
    if (!standIn || lives(standIn)) return false;
    setStandIn(element, undefined);
    return true;
  }
  const fits = (manager: PlacedManager): boolean =>
    manager !== owner && isAlive(manager) && isAble(placement, manager, element);
  const preferred = preferredFor(placement, element);
  const wanted = preferred.findIndex((group) => group.some(fits));
  if (standIn && fits(standIn)) {
    const is = preferred.findIndex((group) => group.includes(standIn));
    if (wanted < 0 || (is >= 0 && is <= wanted)) return false;
    const chosen = choose(placement, element, 'standIn', preferred)?.manager;
    if (!chosen || chosen === standIn || !haveTurns(placement, element, [chosen], 'planned', nowMs)) return false;
    setStandIn(element, chosen);
    return true;
  }
  const warm = former && fits(former) ? [...preferred, former.alone] : preferred;
  const chosen = choose(placement, element, 'standIn', warm)?.manager;
  if (chosen === standIn) return false;
  setStandIn(element, chosen);
  return true;
}

/** The home of a delegated element, or the other of two homes; then those that have agreed. */
function preferredFor(placement: Placement, element: PlacedElement): readonly (readonly PlacedManager[])[] {
  const { homes, owner, delegation } = element;
  const goesHome = !delegation && rightfulHome(element) !== owner;
  return [goesHome ? [] : homes, agreedFor(placement, element)];
}

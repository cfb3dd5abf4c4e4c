/**
 * The rule for one element: with whom it should be, and why.
 *
 * 1. Delegated: with the one it is delegated to.
 * 2. With its highest-ranked home that can be given work.
 * 3. With who has it, while that lives, does not leave and is able: the fewest moves.
 * 4. With the best taker (see {@link choose}).
 * 5. Nobody is able: it stays where it was, stuck or unwatched.
 */
import { goneWords, isAble, isAlive, lives, rightfulHome } from './able.js';
import { choose, takers } from './choose.js';
import type { Verdict } from './delegation.js';
import type { Hurry } from './pacing.js';
import type { PlacedElement, PlacedManager, Placement } from './placement.js';

export type Wish =
  | { readonly is: 'stay' }
  | { readonly is: 'move'; readonly to: PlacedManager; readonly reason: string; readonly hurry: Hurry }
  /** Its owner leaves and nobody is able. */
  | { readonly is: 'stuck'; readonly reason: string }
  | { readonly is: 'unwatched'; readonly reason: string };

const STAY: Wish = { is: 'stay' };

export function wishFor(placement: Placement, element: PlacedElement, delegated: Verdict): Wish {
  const { owner } = element;
  const trouble = troubleOf(placement, element, owner);
  const hurry: Hurry = !owner || !lives(owner) || owner.told.availability.is === 'leaving' ? 'urgent' : 'planned';
  if (delegated.is === 'holds')
    return delegated.to === owner ? STAY : { is: 'move', to: delegated.to, reason: delegated.reason, hurry };
  const home = rightfulHome(element);
  if (home)
    return home === owner
      ? STAY
      : { is: 'move', to: home, hurry, reason: homeReason(element, home, delegated, trouble) };
  if (!trouble) return STAY;
  const choice = choose(placement, element, 'own', takers(placement, element));
  if (choice) {
    const reason = `${trouble}; ${takerReason(placement, element, choice.manager, choice.room)}`;
    return { is: 'move', to: choice.manager, reason, hurry };
  }
  if (owner && lives(owner))
    return owner.told.availability.is === 'leaving'
      ? { is: 'stuck', reason: `${trouble}, and ${nobody(element)}` }
      : STAY;
  return { is: 'unwatched', reason: `${trouble}, and ${nobody(element)}` };
}

/** Why it cannot stay where it is. */
function troubleOf(placement: Placement, element: PlacedElement, owner: PlacedManager | undefined): string | undefined {
  if (!owner) return 'nobody has it';
  if (!lives(owner)) return goneWords(owner);
  if (owner.told.availability.is === 'leaving') return `${owner.id} shuts down`;
  return isAble(placement, owner, element) ? undefined : `${owner.id} is not able to poll it any more`;
}

function homeReason(
  element: PlacedElement,
  home: PlacedManager,
  delegated: Verdict,
  trouble: string | undefined,
): string {
  if (!element.owner) return `${home.id} is its home`;
  if (delegated.is === 'over') return `${delegated.reason}; ${home.id} is its home`;
  if (trouble) return `${trouble}; ${home.id} is its home`;
  const other = element.owner;
  if (other && element.homes.includes(other) && isAlive(other))
    return `of its homes ${home.id} ranks higher than ${other.id}`;
  return `its home ${home.id} can have it back`;
}

function takerReason(placement: Placement, element: PlacedElement, taker: PlacedManager, room: boolean): string {
  const [, agreed = []] = takers(placement, element);
  const why = !isAlive(taker)
    ? 'is just back, but nobody else is able'
    : taker === element.standIn
      ? 'stands in for it'
      : agreed.includes(taker)
        ? 'has agreed to take over'
        : 'is able and has the most room';
  return room || !isAlive(taker)
    ? `${taker.id} ${why}`
    : `nobody able has room, and ${taker.id} has the least too much`;
}

const nobody = ({ told }: PlacedElement): string =>
  told.stationary ? 'only its home can read it' : 'no other manager that lives is able to poll it';

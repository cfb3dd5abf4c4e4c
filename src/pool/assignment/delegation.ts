/** Delegations: whether one can begin, and when it ends. */
import { canTakeBack, goneWords, isAlive, lives, objection, rightfulHome } from './able.js';
import { choose } from './choose.js';
import { type PlacedElement, type PlacedManager, type Placement, setDelegation } from './placement.js';

export type Verdict =
  /** It is not delegated. */
  | { readonly is: 'none' }
  /** It is with the one that it is delegated to, or has to go there. */
  | { readonly is: 'holds'; readonly to: PlacedManager; readonly reason: string }
  | { readonly is: 'over'; readonly reason: string }
  /** It could not begin. */
  | { readonly is: 'refused'; readonly to: string | undefined; readonly reason: string };

/** Ends what is over and drops what cannot be, in the placement as well. */
export function judgeDelegation(placement: Placement, element: PlacedElement, nowMs: number): Verdict {
  const { delegation } = element;
  if (!delegation) return { is: 'none' };
  const verdict = verdictOn(placement, element, delegation, nowMs);
  if (verdict.is !== 'holds') setDelegation(placement, element, undefined);
  else if (delegation.to === undefined) setDelegation(placement, element, { ...delegation, to: verdict.to.id });
  return verdict;
}

function verdictOn(
  placement: Placement,
  element: PlacedElement,
  { to: id, untilMs, because }: NonNullable<PlacedElement['delegation']>,
  nowMs: number,
): Verdict {
  const { owner } = element;
  const to = id === undefined ? undefined : placement.managers.get(id);
  if (untilMs !== undefined && nowMs >= untilMs) return { is: 'over', reason: 'its delegation has ended' };
  if (to && to === owner) {
    if (!lives(to)) return { is: 'over', reason: `${goneWords(to)}, to which it was delegated` };
    if (to.told.availability.is === 'leaving')
      return { is: 'over', reason: `${to.id}, to which it was delegated, shuts down` };
    const home = rightfulHome(element);
    if (because === 'load' && home && home !== to && canTakeBack(home, element))
      return { is: 'over', reason: `${home.id} has room again` };
    return { is: 'holds', to, reason: '' };
  }
  const home = because === 'load' ? rightfulHome(element) : undefined;
  if (home && canTakeBack(home, element))
    return { is: 'refused', to: id, reason: `its home ${home.id} has no more to do than it can` };
  if (id === undefined) return find(placement, element, because);
  if (!to) return { is: 'refused', to: id, reason: `no manager ${id} is known` };
  const why = objection(placement, to, element);
  return why === undefined
    ? { is: 'holds', to, reason: because === 'load' ? loadReason(owner, to) : `it is delegated to ${id}` }
    : { is: 'refused', to: id, reason: why };
}

const loadReason = (owner: PlacedManager | undefined, to: PlacedManager): string =>
  `${owner?.id ?? 'its owner'} has much to do, and ${to.id} has room`;

/** Nobody was named: somebody with room. The home itself would not be a delegation. */
function find(placement: Placement, element: PlacedElement, because: 'person' | 'load'): Verdict {
  const choice = choose(placement, element, 'own', [element.standIn?.alone ?? []]);
  if (!choice || !isAlive(choice.manager) || choice.manager === rightfulHome(element))
    return { is: 'refused', to: undefined, reason: 'no other manager is able to take it' };
  const { id } = choice.manager;
  if (!choice.room) return { is: 'refused', to: undefined, reason: 'no other manager that is able has room for it' };
  const reason =
    because === 'load' ? loadReason(element.owner, choice.manager) : `it is delegated, and ${id} is able and has room`;
  return { is: 'holds', to: choice.manager, reason };
}

/** What the master's orders change here. One by one, each for one element; see the transition story in `state.ts`. */
import { compareEpochs, type Epoch } from '../../model/manager.js';
import { beginGiving, giveUp } from './give.js';
import { compareToKnown, hold, knownEpoch, lacks, letGo, tryAgain } from './keep.js';
import type { Holding, HoldingEffect, HoldingInput, HoldingState, Order } from './state.js';
import { beginOwning, beginSooner, nameStandIn } from './take.js';

type Of<Kind extends Order['is']> = Extract<Order, { is: Kind }>;

export function obeyOrders(
  state: HoldingState,
  { orders, all: isAll, term = 0 }: Omit<Extract<HoldingInput, { is: 'orders' }>, 'is'>,
  nowMs: number,
): HoldingEffect[] {
  const effects = orders.flatMap((order) => obey(state, order, isAll ? term : 0, nowMs));
  if (!isAll) return effects;
  const named = new Set(orders.map(({ element }) => element));
  for (const [element, holding] of [...state.held]) {
    // The pool may not know yet what is polled at home: it says so when it does.
    const isAtHome = holding.is === 'owning' && holding.epoch.term === 0;
    if (!named.has(element) && !isAtHome) effects.push(...drop(state, { is: 'drop', element }, nowMs));
  }
  return effects;
}

/** @param term Of a master that knows all that was ever decided about what the member has; 0 for orders that do not say all. */
function obey(state: HoldingState, order: Order, term: number, nowMs: number): HoldingEffect[] {
  const { element, epoch } = order;
  if (epoch && compareToKnown(state, element, epoch) < 0 && !isUndecided(state, element, epoch, term)) return [];
  switch (order.is) {
    case 'own':
      return own(state, order, nowMs);
    case 'await':
      return awaitGiver(state, order, nowMs);
    case 'give':
      return give(state, order, nowMs);
    case 'standIn':
      return standIn(state, order, nowMs);
    case 'drop':
      return drop(state, order, nowMs);
  }
}

/**
 * Whether what is known of an element here was never decided: every master knows all epochs of former terms, so none of them
 * is newer than the one that it names. Epochs of term 0 are none that anybody decides.
 */
function isUndecided(state: HoldingState, element: string, epoch: Epoch, term: number): boolean {
  const known = knownEpoch(state, element);
  return known !== undefined && epoch.term > 0 && known.term < term;
}

/** Whether the order says the same epoch as what is held: then it does not change who polls. */
const isSame = (holding: Holding, { epoch }: Exclude<Order, { is: 'drop' }>): boolean =>
  compareEpochs(holding.epoch, epoch) === 0;

function own(state: HoldingState, order: Of<'own'>, nowMs: number): HoldingEffect[] {
  const { element, epoch, former } = order;
  const holding = state.held.get(element);
  if (holding?.is !== 'owning' && holding?.is !== 'giving') return beginOwning(state, order, nowMs);
  const same = isSame(holding, order);
  // What is given away under this very epoch is not one's own under it.
  if (same && holding.is === 'giving') return [];
  const sooner = same ? [] : beginSooner(state, order, holding, nowMs);
  if (sooner.length > 0) return sooner;
  const known = same && holding.is === 'owning' ? holding : undefined;
  hold(state, element, {
    is: 'owning',
    epoch,
    standIn: order.standIn,
    unsettled: former === undefined ? undefined : known ? known.unsettled : 'takeOver',
    first: known?.first,
    giver: known?.giver,
  });
  const named = nameStandIn(element, holding, order.standIn);
  return same ? named : [{ is: 'renew', element, epoch }, ...named];
}

function awaitGiver(state: HoldingState, order: Of<'await'>, nowMs: number): HoldingEffect[] {
  const { element, epoch, from, standIn, definition, reason } = order;
  const holding = state.held.get(element);
  if (holding && isSame(holding, order)) {
    // It came before the order came again: the master does not know yet.
    if (holding.is === 'owning') {
      hold(state, element, { ...holding, standIn, unsettled: 'handOver' });
      return nameStandIn(element, holding, standIn);
    }
    if (holding.is === 'giving') return [];
  }
  // The master does not know that it polls already, such as a new one after a hand-over. Nobody stops for what may come.
  if (holding?.is === 'owning' && holding.epoch.term > 0) {
    hold(state, element, { ...holding, epoch, standIn, unsettled: 'handOver', giver: undefined });
    return [{ is: 'renew', element, epoch }, ...nameStandIn(element, holding, standIn)];
  }
  const effects = holding ? giveUp(state, element, holding, nowMs) : [];
  hold(state, element, { is: 'awaiting', epoch, from, standIn, definition, reason });
  return effects;
}

function give(state: HoldingState, order: Of<'give'>, nowMs: number): HoldingEffect[] {
  const { element, epoch, to, staysStandIn, reason } = order;
  const holding = state.held.get(element);
  const released = state.released.get(element);
  if (to === state.id) return [];
  if (holding?.is === 'owning' || holding?.is === 'giving') {
    if (!isSame(holding, order))
      return beginGiving(state, order, holding.is === 'giving' ? holding.own : holding.epoch, holding.standIn, nowMs);
    if (holding.is === 'giving' && holding.to === to) hold(state, element, { ...holding, staysStandIn });
    return [];
  }
  if (released && compareEpochs(released.epoch, epoch) === 0) {
    // A new master does not know that it has been taken; or the taker, which has been started anew, does not.
    if (released.kept) tryAgain(state, element, nowMs);
    else lacks(state, element, epoch);
    return [];
  }
  if (!released) {
    // Nothing is left of it, such as after a restart: the master has to hear that nobody will hand it over.
    if (holding?.is !== 'standingIn' || !isSame(holding, order)) letGo(state, element, epoch);
    lacks(state, element, epoch);
    return [];
  }
  // The former taker has failed before the master knew of it: somebody has to poll until the next one takes it.
  const again = beginOwning(state, { is: 'own', element, epoch, reason, former: released.to }, nowMs);
  return [...again, ...beginGiving(state, order, epoch, undefined, nowMs)];
}

function standIn(state: HoldingState, order: Of<'standIn'>, nowMs: number): HoldingEffect[] {
  const { element, epoch, owner } = order;
  const holding = state.held.get(element);
  // Its owner by the same epoch does not stand in for another.
  if (holding?.is === 'owning' && isSame(holding, order)) return [];
  const effects = holding ? giveUp(state, element, holding, nowMs) : [];
  const kept = state.warm.get(element) ?? state.released.get(element)?.kept;
  hold(state, element, { is: 'standingIn', epoch, owner, told: true });
  if (kept) state.warm.set(element, kept);
  return effects;
}

function drop(state: HoldingState, { element, epoch }: Of<'drop'>, nowMs: number): HoldingEffect[] {
  const holding = state.held.get(element);
  const newest = epoch ?? knownEpoch(state, element);
  const effects = holding ? giveUp(state, element, holding, nowMs) : [];
  if (newest) letGo(state, element, newest);
  return effects;
}

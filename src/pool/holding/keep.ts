/** What is held, and what goes with it: every change of it comes through here, so that all of its indexes agree. */
import { compareEpochs, type Epoch } from '../../model/manager.js';
import { countHeld } from './digest.js';
import type { Holding, HoldingState, Released } from './state.js';

/** Epochs of elements that are not held any more. */
const MOST_PAST = 100_000;
/** Bundles of elements that were released. */
const MOST_RELEASED = 10_000;
/** By then the master has long noted who polls, or has decided anew. */
const RELEASED_FOR_MS = 120_000;

/** How soon what has not been answered is said again: twice a heartbeat. */
export const retryMs = ({ heartbeatMs }: Pick<HoldingState, 'heartbeatMs'>): number => heartbeatMs / 2;

/** Takes an element up, or changes what is held of it. */
export function hold(state: HoldingState, element: string, holding: Holding): void {
  forgetHeld(state, element);
  state.held.set(element, holding);
  countHeld(state.digest, element, holding, 1);
  state.past.delete(element);
  if (holding.is !== 'giving') state.tryAtMs.delete(element);
  if (holding.is === 'owning' || holding.is === 'giving') {
    state.warm.delete(element);
    state.released.delete(element);
  }
  if (holding.is !== 'owning' || holding.unsettled !== 'handOver') state.begun.delete(element);
  if (holding.is === 'owning' && holding.unsettled) state.unsettled.add(element);
}

/** Holds it no more, and remembers under which epoch that was decided. */
export function letGo(state: HoldingState, element: string, epoch: Epoch): void {
  forgetHeld(state, element);
  state.tryAtMs.delete(element);
  state.warm.delete(element);
  state.begun.delete(element);
  state.past.delete(element);
  state.past.set(element, epoch);
  if (state.past.size > MOST_PAST) dropOldest(state.past);
}

function forgetHeld(state: HoldingState, element: string): void {
  state.unsettled.delete(element);
  state.lacking.delete(element);
  const former = state.held.get(element);
  if (!former) return;
  countHeld(state.digest, element, former, -1);
  state.held.delete(element);
}

/** It is to hand over what it does not have; told to the master with what is settled. */
export function lacks(state: HoldingState, element: string, epoch: Epoch): void {
  state.lacking.delete(element);
  state.lacking.set(element, epoch);
  if (state.lacking.size > MOST_PAST) dropOldest(state.lacking);
}

export function noteReleased(state: HoldingState, element: string, released: Released): void {
  state.released.delete(element);
  state.released.set(element, released);
  for (const [oldest, { atMs }] of state.released) {
    if (state.released.size <= MOST_RELEASED && atMs + RELEASED_FOR_MS > released.atMs) break;
    state.released.delete(oldest);
  }
}

/** The next try, half a heartbeat from now: later than all that are noted, so the first is always the next. */
export function tryAgain(state: HoldingState, element: string, nowMs: number): void {
  state.tryAtMs.delete(element);
  state.tryAtMs.set(element, nowMs + retryMs(state));
}

/** The newest epoch that is known of an element. */
export const knownEpoch = ({ held, past }: HoldingState, element: string): Epoch | undefined =>
  held.get(element)?.epoch ?? past.get(element);

/** Above zero when `epoch` is newer than all that is known of the element. */
export function compareToKnown(state: HoldingState, element: string, epoch: Epoch): number {
  const known = knownEpoch(state, element);
  return known ? compareEpochs(epoch, known) : 1;
}

function dropOldest(past: Map<string, Epoch>): void {
  for (const [element] of past) {
    past.delete(element);
    return;
  }
}

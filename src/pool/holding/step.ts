/** The one door to what a manager holds: an input at a time in, effects out. */
import type { Epoch } from '../../model/manager.js';
import type { MemberId } from '../member.js';
import { emptyDigest } from './digest.js';
import { isOffer, offer, paceGiving, taken, tryGiving } from './give.js';
import { compareToKnown, hold, letGo } from './keep.js';
import { obeyOrders } from './orders.js';
import type { Bundle, Holding, HoldingEffect, HoldingInput, HoldingState } from './state.js';
import { keepWarm, takeOffer } from './take.js';

export interface HoldingOptions {
  readonly id: MemberId;
  /** Milliseconds, of the pool. What is not answered is said twice as often. */
  readonly heartbeatMs: number;
}

export const createHolding = ({ id, heartbeatMs }: HoldingOptions): HoldingState => ({
  id,
  heartbeatMs,
  held: new Map(),
  past: new Map(),
  warm: new Map(),
  begun: new Map(),
  released: new Map(),
  tryAtMs: new Map(),
  unsettled: new Set(),
  lacking: new Map(),
  digest: emptyDigest(),
});

/**
 * Takes one input. The state belongs to this function and is changed in place. The effects are meant in their order.
 * @param nowMs The member's monotonic clock; never goes back.
 */
export function stepHolding(state: HoldingState, input: HoldingInput, nowMs: number): HoldingEffect[] {
  switch (input.is) {
    case 'orders':
      return obeyOrders(state, input, nowMs);
    case 'message':
      return take(state, input, nowMs);
    case 'bundle':
      return bundleMade(state, input.bundle, nowMs);
    case 'atHome':
      return atHome(state, input.element, input.epoch);
    case 'removed':
      return removed(state, input.element);
    case 'paced':
      state.heartbeatMs = input.heartbeatMs;
      paceGiving(state, nowMs);
      return [];
    case 'tick':
      return tryGiving(state, nowMs);
  }
}

/** When the next `tick` is due; infinite when there is nothing to wait for. */
export function wakeAtMs({ tryAtMs }: HoldingState): number {
  for (const atMs of tryAtMs.values()) return atMs;
  return Number.POSITIVE_INFINITY;
}

/** What this member has to do with an element; undefined for nothing. */
export const holdingOf = ({ held }: HoldingState, element: string): Holding | undefined => held.get(element);

/** Whether it polls an element, as its owner or until another takes it. */
export function isPolled(state: HoldingState, element: string): boolean {
  const holding = state.held.get(element);
  return holding?.is === 'owning' || holding?.is === 'giving';
}

/** Whether it polls an element, or has kept from another how to poll it. */
export function canPoll(state: HoldingState, element: string): boolean {
  const holding = state.held.get(element);
  const isDefined = holding?.is === 'awaiting' && holding.definition !== undefined;
  return (
    isPolled(state, element) || isDefined || state.warm.has(element) || state.released.get(element)?.kept !== undefined
  );
}

/**
 * What it polls since a hand-over or a takeover, and the master has not noted yet; and what it was told to hand over and
 * does not have, which the master tells by who owns it. @param most How many at most. */
export function unsettled(
  { held, unsettled: waiting, lacking }: HoldingState,
  most: number,
): readonly { readonly element: string; readonly epoch: Epoch }[] {
  const found: { readonly element: string; readonly epoch: Epoch }[] = [];
  for (const element of waiting) {
    if (found.length >= most) return found;
    const holding = held.get(element);
    if (holding) found.push({ element, epoch: holding.epoch });
  }
  for (const [element, epoch] of lacking) {
    if (found.length >= most) return found;
    found.push({ element, epoch });
  }
  return found;
}

type Said = Extract<HoldingInput, { is: 'message' }>;

function take(state: HoldingState, said: Said, nowMs: number): HoldingEffect[] {
  const { from, message } = said;
  switch (message.is) {
    case 'give':
      return takeOffer(state, from, message, nowMs);
    case 'taken':
      return taken(state, from, message, nowMs);
    case 'notTaken':
      // Polled on, and offered again in half a heartbeat, as if nothing had come.
      return [];
    case 'warm':
      return keepWarm(state, said, message.bundle, nowMs);
  }
}

function bundleMade(state: HoldingState, bundle: Bundle, nowMs: number): HoldingEffect[] {
  const holding = state.held.get(bundle.element);
  if (holding?.is === 'giving' && isOffer(state, holding, bundle, nowMs)) return offer(state, holding, bundle, nowMs);
  const isPolled = holding?.is === 'owning' || holding?.is === 'giving';
  const to = isPolled ? holding.standIn : state.released.get(bundle.element)?.to;
  return to === undefined ? [] : [{ is: 'send', to, message: { is: 'warm', bundle } }];
}

const NOTHING_KNOWN = { standIn: undefined, unsettled: undefined, first: undefined, giver: undefined } as const;

function atHome(state: HoldingState, element: string, epoch: Epoch): HoldingEffect[] {
  // What the pool has said of it goes before.
  if (state.held.has(element) || compareToKnown(state, element, epoch) < 0) return [];
  hold(state, element, { is: 'owning', epoch, ...NOTHING_KNOWN });
  const unknown = { bundle: undefined, definition: undefined, former: undefined, reason: undefined };
  return [{ is: 'poll', element, epoch, arrival: 'start', ...unknown }];
}

function removed(state: HoldingState, element: string): HoldingEffect[] {
  const holding = state.held.get(element);
  // Of what the pool knows, it says who polls it from now on, or that nobody does.
  if (holding?.is !== 'owning' || holding.epoch.term > 0) return [];
  letGo(state, element, holding.epoch);
  return [{ is: 'stop', element }];
}

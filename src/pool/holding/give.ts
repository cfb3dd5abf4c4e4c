/** The giver's part of a hand-over: polls on until the taker has confirmed. */
import { compareEpochs, type Epoch } from '../../model/manager.js';
import type { MemberId } from '../member.js';
import { agedTo, nearestMs, withoutDue } from './cursors.js';
import { hold, letGo, noteReleased, retryMs, tryAgain } from './keep.js';
import type { Bundle, Holding, HoldingEffect, HoldingState, KeptBundle, Order } from './state.js';

type Giving = Extract<Holding, { is: 'giving' }>;
type GiveOrder = Extract<Order, { is: 'give' }>;

/** The taker's first polls lie so many heartbeats ahead when they are named. */
const AHEAD_HEARTBEATS = 2;
/** Nearer than this, an answer may come too late to prevent a double: other numbers are named. */
const TOO_NEAR_HEARTBEATS = 1;

/** Begins to give what is polled under `own`, with the standing stand-in; whatever was tried before is off. */
export function beginGiving(
  state: HoldingState,
  { element, epoch, to, staysStandIn }: GiveOrder,
  own: Epoch,
  standIn: MemberId | undefined,
  nowMs: number,
): HoldingEffect[] {
  hold(state, element, {
    is: 'giving',
    own,
    epoch,
    to,
    staysStandIn,
    standIn,
    sent: undefined,
    askedMs: nowMs,
  });
  tryAgain(state, element, nowMs);
  return [askBundle(state, element)];
}

const askBundle = ({ heartbeatMs }: HoldingState, element: string): HoldingEffect => ({
  is: 'makeBundle',
  element,
  aheadMs: AHEAD_HEARTBEATS * heartbeatMs,
});

/** Whether a bundle is the one that was asked for: its polls lie as far ahead as they should. */
export const isOffer = (
  { heartbeatMs }: HoldingState,
  { askedMs }: Giving,
  { cursors }: Bundle,
  nowMs: number,
): boolean =>
  // While the answer was on its way, the polls have come nearer.
  askedMs !== undefined && nearestMs(cursors) >= askedMs + AHEAD_HEARTBEATS * heartbeatMs - nowMs;

export function offer(state: HoldingState, giving: Giving, bundle: Bundle, nowMs: number): HoldingEffect[] {
  hold(state, bundle.element, { ...giving, sent: { bundle, atMs: nowMs }, askedMs: undefined });
  tryAgain(state, bundle.element, nowMs);
  return [giveTo(giving, bundle)];
}

const giveTo = ({ to, epoch }: Giving, bundle: Bundle): HoldingEffect => ({
  is: 'send',
  to,
  message: { is: 'give', epoch, bundle },
});

/** Says again what has not been answered; with other numbers when those that were named have come too near. */
export function tryGiving(state: HoldingState, nowMs: number): HoldingEffect[] {
  const effects: HoldingEffect[] = [];
  for (const [element, atMs] of state.tryAtMs) {
    if (atMs > nowMs) break;
    const giving = state.held.get(element);
    if (giving?.is !== 'giving') {
      effects.push(...offerAgain(state, element, nowMs));
      continue;
    }
    const bundle = giving.sent && giving.askedMs === undefined ? agedTo(giving.sent, nowMs) : undefined;
    const isTooNear = !bundle || nearestMs(bundle.cursors) < TOO_NEAR_HEARTBEATS * state.heartbeatMs;
    if (isTooNear) hold(state, element, { ...giving, askedMs: nowMs });
    effects.push(isTooNear ? askBundle(state, element) : giveTo(giving, bundle));
    tryAgain(state, element, nowMs);
  }
  return effects;
}

/** What was released and may not have been taken: polled by nobody here, so it begins where it would be by now. */
function offerAgain(state: HoldingState, element: string, nowMs: number): HoldingEffect[] {
  state.tryAtMs.delete(element);
  const { epoch, to, kept } = state.released.get(element) ?? {};
  if (!epoch || to === undefined || !kept) return [];
  tryAgain(state, element, nowMs);
  return [{ is: 'send', to, message: { is: 'give', epoch, bundle: agedTo(kept, nowMs) } }];
}

/** Another heartbeat: what waits for longer than the new one allows is tried sooner. */
export function paceGiving(state: HoldingState, nowMs: number): void {
  const latestMs = nowMs + retryMs(state);
  for (const [element, atMs] of state.tryAtMs) state.tryAtMs.set(element, Math.min(atMs, latestMs));
}

/** The taker has it: polls what is due before its numbers, and no more. */
export function taken(
  state: HoldingState,
  from: MemberId,
  { element, epoch, first }: { readonly element: string; readonly epoch: Epoch; readonly first: readonly number[] },
  nowMs: number,
): HoldingEffect[] {
  const giving = state.held.get(element);
  if (giving?.is !== 'giving') {
    const released = state.released.get(element);
    if (released?.to === from && compareEpochs(released.epoch, epoch) === 0) state.tryAtMs.delete(element);
    return [];
  }
  if (giving.to !== from || compareEpochs(giving.epoch, epoch) !== 0) return [];
  // Before anything has been sent, this answers somebody that this member does not remember to have been.
  return giving.sent ? release(state, element, giving, giving.sent, first, nowMs) : [];
}

function release(
  state: HoldingState,
  element: string,
  { own, epoch, to, staysStandIn }: Giving,
  sent: KeptBundle,
  first: readonly number[],
  nowMs: number,
): HoldingEffect[] {
  // A taker that knows nothing of the numbers has begun anew, at once.
  const isCounted = first.length === sent.bundle.cursors.length;
  const kept = isCounted ? startingAt(sent, first, nowMs) : sent;
  if (staysStandIn) {
    hold(state, element, { is: 'standingIn', epoch, owner: to, told: false });
    state.warm.set(element, kept);
  } else letGo(state, element, epoch);
  noteReleased(state, element, { epoch, to, kept, atMs: nowMs });
  if (!isCounted) return [{ is: 'stop', element }];
  return [{ is: 'release', element, epoch: own, to, first: kept.bundle.cursors.map(({ next }) => next) }];
}

/**
 * The bundle with the numbers that the taker begins with, which may be those of an earlier or a later one. Never later
 * than what is due next and one more: a giver that has been restarted counts from another beginning than its taker, and
 * would poll on for long.
 */
function startingAt(sent: KeptBundle, first: readonly number[], nowMs: number): KeptBundle {
  const due = withoutDue(agedTo(sent, nowMs).cursors);
  const cursors = sent.bundle.cursors.map((cursor, at) => {
    const latest = 1 + (due[at] ?? cursor).next;
    const next = Math.min(first[at] ?? latest, latest);
    return { ...cursor, next, dueInMs: cursor.dueInMs + (next - cursor.next) * cursor.intervalMs };
  });
  return { bundle: { ...sent.bundle, cursors }, atMs: sent.atMs };
}

/**
 * What is polled goes by an order, not by word of the taker. What was being given goes like what was confirmed, or else the
 * polls before the taker's first would be missed, even when that one has handed it on already; the rest stops at once.
 */
export function giveUp(state: HoldingState, element: string, holding: Holding, nowMs: number): HoldingEffect[] {
  if (holding.is !== 'owning' && holding.is !== 'giving') return [];
  if (holding.is === 'owning' || !holding.sent) return [{ is: 'stop', element }];
  const { sent } = holding;
  const first = sent.bundle.cursors.map(({ next }) => next);
  return release(state, element, holding, sent, first, nowMs);
}

/** The taker's part of a hand-over, and the takeover from a dead owner: how polling begins here. */
import { compareEpochs, type Epoch } from '../../model/manager.js';
import type { MemberId } from '../member.js';
import { agedTo, fromLastDue, isNewer, isSound, madeUpFrom, withoutDue } from './cursors.js';
import { compareToKnown, hold } from './keep.js';
import type {
  Arrival,
  Bundle,
  Holding,
  HoldingEffect,
  HoldingInput,
  HoldingMessage,
  HoldingState,
  Order,
} from './state.js';

type OwnOrder = Extract<Order, { is: 'own' }>;
type GiveMessage = Extract<HoldingMessage, { is: 'give' }>;

/** An owner's offer. Answered however often it comes, with the numbers that this taker really begins with. */
export function takeOffer(
  state: HoldingState,
  from: MemberId,
  { epoch, bundle }: GiveMessage,
  nowMs: number,
): HoldingEffect[] {
  const { element } = bundle;
  const holding = state.held.get(element);
  const order = compareToKnown(state, element, epoch);
  if (order === 0 && holding?.is === 'owning') return [sendTaken(from, element, epoch, holding.first ?? [])];
  const refuse = (reason: string): HoldingEffect[] => [
    { is: 'send', to: from, message: { is: 'notTaken', element, epoch, reason } },
  ];
  if (order < 0) return refuse('a newer owner has been named since');
  if (order > 0) return refuse('not told to take it yet');
  if (holding?.is !== 'awaiting' || holding.from !== from) return refuse('told otherwise');
  if (!isSound(bundle)) return refuse('the bundle has impossible cursors');
  const { standIn, definition, reason } = holding;
  // Polls that are due by now are the giver's, who polls on until it hears the numbers.
  const cursors = withoutDue(bundle.cursors);
  const current = { ...bundle, cursors };
  const effects = begin(state, element, {
    epoch,
    standIn,
    arrival: 'handOver',
    bundle: current,
    definition,
    former: from,
    reason,
    settles: true,
  });
  state.begun.set(element, { bundle: current, atMs: nowMs });
  return [...effects, sendTaken(from, element, epoch, cursors.map(madeUpFrom))];
}

const sendTaken = (to: MemberId, element: string, epoch: Epoch, first: readonly number[]): HoldingEffect => ({
  is: 'send',
  to,
  message: { is: 'taken', element, epoch, first },
});

/** Polls what nobody else polls: from the latest bundle that is there, or anew. */
export function beginOwning(
  state: HoldingState,
  { element, epoch, standIn, definition, former, reason }: OwnOrder,
  nowMs: number,
): HoldingEffect[] {
  const holding = state.held.get(element);
  const awaited = holding?.is === 'awaiting' ? holding : undefined;
  const released = state.released.get(element);
  const kept = state.warm.get(element) ?? released?.kept;
  const whose = former ?? awaited?.from ?? released?.to;
  return begin(state, element, {
    epoch,
    standIn,
    arrival: whose !== undefined || kept ? 'takeOver' : 'start',
    bundle: kept && agedTo(kept, nowMs),
    definition: definition ?? awaited?.definition,
    former: whose,
    reason: reason ?? awaited?.reason,
    settles: former !== undefined,
  });
}

/**
 * Takes the giver's last polls as well, if the first of its own are not due yet; nothing when they are. What is just
 * falling due here may not be polled yet, so the last due of each access is polled, if need be twice.
 */
export function beginSooner(state: HoldingState, order: OwnOrder, holding: Holding, nowMs: number): HoldingEffect[] {
  const { element, epoch, standIn, definition, former, reason } = order;
  const begun = state.begun.get(element);
  if (holding.is !== 'owning' || former === undefined || holding.giver !== former || !begun) return [];
  const bundle = agedTo(begun, nowMs);
  if (bundle.cursors.every(({ dueInMs }) => dueInMs <= 0)) return [];
  const cursors = fromLastDue(bundle.cursors);
  const arrival = 'takeOver';
  const rest = { arrival, bundle: { ...bundle, cursors }, definition, former, reason, settles: true } as const;
  return [{ is: 'stop', element }, ...begin(state, element, { epoch, standIn, ...rest })];
}

interface Beginning {
  readonly epoch: Epoch;
  readonly standIn: MemberId | undefined;
  readonly arrival: Arrival;
  readonly bundle: Bundle | undefined;
  readonly definition: string | undefined;
  readonly former: MemberId | undefined;
  readonly reason: string | undefined;
  /** The master waits to hear of it. */
  readonly settles: boolean;
}

function begin(state: HoldingState, element: string, beginning: Beginning): HoldingEffect[] {
  const { settles, standIn, ...rest } = beginning;
  const { epoch, arrival, bundle } = rest;
  hold(state, element, {
    is: 'owning',
    epoch,
    standIn,
    unsettled: settles && arrival !== 'start' ? arrival : undefined,
    first: bundle?.cursors.map(madeUpFrom),
    giver: arrival === 'handOver' ? beginning.former : undefined,
  });
  const effects: HoldingEffect[] = [{ is: 'poll', element, ...rest }];
  if (standIn !== undefined) effects.push({ is: 'standIn', element, standIn });
  return effects;
}

/** Names another stand-in for what is polled here, where it is another. */
export function nameStandIn(element: string, holding: Holding, standIn: MemberId | undefined): HoldingEffect[] {
  if ((holding.is !== 'owning' && holding.is !== 'giving') || holding.standIn === standIn) return [];
  return [{ is: 'standIn', element, standIn }];
}

/**
 * The latest of an owner for which this member stands in, or from which it is to take over in a moment. One that was
 * started again may have begun to count anew: what its former start made is older, whatever the numbers say.
 */
export function keepWarm(
  state: HoldingState,
  { from, incarnation }: Pick<Extract<HoldingInput, { is: 'message' }>, 'from' | 'incarnation'>,
  bundle: Bundle,
  nowMs: number,
): HoldingEffect[] {
  const { element } = bundle;
  const holding = state.held.get(element);
  if (!holding || !isSound(bundle)) return [];
  if (holding.is === 'owning' || holding.is === 'giving') return refresh(holding, from, bundle);
  const owner = holding.is === 'standingIn' ? holding.owner : holding.from;
  if (owner !== from) return [];
  const kept = state.warm.get(element);
  const isOfLaterStart =
    kept?.incarnation !== undefined &&
    incarnation !== undefined &&
    incarnation > kept.incarnation &&
    compareEpochs(bundle.epoch, kept.bundle.epoch) === 0;
  if (isOfLaterStart || isNewer(bundle, kept?.bundle))
    state.warm.set(element, { bundle, atMs: nowMs, ...(incarnation !== undefined && { incarnation }) });
  return [];
}

/** The giver's last word. What it said before, to a stand-in, comes too late: it had not polled all that is its own. */
function refresh(holding: Holding, from: MemberId, bundle: Bundle): HoldingEffect[] {
  if (holding.is !== 'owning' || holding.giver !== from || compareEpochs(bundle.epoch, holding.epoch) >= 0) return [];
  const { first } = holding;
  const isLast =
    first?.length === bundle.cursors.length && bundle.cursors.every(({ next }, at) => next >= (first[at] ?? 0));
  return isLast ? [{ is: 'refresh', element: bundle.element, bundle }] : [];
}

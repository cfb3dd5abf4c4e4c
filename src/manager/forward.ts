/** Passing a request on to the manager that can answer it. */
import { sleep } from '../base/env.js';
import { PtpError } from '../base/errors.js';
import { type ElementName, elementName, parseElementName } from '../model/element.js';
import type { CallContext } from '../peer/peer.js';
import { type Input, isReading, type OperationName, type Output } from '../xml/messages/operations.js';
import type { ManagerCore } from './core.js';
import { MOST_HOPS } from './hops.js';
import { findOwner } from './owner-search.js';

/**
 * An answer may take longer than usual where devices are waited for: as long as all tries of an access, within reason;
 * and where elements are handed over: as long as that may take.
 */
const PATIENCE_MS: Partial<Record<OperationName, number>> = {
  pollNow: 50_000,
  // Former owners are asked by the one that answers.
  getSamples: 10_000,
  getDeviceReport: 10_000,
  getServiceReport: 10_000,
  delegate: 10_000,
  failOverAction: 20_000,
  takeOver: 20_000,
  release: 20_000,
  findCandidates: 10_000,
  reportFailure: 10_000,
  becomeIntegrationManager: 60_000,
  pause: 40_000,
  shutdown: 40_000,
};

/**
 * While an element changes hands, or its owner has just died, nobody can answer for it. The manager that was asked first
 * waits so long for the next owner, which is longer than a takeover takes, and looks so often.
 */
const NEXT_OWNER_WITHIN_MS = 4000;
const LOOK_AGAIN_MS = 250;

/** @throws PtpError `Server.Unavailable` when the request has been passed on too often. */
export function forward<O extends OperationName>(
  core: ManagerCore,
  manager: string,
  operation: O,
  input: Input<O>,
  context: CallContext,
): Promise<Output<O>> {
  if (context.hops >= MOST_HOPS) {
    throw new PtpError(
      'Server.Unavailable',
      `the request has been passed on ${MOST_HOPS} times without reaching the owner; ask again in a moment`,
    );
  }
  return core.directory.peer(manager).call(operation, input, {
    timeoutMs: PATIENCE_MS[operation],
    signal: context.signal,
    onBehalfOf: { ...context, hops: context.hops + 1 },
  });
}

/**
 * Answers here for an element of this manager, or passes the request on to its owner.
 * @param ofUnwatched What there is to say of one that nobody watches, where there is something: only of whole names.
 * @throws PtpError `Client.NotFound` when nobody is known to own it; `Server.Unavailable` when nobody watches it.
 */
export async function answerForElement<O extends OperationName>(
  core: ManagerCore,
  reference: string,
  operation: O,
  input: Input<O>,
  context: CallContext,
  answer: (element: ElementName) => Promise<Output<O>>,
  ofUnwatched?: (element: ElementName, why: string) => Promise<Output<O>>,
): Promise<Output<O>> {
  const { clock } = core.env;
  const patientUntilMs = clock.monotonic() + (context.hops === 0 ? NEXT_OWNER_WITHIN_MS : 0);
  for (;;) {
    const here = core.table.find(reference);
    if (here) return answer(here);
    const found = await findOwner(core, reference, context);
    if (found.is === 'unknown') throw noSuchElement(reference);
    if (found.is === 'unwatched') {
      const named = parseElementName(reference);
      if (ofUnwatched && named) return ofUnwatched(elementName(named.kind, named.id), found.why);
      throw unwatched(reference, found.why);
    }
    const mayLookAgain = clock.monotonic() < patientUntilMs;
    if (found.is === 'moving' && !mayLookAgain) throw unwatched(reference, found.why);
    if (found.is === 'elsewhere') {
      try {
        return await forward(core, found.manager, operation, input, context);
      } catch (thrown) {
        if (!mayLookAgain || !mayBeElsewhere(thrown, operation)) throw thrown;
      }
    }
    await sleep(clock, LOOK_AGAIN_MS, context.signal);
  }
}

/** Not so where it is not certain that nothing was done, unless doing it again does no harm. */
function mayBeElsewhere(thrown: unknown, operation: OperationName): boolean {
  if (!(thrown instanceof PtpError)) return false;
  if (thrown.fault === 'Client.NotFound') return true;
  const isHarmless = isReading(operation) || operation === 'pollNow';
  return isHarmless && thrown.fault === 'Server.Unavailable';
}

export const unwatched = (reference: string, why: string): PtpError =>
  new PtpError('Server.Unavailable', `nobody watches ${reference.slice(0, 200)} at the moment: ${why}`, {
    place: { path: 'element' },
  });

export const noSuchElement = (reference: string): PtpError =>
  new PtpError(
    'Client.NotFound',
    `there is no element "${reference.slice(0, 200)}"; elements are named device/ID, service/ID or application/ID, and a bare ID is enough where only one kind has it`,
    {
      place: { path: 'element' },
    },
  );

/** Passing a request on to the manager that can answer it. */
import { PtpError } from '../base/errors.js';
import type { ElementName } from '../model/element.js';
import type { CallContext } from '../peer/peer.js';
import type { Input, OperationName, Output } from '../xml/messages/operations.js';
import type { ManagerCore } from './core.js';

/** How many managers may pass one request on. */
export const MOST_HOPS = 3;

/**
 * An answer may take longer than usual where devices are waited for: as long as all tries of an access, within reason;
 * and where elements are handed over: as long as that may take.
 */
const PATIENCE_MS: Partial<Record<OperationName, number>> = {
  pollNow: 50_000,
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
 * @throws PtpError `Client.NotFound` when nobody is known to own it.
 */
export async function answerForElement<O extends OperationName>(
  core: ManagerCore,
  reference: string,
  operation: O,
  input: Input<O>,
  context: CallContext,
  answer: (element: ElementName) => Promise<Output<O>>,
): Promise<Output<O>> {
  const here = core.table.find(reference);
  if (here) return answer(here);
  const elsewhere = core.ownerElsewhere(reference);
  if (elsewhere) return forward(core, elsewhere, operation, input, context);
  throw noSuchElement(reference);
}

export const noSuchElement = (reference: string): PtpError =>
  new PtpError(
    'Client.NotFound',
    `there is no element "${reference.slice(0, 200)}"; elements are named device/ID, service/ID or application/ID, and a bare ID is enough where only one kind has it`,
    {
      place: { path: 'element' },
    },
  );

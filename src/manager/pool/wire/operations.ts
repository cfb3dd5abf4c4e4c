/** Which operation carries which message of the pool. */
import type { PoolMessage } from '../../../pool/node/messages.js';
import type { Input } from '../../../xml/messages/operations.js';

export const POOL_OPERATIONS = ['announce', 'election', 'vote', 'coordinator', 'heartbeat', 'assign'] as const;
export type PoolOperation = (typeof POOL_OPERATIONS)[number];

/** One request of the pool, as the table of messages has it. */
export type WireMessage = {
  readonly [O in PoolOperation]: { readonly operation: O; readonly input: Input<O> };
}[PoolOperation];

export const isPoolOperation = (operation: string): operation is PoolOperation =>
  (POOL_OPERATIONS as readonly string[]).includes(operation);

export type PoolMessageKind = PoolMessage['is'];

/**
 * Messages that are judged by their term alone, or by who is master: their sender's earlier starts stay at home. All
 * others carry them, because their receiver may have to find out whether that start goes on from one that it knows.
 */
const JUDGED_BY_TERM: ReadonlySet<PoolMessageKind> = new Set<PoolMessageKind>([
  'renew',
  'install',
  'fetch',
  'yield',
  'beaten',
  'roster',
  'orders',
]);

export const carriesStarts = (kind: PoolMessageKind): boolean => !JUDGED_BY_TERM.has(kind);

/** A page's way from its address to its content. */
import type { PtpError } from '../../base/errors.js';
import { asPtpError } from '../../base/errors.js';
import type { PoolService } from '../../manager/pool/pool-service.js';
import type { CallContext } from '../../peer/peer.js';
import type { Input, OperationName, Output } from '../../xml/messages/operations.js';
import type { Base } from '../links.js';
import type { PageContent } from '../page-data.js';
import type { PortalIdentity } from '../parts.js';
import type { Query } from '../query.js';

/** What a view may look at; it answers from this and the operations alone. */
export interface ViewContext {
  readonly identity: PortalIdentity;
  readonly base: Base;
  readonly query: Query;
  /** Milliseconds since 1970, the same for the whole page. */
  readonly now: number;
  readonly call: CallContext;
  readonly ask: <O extends OperationName>(operation: O, input: Input<O>) => Promise<Output<O>>;
  /** Ids of the managers whose pages are handed through here. */
  readonly handedThrough: readonly string[];
  /** Absent where the manager knows of none. */
  readonly pool?: PoolService;
}

export type View = (context: ViewContext) => Promise<PageContent>;

/** An integration manager shows what it has consolidated, an e-manager its own. */
export const scopeOf = ({ identity }: ViewContext): { readonly scope?: 'pool' } =>
  identity.role === 'EIM' ? { scope: 'pool' } : {};

/** Part of a page that may fail without the rest: an answer, or why there is none. */
export async function attempt<T>(asked: Promise<T>): Promise<{ readonly value: T } | { readonly fault: PtpError }> {
  try {
    return { value: await asked };
  } catch (thrown) {
    return { fault: asPtpError(thrown) };
  }
}

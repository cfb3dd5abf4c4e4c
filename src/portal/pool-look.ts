/**
 * The pool for the pages: from this manager's own knowledge where it keeps the inventory, else from the master's. Only
 * voters keep it; what another was once told may be long past.
 */
import type { AssignmentView, ListQuery, PoolMemberView, PoolService, PoolView } from '../manager/pool/pool-service.js';
import { type ElementName, parseElementName } from '../model/element.js';
import { parseEpoch } from '../model/manager.js';
import type { Page } from '../store/store.js';
import type { Input, Output } from '../xml/messages/operations.js';

export interface PoolLook {
  readonly view: PoolView;
  assignments(query: ListQuery): Promise<Page<AssignmentView>>;
  assignmentOf(element: ElementName): Promise<AssignmentView | undefined>;
}

export interface PoolLookParts {
  readonly pool?: PoolService;
  readonly identity: { readonly id: string };
  readonly ask: (operation: 'getAssignments', input: Input<'getAssignments'>) => Promise<Output<'getAssignments'>>;
}

/** Undefined where the manager knows of no pool. Never fails: what is known here is better than no page. */
export async function lookAtPool(parts: PoolLookParts): Promise<PoolLook | undefined> {
  const { pool, identity, ask } = parts;
  if (!pool) return undefined;
  const { view } = pool;
  if (view.standing !== 'member' || view.master === undefined || keepsInventory(view, identity.id))
    return ownLook(pool);
  const answer = await ask('getAssignments', { scope: 'pool', page: 1, pageSize: 1 }).catch(() => undefined);
  if (!answer || answer.missing.length > 0 || answer.pool.standing !== 'member') return ownLook(pool);
  const assignments = async (query: ListQuery, element?: ElementName) => {
    const { assignments: rows, total } = await ask('getAssignments', {
      scope: 'pool',
      ...query,
      ...(element === undefined ? {} : { element }),
    });
    return { rows: rows.flatMap(assignmentFrom), total };
  };
  return {
    view: viewFrom(answer.pool, view),
    assignments,
    assignmentOf: async (element) =>
      (await assignments({ page: 1, pageSize: 1 }, element).catch(() => undefined))?.rows[0],
  };
}

const keepsInventory = ({ master, members }: PoolView, self: string): boolean =>
  master === self || members.some(({ id, voter }) => id === self && voter);

const ownLook = (pool: PoolService): PoolLook => ({
  view: pool.view,
  assignments: async (query) => pool.assignments(query),
  assignmentOf: async (element) => pool.assignmentOf(element),
});

/** The pool as its master tells it, and how this manager stands in it. */
function viewFrom(told: Output<'getAssignments'>['pool'], own: PoolView): PoolView {
  return {
    ...own,
    term: told.term,
    ...(told.master === undefined ? {} : { master: told.master }),
    rosterVersion: told.rosterVersion,
    quorum: told.quorum,
    members: told.members.map(memberFrom),
  };
}

function memberFrom(member: Output<'getAssignments'>['pool']['members'][number]): PoolMemberView {
  const { uri, context, returnsIn, ...rest } = member;
  const { id, role } = member;
  return {
    ...rest,
    ...(uri === undefined || context === undefined ? {} : { address: { id, role, origin: uri, context } }),
    ...(returnsIn === undefined ? {} : { returnsInMs: returnsIn * 1_000 }),
  };
}

function assignmentFrom(row: Output<'getAssignments'>['assignments'][number]): readonly AssignmentView[] {
  const { element, epoch: text, ...rest } = row;
  const name = parseElementName(element);
  const epoch = text === undefined ? undefined : parseEpoch(text);
  return name ? [{ ...rest, element: `${name.kind}/${name.id}`, ...(epoch ? { epoch } : {}) }] : [];
}

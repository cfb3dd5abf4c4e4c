/** A pool in memory: tells what it is told to tell, and does at once what it is asked for. */
import { PtpError } from '../../src/base/errors.js';
import { assignmentPage, handOverPage } from '../../src/manager/pool/pool-lists.js';
import type {
  AssignmentView,
  DelegateRequest,
  DelegateResult,
  HandOver,
  PoolMemberView,
  PoolService,
  PoolView,
} from '../../src/manager/pool/pool-service.js';
import type { ElementName } from '../../src/model/element.js';
import type { ManagerState } from '../../src/model/manager.js';

export interface FakePool extends PoolService {
  view: PoolView;
  state: ManagerState;
  rows: AssignmentView[];
  ledger: HandOver[];
  /** What it was asked to do, in order. */
  readonly calls: { readonly name: string; readonly given: unknown }[];
  /** Thrown by whatever it is asked to do next. */
  failure: PtpError | undefined;
  /** What a shutdown leaves behind. */
  left: readonly ElementName[];
}

export const member = (id: string, more: Partial<PoolMemberView> = {}): PoolMemberView => ({
  id,
  role: 'EM',
  voter: true,
  stands: true,
  priority: 0,
  standing: 'alive',
  incarnation: 3,
  load: 0.06,
  cost: 12,
  capacity: 100,
  owns: 0,
  standsInFor: 0,
  ...more,
});

/** A pool that stands, as a member sees it that is not its master. */
export const standingPool = (members: readonly PoolMemberView[]): PoolView => ({
  standing: 'member',
  role: 'secondary',
  term: 1,
  heartbeatMs: 500,
  rosterVersion: 1,
  quorum: 'majority',
  cutOff: false,
  members,
});

/** A pool of which `self` is told; the figures of its members follow from the assignments. */
export function fakePool(
  view: Partial<PoolView> = {},
  rows: readonly AssignmentView[] = [],
  ledger: readonly HandOver[] = [],
): FakePool {
  const calls: FakePool['calls'] = [];
  const act = (name: string, given: unknown): void => {
    calls.push({ name, given });
    const { failure } = pool;
    pool.failure = undefined;
    if (failure) throw failure;
  };
  const members = (view.members ?? []).map((one) => ({
    ...one,
    owns: rows.filter((row) => row.owner === one.id && row.unwatched === undefined).length,
    standsInFor: rows.filter((row) => row.standIn === one.id).length,
  }));
  const pool: FakePool = {
    rows: [...rows],
    ledger: [...ledger],
    calls,
    failure: undefined,
    left: [],
    state: 'running',
    view: {
      standing: 'member',
      role: 'secondary',
      id: 'p1',
      name: 'lab',
      term: 12,
      heartbeatMs: 500,
      rosterVersion: 7,
      quorum: 'majority',
      cutOff: false,
      ...view,
      members,
    },
    assignments: (query) => assignmentPage(pool.rows, query),
    assignmentOf: (element) => pool.rows.find((row) => row.element === element),
    definitionOf: () => undefined,
    handOvers: async (query) => handOverPage(pool.ledger, query),
    delegate: async (request) => {
      act('delegate', request);
      return delegated(pool, request);
    },
    pause: async (keep) => {
      act('pause', keep);
      pool.state = 'paused';
    },
    resume: async () => {
      act('resume', undefined);
      pool.state = 'running';
    },
    leave: async () => {
      act('leave', undefined);
      return pool.left;
    },
    reportFailure: async (manager, successor) => {
      act('reportFailure', { manager, successor });
      return { finding: 'crashed', done: 'EM3 has taken over 2 elements' };
    },
    forget: async (manager) => {
      act('forget', manager);
    },
    recover: async (without) => {
      act('recover', without);
    },
  };
  return pool;
}

function delegated(pool: FakePool, { elements, to, until, recall }: DelegateRequest): DelegateResult {
  const moved: { element: string; to: string }[] = [];
  const refused: { element: string; reason: string }[] = [];
  for (const element of elements) {
    const row = pool.rows.find((one) => one.element === element);
    if (!row) {
      refused.push({ element, reason: 'there is no such element in the pool' });
      continue;
    }
    const taker = recall ? row.homes[0] : (to ?? pool.view.members.find(({ id }) => id !== row.owner)?.id);
    if (taker === undefined) refused.push({ element, reason: 'no manager is able to poll it' });
    else {
      const { delegatedTo: _to, delegatedUntil: _until, ...rest } = row;
      const delegation = recall
        ? {}
        : { delegatedTo: taker, ...(until === undefined ? {} : { delegatedUntil: until }) };
      pool.rows[pool.rows.indexOf(row)] = { ...rest, owner: taker, ...delegation };
      moved.push({ element, to: taker });
    }
  }
  return { moved, refused };
}

/** No master is known: what everything that needs one answers. */
export const noMaster = (): PtpError =>
  new PtpError('Server.Unavailable', 'no master of the pool is known at the moment; it may be a second later');

/** The pool as it stands and as it went: getAssignments, getHandOvers. */
import { asPtpError, PtpError } from '../../base/errors.js';
import { formatEpoch } from '../../model/manager.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import { noSuchElement } from '../forward.js';
import { gather } from '../gather.js';
import { mergeDepth, pageOf } from '../listing.js';
import type { AssignmentView, HandOver, PoolMemberView, PoolView } from '../pool/pool-service.js';
import { elementNamed, knowsAll, masterElsewhere } from './pool-knowledge.js';

type Assignments = Output<'getAssignments'>;
type HandOvers = Output<'getHandOvers'>;

export function poolViewHandlers(core: ManagerCore): Handlers {
  return {
    async getAssignments(input, context) {
      checkSort(input.sort, ['element'], 'assignments are sorted by element alone');
      // Who has an element is the same whoever is asked.
      const isWide = (input.scope ?? (input.element === undefined ? 'self' : 'pool')) === 'pool';
      const master = isWide && !knowsAll(core) ? masterElsewhere(core, context) : undefined;
      if (master === undefined) return ownAssignments(core, input);
      try {
        const onBehalfOf = { ...context, hops: context.hops + 1 };
        return await core.directory
          .peer(master)
          .call('getAssignments', { ...input, scope: 'self' }, { signal: context.signal, onBehalfOf });
      } catch (thrown) {
        // What is wrong with the question is wrong here, too; a master that does not answer leaves what is known here.
        const own = ownAssignments(core, input);
        return { ...own, missing: [{ manager: master, reason: asPtpError(thrown).message }] };
      }
    },

    async getHandOvers(input, context) {
      checkSort(input.sort, ['-time'], 'hand-overs are sorted by time alone, newest first: -time');
      // The moves of an element are noted by those that took it.
      const scope = input.scope ?? (input.element === undefined ? core.defaultScope : 'pool');
      return scope === 'pool' ? poolHandOvers(core, input, context) : ownHandOvers(core, input);
    },
  };
}

function checkSort(sort: string | undefined, possible: readonly string[], words: string): void {
  if (sort !== undefined && !possible.includes(sort))
    throw new PtpError('Client.Validation', words, { place: { path: 'sort' } });
}

/** A word of a filter; quotes cannot stand in one, so whoever has them in an id is not found by it. */
const wordOf = (column: string, value: string): string => `${column}${JSON.stringify(value.replaceAll('"', ''))}`;

const joined = (...words: readonly (string | undefined)[]): string | undefined =>
  words.filter((word) => word !== undefined && word !== '').join(' ') || undefined;

function ownAssignments(core: ManagerCore, input: Input<'getAssignments'>): Assignments {
  const { element, page, pageSize } = input;
  const name = element === undefined ? undefined : elementNamed(core, element, 'element');
  const filter = joined(input.filter, name && wordOf('element:', name));
  const { rows, total } = core.pool.assignments({ filter, page, pageSize });
  return {
    pool: poolStateOf(core.pool.view),
    assignments: rows.map(assignmentOf),
    total,
    parts: [{ manager: core.settings.id, age: 0, source: 'memory' }],
    missing: [],
  };
}

async function ownHandOvers(core: ManagerCore, input: Input<'getHandOvers'>): Promise<HandOvers> {
  const { element, manager, text, from, to, page, pageSize } = input;
  pageOf(input);
  const name = element === undefined ? undefined : elementNamed(core, element, 'element');
  const filter = joined(
    input.filter,
    name && wordOf('element:', name),
    manager && wordOf('manager:', manager),
    text && wordOf('', text),
  );
  const { rows, total } = await core.pool.handOvers({ filter, from, to, page, pageSize });
  return {
    handOvers: rows.map(handOverOf),
    total,
    parts: [{ manager: core.settings.id, age: 0, source: 'store' }],
    missing: [],
  };
}

/** Over all managers: enough of each is read to fill the pages up to the one asked for. */
async function poolHandOvers(
  core: ManagerCore,
  input: Input<'getHandOvers'>,
  context: CallContext,
): Promise<HandOvers> {
  const { page, pageSize } = pageOf(input);
  const depth = mergeDepth(input, 'hand-overs', 'narrow the range of time');
  const question = { ...input, scope: 'self' as const, page: 1, pageSize: depth };
  const [own, { answers, missing }] = await Promise.all([
    ownHandOvers(core, question).catch(orNothing),
    gather(core.directory, core.directory.ids(), 'getHandOvers', question, context, { lacking: 'empty' }),
  ]);
  const lists = [...(own ? [own] : []), ...answers.map(({ answer }) => answer)];
  if (lists.length === 0 && missing.length === 0) throw noSuchElement(input.element ?? '');
  const all = lists.flatMap(({ handOvers }) => handOvers);
  const rows = merged(all).sort((a, b) => b.time - a.time || (a.element < b.element ? -1 : 1));
  return {
    handOvers: rows.slice((page - 1) * pageSize, page * pageSize),
    total: lists.reduce((sum, one) => sum + one.total, 0) - (all.length - rows.length),
    parts: lists.flatMap(({ parts }) => parts),
    missing,
  };
}

/** An element that this manager does not know, and another may. */
function orNothing(thrown: unknown): undefined {
  if (thrown instanceof PtpError && thrown.fault === 'Client.NotFound') return undefined;
  throw thrown;
}

type Row = HandOvers['handOvers'][number];

/** One line for each element and epoch: who decided and who took it each know a part of what it has cost. */
function merged(rows: readonly Row[]): Row[] {
  const known = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.element} ${row.epoch}`;
    const other = known.get(key);
    known.set(
      key,
      other
        ? {
            ...other,
            from: other.from ?? row.from,
            missed: Math.max(other.missed, row.missed),
            doubled: Math.max(other.doubled, row.doubled),
            seconds: Math.max(other.seconds, row.seconds),
          }
        : row,
    );
  }
  return [...known.values()];
}

const handOverOf = ({ epoch, ...row }: HandOver): Row => ({ ...row, epoch: formatEpoch(epoch) });

const assignmentOf = ({ epoch, ...row }: AssignmentView): Assignments['assignments'][number] => ({
  ...row,
  epoch: epoch && formatEpoch(epoch),
});

function poolStateOf({ standing, role, id, name, term, master, ...view }: PoolView): Assignments['pool'] {
  const { heartbeatMs, rosterVersion, quorum, cutOff, members } = view;
  return {
    standing,
    role: standing === 'alone' ? 'none' : role,
    id,
    name,
    term,
    master,
    heartbeat: heartbeatMs / 1000,
    rosterVersion,
    quorum,
    cutOff,
    members: members.map(memberOf),
  };
}

const memberOf = ({ address, returnsInMs, standingMs: _, ...member }: PoolMemberView) => ({
  ...member,
  uri: address?.origin,
  context: address?.context,
  returnsIn: returnsInMs === undefined ? undefined : returnsInMs / 1000,
});

/**
 * Reads columns of tables: several side by side by GETBULK (RFC 3416 section 4.2.3), each from its own last OID, so
 * that holes and early ends of single columns do no harm. Bounded; an agent that goes in circles is noticed.
 */
import { PtpError } from '../../base/errors.js';
import { TYPES, type VarBind } from './message/bindings.js';
import { STATUS } from './message/pdu.js';
import { compareOids, suffixOf } from './oid.js';
import { AgentError, type SnmpSession } from './session.js';
import { isMissing } from './values.js';

/** Rows of a column by index, in the order of the walk. */
export type Column = ReadonlyMap<string, VarBind>;

/** Rows of one column, unless less is wanted; more is not read. */
const MOST_ROWS = 20_000;
/** Columns asked for side by side. */
const MOST_COLUMNS = 12;
const LESS_WHEN_LOST = 8;
/** Values of one answer; more would be cut off by most agents, whose largest message they do not fit. */
const MOST_VALUES = 250;

/**
 * How many rows are asked for at once. Fewer when the agent cannot (tooBig) or when the answer does not arrive, as where
 * a fragment of it is always lost; the next poll dares a little more. 0: its GETBULK cannot be relied on, and single
 * successors are asked for.
 */
export interface BulkSize {
  repetitions: number;
}

/**
 * @returns The columns by OID; one that the agent does not have is empty.
 * @throws PtpError `Access.*`
 */
export async function walkColumns(
  session: SnmpSession,
  columnOids: readonly string[],
  bulk: BulkSize,
  mostRows = MOST_ROWS,
): Promise<ReadonlyMap<string, Column>> {
  const columns = new Map<string, Column>();
  for (let from = 0; from < columnOids.length; from += MOST_COLUMNS) {
    const group = columnOids.slice(from, from + MOST_COLUMNS).map((oid) => new ColumnWalk(oid, mostRows));
    await walkGroup(session, group, bulk);
    for (const { oid, rows } of group) columns.set(oid, rows);
  }
  return columns;
}

async function walkGroup(session: SnmpSession, group: readonly ColumnWalk[], bulk: BulkSize): Promise<void> {
  for (let open = group.filter((one) => !one.ended); open.length > 0; open = open.filter((one) => !one.ended)) {
    const answers = await nextRows(session, open, bulk);
    let progress = false;
    open.forEach((column, at) => {
      progress = column.take(answers[at] ?? []) || progress;
    });
    // A column whose values did not fit comes first next time; an answer without any value would go on for ever.
    if (!progress) throw new PtpError('Access.Protocol', `${session.agent.place} answers a walk with nothing`);
  }
}

/** A list of successors for each column; a shorter list, or none, where the agent's message was full. */
async function nextRows(session: SnmpSession, open: readonly ColumnWalk[], bulk: BulkSize): Promise<VarBind[][]> {
  const oids = open.map(({ last }) => last);
  while (session.agent.version !== 0 && bulk.repetitions > 0) {
    const repetitions = Math.max(1, Math.min(bulk.repetitions, Math.floor(MOST_VALUES / oids.length)));
    try {
      const rows = await session.getBulk(oids, repetitions);
      // Some begin at the wrong place, or answer with nothing at all: what GETNEXT says is worth more.
      if (rows.some((column, at) => open[at]?.isFurther(column) === true)) return rows;
      bulk.repetitions = 0;
    } catch (error) {
      const lost = error instanceof PtpError && (error.code === 'Access.Timeout' || error.code === 'Access.Protocol');
      if (!(lost || error instanceof AgentError)) throw error;
      // With one repetition an agent has no more to say than by GETNEXT. Every lost answer costs a timeout, so there are few.
      bulk.repetitions = Math.floor(repetitions / (lost ? LESS_WHEN_LOST : 2));
    }
  }
  return nextRowsOneByOne(session, open);
}

/** SNMPv1 has no GETBULK, and answers the whole request with `noSuchName` at the end of any column. */
async function nextRowsOneByOne(session: SnmpSession, open: readonly ColumnWalk[]): Promise<VarBind[][]> {
  try {
    return (await session.getNext(open.map(({ last }) => last))).map((one) => [one]);
  } catch (error) {
    const ended = error instanceof AgentError && error.status === STATUS.NO_SUCH_NAME;
    if (!ended) throw agentFailure(error, session);
  }
  const rows: VarBind[][] = [];
  for (const { last } of open) {
    try {
      rows.push(await session.getNext([last]).then(([one]) => (one ? [one] : [])));
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      rows.push([{ oid: last, type: TYPES.END_OF_MIB_VIEW, value: null }]);
    }
  }
  return rows;
}

/** An error status that nothing can be done about. */
export function agentFailure(error: unknown, session: SnmpSession): unknown {
  if (!(error instanceof AgentError)) return error;
  return new PtpError('Access.Protocol', `${session.agent.place} refuses the question (${error.message})`, {
    cause: error,
  });
}

/** One column under way. */
class ColumnWalk {
  readonly rows = new Map<string, VarBind>();
  last: string;
  ended = false;

  constructor(
    readonly oid: string,
    private readonly mostRows: number,
  ) {
    this.last = oid;
  }

  /** Whether what an agent says goes on from here, or is beyond the column. */
  isFurther([first]: readonly VarBind[]): boolean {
    return first !== undefined && (isMissing(first) || compareOids(first.oid, this.last) > 0);
  }

  /** @returns Whether the walk is further than before. */
  take(varbinds: readonly VarBind[]): boolean {
    for (const varbind of varbinds) {
      const index = suffixOf(varbind.oid, this.oid);
      const goesOn = index !== undefined && !isMissing(varbind) && compareOids(varbind.oid, this.last) > 0;
      if (!goesOn || this.rows.size >= this.mostRows) {
        this.ended = true;
        return true;
      }
      this.rows.set(index, varbind);
      this.last = varbind.oid;
    }
    return varbinds.length > 0;
  }
}

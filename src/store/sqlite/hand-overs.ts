/** The hand-over ledger, written and read. */
import type { HandOver, HandOverColumn, HandOverQuery } from '../../model/hand-over.js';
import { HAND_OVER_COLUMNS, handOverOf } from '../rows.js';
import type { Page } from '../store.js';
import { asNumber, type Bindable, type Connection, storable } from './driver.js';

/** Rows of one page at most. */
const MAX_PAGE = 1000;

interface Condition {
  readonly sql: string;
  readonly values: readonly Bindable[];
}

export function recordHandOver(connection: Connection, row: HandOver): void {
  const { time, element, from, to, reason, epoch, takeover, missed, doubled, seconds } = row;
  connection
    .prepare(
      `INSERT OR REPLACE INTO hand_over
       (element, term, number, giver, time, former, owner, reason, takeover, missed, doubled, seconds)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      storable(element),
      epoch.term,
      epoch.number,
      storable(epoch.giver),
      time,
      from === undefined ? null : storable(from),
      storable(to),
      storable(reason),
      takeover ? 1 : 0,
      missed,
      doubled,
      seconds,
    );
}

export function dropHandOvers(connection: Connection, before: number, limit: number): number {
  return connection
    .prepare(
      `DELETE FROM hand_over WHERE (element, term, number, giver) IN
       (SELECT element, term, number, giver FROM hand_over WHERE time < ? ORDER BY time LIMIT ?)`,
    )
    .run(before, limit).changes;
}

export function queryHandOvers(connection: Connection, query: HandOverQuery): Page<HandOver> {
  const conditions = conditionsOf(query);
  const where = conditions.length > 0 ? `WHERE ${conditions.map(({ sql }) => `(${sql})`).join(' AND ')}` : '';
  const values = conditions.flatMap((one) => one.values);
  const total = asNumber(connection.prepare(`SELECT count(*) FROM hand_over ${where}`).first(...values)?.[0]);
  const rows = connection
    .prepare(
      `SELECT time, element, ${HAND_OVER_COLUMNS}
       FROM hand_over ${where}
       ORDER BY time DESC, term DESC, number DESC, giver DESC, element DESC LIMIT ? OFFSET ?`,
    )
    .rows(...values, Math.min(query.limit, MAX_PAGE), query.offset);
  return { rows: rows.map(handOverOf), total };
}

function conditionsOf({ from, to, words = [], whole = [] }: HandOverQuery): Condition[] {
  return [
    ...(from === undefined ? [] : [{ sql: 'time >= ?', values: [from] }]),
    ...(to === undefined ? [] : [{ sql: 'time < ?', values: [to] }]),
    ...words.map(saying),
    ...whole.map(({ column, value }) => being(column, value)),
  ];
}

const PLACES = ['element', 'former', 'owner', 'reason', "term || '.' || number || '.' || giver"];

function saying(word: string): Condition {
  const pattern = `%${storable(word).replace(/[\\%_]/g, '\\$&')}%`;
  return {
    sql: PLACES.map((place) => String.raw`coalesce(${place}, '') LIKE ? ESCAPE '\'`).join(' OR '),
    values: PLACES.map(() => pattern),
  };
}

const COLUMNS = { element: 'element', from: 'former', to: 'owner' } as const;

function being(column: HandOverColumn, value: string): Condition {
  const text = storable(value);
  switch (column) {
    case 'kind':
      return { sql: "CASE takeover WHEN 1 THEN 'takeover' ELSE 'planned' END = ? COLLATE NOCASE", values: [text] };
    case 'flawed':
      return { sql: "CASE WHEN missed + doubled > 0 THEN 'yes' ELSE 'no' END = ? COLLATE NOCASE", values: [text] };
    case 'manager':
      return { sql: 'owner = ? COLLATE NOCASE OR former = ? COLLATE NOCASE', values: [text, text] };
    default:
      return { sql: `${COLUMNS[column]} = ? COLLATE NOCASE`, values: [text] };
  }
}

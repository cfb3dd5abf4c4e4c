/** The hand-over ledger, written and read. */
import type { HandOver, HandOverColumn, HandOverQuery } from '../../model/hand-over.js';
import { HAND_OVER_COLUMNS, handOverOf } from '../rows.js';
import type { Page } from '../store.js';
import { moment, whole } from './columns.js';
import { type Names, plain } from './names.js';
import type { Session } from './session.js';
import { Where } from './where.js';

/** Within a transaction; of one element and epoch the last counts. */
export async function recordHandOvers(session: Session, names: Names, rows: readonly HandOver[]): Promise<void> {
  const last = new Map(rows.map((row) => [JSON.stringify([row.element, row.epoch]), row]));
  const all = [...last.values()];
  await session.run(
    `INSERT INTO hand_over (element, term, number, giver, time, former, owner, reason, takeover, missed, doubled, seconds)
     SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[],
       $8::text[], $9::boolean[], $10::integer[], $11::integer[], $12::double precision[])
     ON CONFLICT (element, term, number, giver) DO UPDATE SET
       time = excluded.time, former = excluded.former, owner = excluded.owner, reason = excluded.reason,
       takeover = excluded.takeover, missed = excluded.missed, doubled = excluded.doubled, seconds = excluded.seconds`,
    [
      all.map(({ element }) => names.element(element)),
      all.map(({ epoch }) => epoch.term),
      all.map(({ epoch }) => epoch.number),
      all.map(({ epoch }) => plain(epoch.giver)),
      all.map(({ time }) => whole(time, 'time of a hand-over')),
      all.map(({ from }) => (from === undefined ? null : plain(from))),
      all.map(({ to }) => plain(to)),
      all.map(({ reason }) => plain(reason)),
      all.map(({ takeover }) => (takeover ? 't' : 'f')),
      all.map(({ missed }) => missed),
      all.map(({ doubled }) => doubled),
      all.map(({ seconds }) => seconds),
    ],
  );
}

export const dropHandOvers = (session: Session, before: number, limit: number): Promise<number> =>
  session.run(
    `DELETE FROM hand_over WHERE (element, term, number, giver) IN
     (SELECT element, term, number, giver FROM hand_over WHERE time < $1 ORDER BY time LIMIT $2)`,
    [before, limit],
  );

const FROM = 'hand_over JOIN element ON element.id = hand_over.element';

export async function queryHandOvers(session: Session, query: HandOverQuery): Promise<Page<HandOver>> {
  const where = whereOf(query);
  const { limit, offset } = query;
  const total = await where.count(session, FROM, Number.MAX_SAFE_INTEGER);
  const rows = await where.page(session, {
    columns: `time, element.name, ${HAND_OVER_COLUMNS}`,
    from: FROM,
    order: 'time DESC, term DESC, number DESC, giver DESC, element.name DESC',
    limit,
    offset,
  });
  return { rows: rows.map(handOverOf), total };
}

const PLACES = ['element.name', 'former', 'owner', 'reason', "term || '.' || number || '.' || giver"];

function whereOf({ from, to, words = [], whole: wanted = [] }: HandOverQuery): Where {
  const where = new Where();
  if (from !== undefined) where.add('time >= ?', moment(from));
  if (to !== undefined) where.add('time < ?', moment(to));
  for (const word of words) where.addPart(PLACES, word);
  for (const { column, value } of wanted) being(where, column, plain(value));
  return where;
}

const COLUMNS = { element: 'element.name', from: 'former', to: 'owner' } as const;
const LIKEWISE = 'lower(?::text COLLATE "C")';

function being(where: Where, column: HandOverColumn, text: string): void {
  if (column === 'kind') where.add(`CASE WHEN takeover THEN 'takeover' ELSE 'planned' END = ${LIKEWISE}`, text);
  else if (column === 'flawed')
    where.add(`CASE WHEN missed + doubled > 0 THEN 'yes' ELSE 'no' END = ${LIKEWISE}`, text);
  else if (column === 'manager') where.add(`lower(owner) = ${LIKEWISE} OR lower(former) = ${LIKEWISE}`, text, text);
  else where.add(`lower(${COLUMNS[column]}) = ${LIKEWISE}`, text);
}

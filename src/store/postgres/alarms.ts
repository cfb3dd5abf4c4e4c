/** Alarms, written and read: one row each, as it was after its latest change. */
import { ALARM_STATES, type Alarm, type AlarmQuery, alarmState } from '../../model/alarm.js';
import { SEVERITIES } from '../../model/status.js';
import { storable } from '../sqlite/storable.js';
import type { Page } from '../store.js';
import { asText, moment, whole } from './columns.js';
import { digestOf, type Names, plain } from './names.js';
import type { Session } from './session.js';
import { Where } from './where.js';

const CLEARED = ALARM_STATES.indexOf('cleared');

/** @throws PtpError `Client.Validation` */
export function checkAlarmTimes({ raisedAt, changedAt, revision }: Alarm): void {
  for (const value of [raisedAt, changedAt, revision]) whole(value, 'time or number of an alarm');
}

/** Within a transaction. */
export async function recordAlarms(session: Session, names: Names, alarms: readonly Alarm[]): Promise<void> {
  if (alarms.length === 0) return;
  // Of several versions the newest; a statement takes one of each.
  const newest = new Map<string, Alarm>();
  for (const alarm of alarms)
    if (alarm.revision >= (newest.get(alarm.id)?.revision ?? Number.NEGATIVE_INFINITY)) newest.set(alarm.id, alarm);
  const all = [...newest.values()];
  await session.run(
    `INSERT INTO alarm (id, element, state, severity, worst, raised, changed, revision, alarm, folded)
     SELECT * FROM unnest($1::text[], $2::integer[], $3::smallint[], $4::smallint[], $5::smallint[], $6::bigint[],
       $7::bigint[], $8::bigint[], $9::text[], $10::text[])
     ON CONFLICT (id) DO UPDATE SET
       element = excluded.element, state = excluded.state, severity = excluded.severity, worst = excluded.worst,
       raised = excluded.raised, changed = excluded.changed, revision = excluded.revision, alarm = excluded.alarm,
       folded = excluded.folded
     WHERE excluded.revision >= alarm.revision`,
    [
      all.map(({ id }) => id),
      all.map(({ element }) => (element === undefined ? null : String(names.element(element)))),
      all.map((alarm) => ALARM_STATES.indexOf(alarmState(alarm))),
      all.map(({ severity }) => SEVERITIES.indexOf(severity)),
      all.map(({ worst }) => SEVERITIES.indexOf(worst)),
      all.map(({ raisedAt }) => whole(raisedAt, 'time')),
      all.map(({ changedAt }) => whole(changedAt, 'time')),
      all.map(({ revision }) => revision),
      all.map((alarm) => JSON.stringify(alarm, (_, value) => (typeof value === 'string' ? storable(value) : value))),
      all.map(({ text, name, element = '', source = '', manager }) =>
        plain([text, name, element, source, manager].join('\n').toLowerCase()),
      ),
    ],
  );
}

export async function loadAlarms(session: Session): Promise<readonly Alarm[]> {
  const rows = await session.rows(`SELECT alarm FROM alarm WHERE state < ${CLEARED} ORDER BY raised, id`);
  return rows.map(([alarm]) => JSON.parse(asText(alarm)));
}

/** Another manager goes on with what stood on an element. */
export const forgetAlarms = (session: Session, element: number): Promise<number> =>
  session.run(`DELETE FROM alarm WHERE element = $1 AND state < ${CLEARED}`, [element]);

/** Of those that are over. @returns How many were dropped. */
export const dropAlarms = (session: Session, before: number, limit: number): Promise<number> =>
  session.run(
    `DELETE FROM alarm WHERE id IN
     (SELECT id FROM alarm WHERE changed < $1 AND state = ${CLEARED} ORDER BY changed LIMIT $2)`,
    [before, limit],
  );

export async function queryAlarms(session: Session, query: AlarmQuery): Promise<Page<Alarm>> {
  const where = whereOf(query);
  const { limit, offset, after } = query;
  const total = await where.count(session, 'alarm', Number.MAX_SAFE_INTEGER);
  // The total counts what stands before it, too.
  if (after) where.add('(changed, id) < (?, ?::text)', after.changedAt, plain(after.id));
  const rows = await where.page(session, {
    columns: 'alarm',
    from: 'alarm',
    order: 'changed DESC, id DESC',
    limit,
    offset,
  });
  return { rows: rows.map(([alarm]) => JSON.parse(asText(alarm))), total };
}

function whereOf({ id, from, to, states, severity, element, words = [] }: AlarmQuery): Where {
  const where = new Where();
  if (id !== undefined) where.add('id = ?', plain(id));
  // It has not changed before it was raised, so one index serves both.
  if (from !== undefined) where.add('changed >= ?', moment(from));
  if (to !== undefined)
    where.add('changed < ? OR (raised >= ? AND raised < ?)', moment(to), moment(from ?? 0), moment(to));
  if (states !== undefined)
    where.add(
      'state = ANY (?::smallint[])',
      states.map((state) => ALARM_STATES.indexOf(state)),
    );
  if (severity !== undefined)
    where.add(`CASE state WHEN ${CLEARED} THEN worst ELSE severity END >= ?`, SEVERITIES.indexOf(severity));
  if (element !== undefined) where.add('element = (SELECT id FROM element WHERE digest = ?)', digestOf(element));
  for (const word of words) where.add('strpos(folded, ?) > 0', plain(word.toLowerCase()));
  return where;
}

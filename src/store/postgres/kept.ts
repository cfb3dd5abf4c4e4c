/** What is kept beside elements, samples and events: alarms of other managers, notices to be sent, notes. */
import type { AlarmSubject, KeptAlarms, KeptChange } from '../../model/kept-alarm.js';
import { KEPT_ALARM_COLUMNS, KEPT_SET_COLUMNS, keptAlarmOf, keptSetOf } from '../rows.js';
import type { NoticeChange, WaitingNotice } from '../store.js';
import { asNumber, asText, whole } from './columns.js';
import { digestOf, plain } from './names.js';
import type { Session } from './session.js';

const hex = (name: string): string => `\\x${digestOf(name).toString('hex')}`;
const latest = <Item>(items: readonly Item[], key: (item: Item) => string | number): readonly Item[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
];

/** Within a transaction. */
export async function changeKept(session: Session, change: KeptChange): Promise<void> {
  const { forgotten, removed } = change;
  if (forgotten.length > 0)
    for (const table of ['kept_set', 'kept_alarm'])
      await session.run(`DELETE FROM ${table} WHERE digest = ANY ($1::bytea[])`, [forgotten.map(hex)]);
  if (removed.length > 0) await session.run('DELETE FROM kept_alarm WHERE id = ANY ($1::text[])', [removed.map(plain)]);
  const sets = latest(change.sets, ({ subject }) => subject);
  if (sets.length > 0)
    await session.run(
      `INSERT INTO kept_set (digest, subject, owner, term, number, giver, incarnation, message)
       SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[])
       ON CONFLICT (digest) DO UPDATE SET owner = excluded.owner, term = excluded.term, number = excluded.number,
         giver = excluded.giver, incarnation = excluded.incarnation, message = excluded.message`,
      [
        sets.map(({ subject }) => hex(subject)),
        sets.map(({ subject }) => plain(subject)),
        sets.map(({ owner }) => plain(owner)),
        sets.map(({ epoch }) => epoch.term),
        sets.map(({ epoch }) => epoch.number),
        sets.map(({ epoch }) => plain(epoch.giver)),
        sets.map(({ incarnation }) => incarnation),
        sets.map(({ number }) => number),
      ],
    );
  const alarms = latest(change.alarms, ({ id }) => id);
  if (alarms.length > 0)
    await session.run(
      `INSERT INTO kept_alarm (id, digest, subject, at, body)
       SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::bigint[], $5::text[])
       ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, subject = excluded.subject, at = excluded.at, body = excluded.body`,
      [
        alarms.map(({ id }) => plain(id)),
        alarms.map(({ subject }) => hex(subject)),
        alarms.map(({ subject }) => plain(subject)),
        alarms.map(({ at }) => whole(at, 'time')),
        alarms.map(({ body }) => plain(body)),
      ],
    );
}

/** By subject, and id. */
export async function loadKept(session: Session, subjects: readonly AlarmSubject[] | null): Promise<KeptAlarms> {
  const digests = subjects === null ? null : subjects.map(hex);
  const only = '($1::bytea[] IS NULL OR digest = ANY ($1))';
  const sets = await session.rows(`SELECT ${KEPT_SET_COLUMNS} FROM kept_set WHERE ${only} ORDER BY subject`, [digests]);
  const alarms = await session.rows(`SELECT ${KEPT_ALARM_COLUMNS} FROM kept_alarm WHERE ${only} ORDER BY subject, id`, [
    digests,
  ]);
  return { sets: sets.map(keptSetOf), alarms: alarms.map(keptAlarmOf) };
}

/** Within a transaction. */
export async function changeNotices(session: Session, { put, removed }: NoticeChange): Promise<void> {
  if (removed.length > 0) await session.run('DELETE FROM notice WHERE id = ANY ($1::bigint[])', [removed]);
  const last = latest(put, ({ id }) => id);
  if (last.length > 0)
    await session.run(
      `INSERT INTO notice (id, destination, body) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])
       ON CONFLICT (id) DO UPDATE SET destination = excluded.destination, body = excluded.body`,
      [
        last.map(({ id }) => whole(id, 'id of a notice')),
        last.map(({ destination }) => plain(destination)),
        last.map(({ body }) => plain(body)),
      ],
    );
}

export async function loadNotices(session: Session, after: number, limit: number): Promise<readonly WaitingNotice[]> {
  const rows = await session.rows('SELECT id, destination, body FROM notice WHERE id > $1 ORDER BY id LIMIT $2', [
    after,
    limit,
  ]);
  return rows.map(([id, destination, body]) => ({
    id: asNumber(id),
    destination: asText(destination),
    body: asText(body),
  }));
}

/** Within a transaction. */
export async function putNote(session: Session, name: string, value: string): Promise<void> {
  await session.run(
    'INSERT INTO note (digest, name, value) VALUES ($1, $2, $3) ON CONFLICT (digest) DO UPDATE SET value = excluded.value',
    [digestOf(name), plain(name), plain(value)],
  );
}

export async function getNote(session: Session, name: string): Promise<string | null> {
  const row = await session.first('SELECT value FROM note WHERE digest = $1', [digestOf(name)]);
  return row ? asText(row[0]) : null;
}

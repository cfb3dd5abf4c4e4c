/** Alarms that are kept for other managers, written and read. */
import type { AlarmSubject, KeptAlarms, KeptChange } from '../../model/kept-alarm.js';
import { KEPT_ALARM_COLUMNS, KEPT_SET_COLUMNS, keptAlarmOf, keptSetOf } from '../rows.js';
import { type Column, type Connection, storable } from './driver.js';

/** A step of the layout. */
export const KEPT_TABLES = `
  -- A copy of the alarms of an element or manager, by its version.
  CREATE TABLE kept_set (
    subject TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    term INTEGER NOT NULL,
    number INTEGER NOT NULL,
    giver TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    message INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE kept_alarm (id TEXT PRIMARY KEY, subject TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX kept_alarm_subject ON kept_alarm (subject);
`;

export function changeKept({ prepare }: Connection, { sets, alarms, forgotten, removed }: KeptChange): void {
  for (const subject of forgotten) {
    prepare('DELETE FROM kept_set WHERE subject = ?').run(storable(subject));
    prepare('DELETE FROM kept_alarm WHERE subject = ?').run(storable(subject));
  }
  for (const id of removed) prepare('DELETE FROM kept_alarm WHERE id = ?').run(storable(id));
  for (const { subject, owner, epoch, incarnation, number } of sets)
    prepare(
      `INSERT OR REPLACE INTO kept_set (subject, owner, term, number, giver, incarnation, message)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).run(storable(subject), storable(owner), epoch.term, epoch.number, storable(epoch.giver), incarnation, number);
  for (const { id, subject, at, body } of alarms)
    prepare('INSERT OR REPLACE INTO kept_alarm (id, subject, at, body) VALUES (?, ?, ?, ?)').run(
      storable(id),
      storable(subject),
      Math.trunc(at),
      storable(body),
    );
}

/** By subject, and id. */
export function loadKept({ prepare }: Connection, subjects: readonly AlarmSubject[] | null): KeptAlarms {
  const rows = (sql: string, order: string): readonly (readonly Column[])[] =>
    subjects === null
      ? prepare(`${sql} ORDER BY ${order}`).rows()
      : subjects.flatMap((subject) => prepare(`${sql} WHERE subject = ? ORDER BY ${order}`).rows(storable(subject)));
  return {
    sets: rows(`SELECT ${KEPT_SET_COLUMNS} FROM kept_set`, 'subject').map(keptSetOf),
    alarms: rows(`SELECT ${KEPT_ALARM_COLUMNS} FROM kept_alarm`, 'subject, id').map(keptAlarmOf),
  };
}

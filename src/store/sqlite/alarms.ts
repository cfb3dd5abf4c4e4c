/**
 * Alarms, written and read: one row each, as it was after its latest change.
 *
 * Open ones are few and are read once, at the start; those that are over are history, asked for by time or element.
 */
import { invariant } from '../../base/errors.js';
import { ALARM_STATES, type Alarm, type AlarmQuery, alarmState } from '../../model/alarm.js';
import { SEVERITIES, type Severity } from '../../model/status.js';
import { elementOf } from '../columns.js';
import type { Page } from '../store.js';
import { asNumber, asText, type Bindable, type Column, type Connection, storable } from './driver.js';

/** A step of the layout. */
export const ALARM_TABLE = `
  -- Milliseconds since 1970. State: 0 raised, 1 acknowledged, 2 cleared; severity: as of now, of one that is over 0.
  CREATE TABLE alarm (
    id TEXT PRIMARY KEY,
    element TEXT,
    manager TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    state INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    worst INTEGER NOT NULL,
    text TEXT NOT NULL,
    source TEXT,
    raised INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    last INTEGER NOT NULL,
    count INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    change INTEGER NOT NULL,
    told INTEGER NOT NULL,
    -- All else, as JSON.
    more TEXT NOT NULL,
    -- What is searched for words, in lower case, where SQLite's own comparison (ASCII only) would not do.
    folded TEXT
  ) WITHOUT ROWID;
  CREATE INDEX alarm_changed ON alarm (changed);
  CREATE INDEX alarm_element ON alarm (element, changed) WHERE element IS NOT NULL;
  CREATE INDEX alarm_open ON alarm (raised) WHERE state < 2;
`;

/** Rows of one page at most. */
const MAX_PAGE = 1000;
const CLEARED = ALARM_STATES.indexOf('cleared');
const COLUMNS = `id, element, manager, key, name, severity, worst, text, source,
  raised, changed, last, count, revision, change, told, more`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const BEYOND_ASCII = /[^\x00-\x7f]/;

type More = Pick<
  Alarm,
  'about' | 'acknowledged' | 'cleared' | 'comings' | 'isFlapping' | 'goneAt' | 'root' | 'silencedBy' | 'keptBy'
>;

const RECORD = `INSERT INTO alarm (${COLUMNS}, state, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    element = excluded.element, manager = excluded.manager, key = excluded.key, name = excluded.name,
    severity = excluded.severity, worst = excluded.worst, text = excluded.text, source = excluded.source,
    raised = excluded.raised, changed = excluded.changed, last = excluded.last, count = excluded.count,
    revision = excluded.revision, change = excluded.change, told = excluded.told, more = excluded.more,
    state = excluded.state, folded = excluded.folded
  WHERE excluded.revision >= alarm.revision`;

export function recordAlarm(connection: Connection, alarm: Alarm): void {
  const { id, element, manager, key, name, severity, worst, text, source } = alarm;
  const { about, acknowledged, cleared, comings, isFlapping, goneAt, root, silencedBy, keptBy } = alarm;
  const more = { about, acknowledged, cleared, comings, isFlapping, goneAt, root, silencedBy, keptBy } satisfies More;
  const searched = [text, name, element ?? '', source ?? '', manager];
  connection
    .prepare(RECORD)
    .run(
      id,
      element === undefined ? null : storable(element),
      storable(manager),
      storable(key),
      storable(name),
      SEVERITIES.indexOf(severity),
      SEVERITIES.indexOf(worst),
      storable(text),
      source === undefined ? null : storable(source),
      Math.trunc(alarm.raisedAt),
      Math.trunc(alarm.changedAt),
      Math.trunc(alarm.lastAt),
      alarm.count,
      alarm.revision,
      alarm.change,
      alarm.told,
      JSON.stringify(more),
      ALARM_STATES.indexOf(alarmState(alarm)),
      searched.some((one) => BEYOND_ASCII.test(one)) ? storable(searched.join('\n')).toLowerCase() : null,
    );
}

export const loadAlarms = (connection: Connection): readonly Alarm[] =>
  connection.prepare(`SELECT ${COLUMNS} FROM alarm WHERE state < ${CLEARED} ORDER BY raised, id`).rows().map(alarmOf);

/** Another manager goes on with what stood on an element. */
export function forgetAlarms(connection: Connection, element: string): void {
  connection.prepare(`DELETE FROM alarm WHERE element = ? AND state < ${CLEARED}`).run(storable(element));
}

/** Of those that are over. @returns How many were dropped. */
export function dropAlarms(connection: Connection, before: number, limit: number): number {
  return connection
    .prepare(
      `DELETE FROM alarm WHERE id IN
       (SELECT id FROM alarm WHERE changed < ? AND state = ${CLEARED} ORDER BY changed LIMIT ?)`,
    )
    .run(before, limit).changes;
}

export function queryAlarms(connection: Connection, query: AlarmQuery): Page<Alarm> {
  const conditions = conditionsOf(query);
  const where = conditions.length > 0 ? `WHERE ${conditions.map(({ sql }) => `(${sql})`).join(' AND ')}` : '';
  const values = conditions.flatMap((one) => one.values);
  const total = asNumber(connection.prepare(`SELECT count(*) FROM alarm ${where}`).first(...values)?.[0]);
  const [behind, place] = placeOf(query, where === '' ? 'WHERE' : 'AND');
  const rows = connection
    .prepare(`SELECT ${COLUMNS} FROM alarm ${where} ${behind} ORDER BY changed DESC, id DESC LIMIT ? OFFSET ?`)
    .rows(...values, ...place, Math.min(query.limit, MAX_PAGE), query.offset);
  return { rows: rows.map(alarmOf), total };
}

/** Not a condition like the others: the total counts what stands before it, too. */
const placeOf = ({ after }: AlarmQuery, joint: 'WHERE' | 'AND'): readonly [sql: string, values: readonly Bindable[]] =>
  after === undefined ? ['', []] : [`${joint} (changed, id) < (?, ?)`, [after.changedAt, storable(after.id)]];

interface Condition {
  readonly sql: string;
  readonly values: readonly Bindable[];
}

function conditionsOf({ id, from, to, states, severity, element, words = [] }: AlarmQuery): Condition[] {
  const conditions: Condition[] = [];
  if (id !== undefined) conditions.push({ sql: 'id = ?', values: [storable(id)] });
  // It has not changed before it was raised, so one index serves both.
  if (from !== undefined) conditions.push({ sql: 'changed >= ?', values: [from] });
  if (to !== undefined)
    conditions.push({ sql: 'changed < ? OR (raised >= ? AND raised < ?)', values: [to, from ?? 0, to] });
  if (id !== undefined) conditions.push({ sql: 'id = ?', values: [storable(id)] });
  if (states !== undefined)
    conditions.push({
      sql: states.length === 0 ? '0' : `state IN (${states.map((state) => ALARM_STATES.indexOf(state)).join(', ')})`,
      values: [],
    });
  if (severity !== undefined)
    conditions.push({
      sql: `CASE state WHEN ${CLEARED} THEN worst ELSE severity END >= ?`,
      values: [SEVERITIES.indexOf(severity)],
    });
  if (element !== undefined) conditions.push({ sql: 'element = ?', values: [storable(element)] });
  return [...conditions, ...words.map(saying)];
}

const PLACES = ['text', 'name', 'element', 'source', 'manager'];

function saying(word: string): Condition {
  const pattern = `%${storable(word).replace(/[\\%_]/g, '\\$&')}%`;
  const plain = PLACES.map((place) => String.raw`coalesce(${place}, '') LIKE ? ESCAPE '\'`).join(' OR ');
  return {
    sql: `CASE WHEN folded IS NULL THEN ${plain} ELSE instr(folded, ?) > 0 END`,
    values: [...PLACES.map(() => pattern), storable(word).toLowerCase()],
  };
}

function alarmOf(row: readonly Column[]): Alarm {
  const [id, element, manager, key, name, severity, worst, text, source, ...figures] = row;
  const [raised, changed, last, count, revision, change, told, more] = figures;
  const rest: More = JSON.parse(asText(more));
  return {
    id: asText(id),
    ...(element !== null && { element: elementOf(element) }),
    manager: asText(manager),
    key: asText(key),
    name: asText(name),
    severity: severityOf(severity),
    worst: severityOf(worst),
    text: asText(text),
    ...(source !== null && { source: asText(source) }),
    raisedAt: asNumber(raised),
    changedAt: asNumber(changed),
    lastAt: asNumber(last),
    count: asNumber(count),
    revision: asNumber(revision),
    change: asNumber(change),
    told: asNumber(told),
    ...rest,
  };
}

function severityOf(column: Column | undefined): Severity {
  const severity = SEVERITIES[asNumber(column)];
  invariant(severity, 'a stored severity is one of the known ones');
  return severity;
}

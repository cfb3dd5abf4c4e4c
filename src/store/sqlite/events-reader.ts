/** The event log, read. */
import { invariant } from '../../base/errors.js';
import { type ElementName, parseElementName } from '../../model/element.js';
import type { EventColumn, EventPage, EventQuery, PtpEvent } from '../../model/event.js';
import { SEVERITIES, type Severity } from '../../model/status.js';
import { asNumber, asText, type Bindable, type Column, type Connection, storable } from './driver.js';
import type { Window } from './verbs.js';

/** Rows of one page at most. */
const MAX_PAGE = 1000;

interface Condition {
  readonly sql: string;
  readonly values: readonly Bindable[];
}

export function queryEvents(connection: Connection, query: EventQuery): EventPage {
  const counted = whereOf(query, 'severity');
  const total = asNumber(connection.prepare(`SELECT count(*) FROM event ${counted.sql}`).first(...counted.values)?.[0]);
  // The plus keeps SQLite from gathering and sorting all severe events where the newest few are wanted.
  const listed = whereOf(query, '+severity', placeOf(query));
  const direction = query.oldestFirst ? 'ASC' : 'DESC';
  const rows = connection
    .prepare(
      `SELECT id, manager, time, severity, name, text, element, source FROM event ${listed.sql}
       ORDER BY time ${direction}, id ${direction} LIMIT ? OFFSET ?`,
    )
    .rows(...listed.values, Math.min(query.limit, MAX_PAGE), query.offset);
  return { rows: rows.map(eventOf), total };
}

const placeOf = ({ after, oldestFirst }: EventQuery): readonly Condition[] =>
  after ? [{ sql: `(time, id) ${oldestFirst ? '>' : '<'} (?, ?)`, values: [after.time, after.id] }] : [];

function whereOf(query: EventQuery, severityColumn: string, more: readonly Condition[] = []): Condition {
  const conditions = [...conditionsOf(query, severityColumn), ...more];
  return {
    sql: conditions.length > 0 ? `WHERE ${conditions.map(({ sql }) => `(${sql})`).join(' AND ')}` : '',
    values: conditions.flatMap(({ values }) => values),
  };
}

function conditionsOf(query: EventQuery, severityColumn: string): Condition[] {
  const { from, to, severity, element, text, words = [], whole = [] } = query;
  const conditions: Condition[] = [];
  if (from !== undefined) conditions.push({ sql: 'time >= ?', values: [from] });
  if (to !== undefined) conditions.push({ sql: 'time < ?', values: [to] });
  if (severity !== undefined)
    conditions.push({ sql: `${severityColumn} >= ?`, values: [SEVERITIES.indexOf(severity)] });
  if (element !== undefined) conditions.push({ sql: 'element = ?', values: [storable(element)] });
  if (text !== undefined && text !== '') conditions.push(saying(text));
  for (const word of words) conditions.push(eitherOf(saying(word), naming(word)));
  for (const { column, value } of whole) conditions.push(being(column, value));
  return conditions;
}

const patternOf = (part: string): string => `%${storable(part).replace(/[\\%_]/g, '\\$&')}%`;

function saying(part: string): Condition {
  const pattern = patternOf(part);
  return {
    sql: String.raw`CASE WHEN folded IS NULL THEN text LIKE ? ESCAPE '\' OR name LIKE ? ESCAPE '\' ELSE instr(folded, ?) > 0 END`,
    values: [pattern, pattern, storable(part).toLowerCase()],
  };
}

function naming(part: string): Condition {
  const pattern = patternOf(part);
  return {
    sql: ['element', 'source', 'manager'].map((column) => String.raw`${column} LIKE ? ESCAPE '\'`).join(' OR '),
    values: [pattern, pattern, pattern],
  };
}

function being(column: EventColumn, value: string): Condition {
  const severity: readonly string[] = SEVERITIES;
  if (column === 'severity') return { sql: 'severity = ?', values: [severity.indexOf(value.toLowerCase())] };
  return { sql: `${column} = ? COLLATE NOCASE`, values: [storable(value)] };
}

const eitherOf = (one: Condition, other: Condition): Condition => ({
  // What is unknown of a column that is empty must not make the whole unknown.
  sql: `(${one.sql}) OR coalesce(${other.sql}, 0)`,
  values: [...one.values, ...other.values],
});

function eventOf([id, manager, time, severity, name, text, element, source]: readonly Column[]): PtpEvent {
  return {
    id: asNumber(id),
    manager: asText(manager),
    time: asNumber(time),
    severity: severityOf(severity),
    name: asText(name),
    text: asText(text),
    ...(element !== null && { element: elementOf(element) }),
    ...(source !== null && { source: asText(source) }),
  };
}

function severityOf(column: Column | undefined): Severity {
  const severity = SEVERITIES[asNumber(column)];
  invariant(severity, 'a stored severity is one of the known ones');
  return severity;
}

/** Stored names were element names when they were written. */
export function elementOf(column: Column | undefined): ElementName {
  const text = asText(column);
  invariant(isElementName(text), `${text} is an element's name`);
  return text;
}

const isElementName = (text: string): text is ElementName => parseElementName(text) !== undefined;

export function eventCounts(connection: Connection, { from, to, element }: Window) {
  const only = element === undefined ? 'element IS NOT NULL' : 'element = ?';
  return connection
    .prepare(
      `SELECT element, severity, count(*) FROM event WHERE ${only} AND time >= ? AND time < ?
       GROUP BY element, severity ORDER BY element, severity`,
    )
    .rows(...(element === undefined ? [] : [storable(element)]), from, to)
    .map(([name, severity, count]) => ({
      element: elementOf(name),
      severity: severityOf(severity),
      count: asNumber(count),
    }));
}

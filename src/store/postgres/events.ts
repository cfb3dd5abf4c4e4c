/** The event log, written and read. */
import { invariant } from '../../base/errors.js';
import type { EventColumn, EventPage, EventQuery, NewEvent, PtpEvent } from '../../model/event.js';
import { SEVERITIES, type Severity } from '../../model/status.js';
import type { Window } from '../sqlite/verbs.js';
import { asNumber, asText, type Column, elementOf, moment, type Row, whole } from './columns.js';
import { digestOf, type Names, plain } from './names.js';
import type { Session } from './session.js';
import { like, patternOf, Where } from './where.js';

/** Text in which comparing ASCII would not find upper and lower case alike. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const BEYOND_ASCII = /[^\x00-\x7f]/;

/** Within a transaction; gives ids from `first` on. */
export async function insertEvents(
  session: Session,
  names: Names,
  manager: string,
  events: readonly NewEvent[],
  first: number,
): Promise<void> {
  if (events.length === 0) return;
  await session.run(
    `INSERT INTO event (id, time, severity, element, manager, name, text, source, alarm, folded)
     SELECT $1::bigint + place - 1, time, severity, element, $2, name, text, source, alarm, folded
     FROM unnest($3::bigint[], $4::smallint[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
       WITH ORDINALITY AS e (time, severity, element, name, text, source, alarm, folded, place)`,
    [
      first,
      plain(manager),
      events.map(({ time }) => whole(time, 'time')),
      events.map(({ severity }) => SEVERITIES.indexOf(severity)),
      events.map(({ element }) => (element === undefined ? null : String(names.element(element)))),
      events.map(({ name }) => plain(name)),
      events.map(({ text }) => plain(text)),
      events.map(({ source }) => (source === undefined ? null : plain(source))),
      events.map(({ alarm }) => (alarm === undefined ? null : plain(alarm))),
      events.map(({ name, text }) =>
        BEYOND_ASCII.test(text) || BEYOND_ASCII.test(name) ? plain(`${name}\n${text}`.toLowerCase()) : null,
      ),
    ],
  );
}

/** Beyond so many rows of an answer the rest is not counted. */
const MOST_COUNTED = 100_000;
const FROM = 'event LEFT JOIN element ON element.id = event.element';

export async function queryEvents(session: Session, query: EventQuery): Promise<EventPage> {
  const total = await whereOf(query).count(session, FROM, MOST_COUNTED + 1);
  const where = whereOf(query);
  const { after, oldestFirst, limit, offset } = query;
  if (after) where.add(`(time, event.id) ${oldestFirst ? '>' : '<'} (?, ?)`, after.time, after.id);
  const direction = oldestFirst ? 'ASC' : 'DESC';
  const rows = await where.page(session, {
    columns: 'event.id, manager, time, severity, event.name, text, element.name, source, alarm',
    from: FROM,
    order: `time ${direction}, event.id ${direction}`,
    limit,
    offset,
  });
  return {
    rows: rows.map(eventOf),
    total: Math.min(total, MOST_COUNTED),
    ...(total > MOST_COUNTED && { isTotalLeast: true }),
  };
}

function whereOf({ from, to, severity, element, text, words = [], whole: wanted = [] }: EventQuery): Where {
  const where = new Where();
  if (from !== undefined) where.add('time >= ?', moment(from));
  if (to !== undefined) where.add('time < ?', moment(to));
  if (severity !== undefined) where.add('severity >= ?', SEVERITIES.indexOf(severity));
  if (element !== undefined) where.add('element = (SELECT id FROM element WHERE digest = ?)', digestOf(element));
  if (text !== undefined && text !== '') where.add(SAYING, ...saying(text));
  for (const word of words)
    where.add(`(${SAYING}) OR ${NAMING.map(like).join(' OR ')}`, ...saying(word), ...NAMING.map(() => patternOf(word)));
  for (const { column, value } of wanted) being(where, column, value);
  return where;
}

const NAMING = ['element.name', 'source', 'manager'];
const SAYING = `CASE WHEN folded IS NULL THEN ${like('text')} OR ${like('event.name')} ELSE strpos(folded, ?) > 0 END`;
const saying = (part: string) => [patternOf(part), patternOf(part), plain(part.toLowerCase())];

function being(where: Where, column: EventColumn, value: string): void {
  const severities: readonly string[] = SEVERITIES;
  if (column === 'severity') where.add('severity = ?', severities.indexOf(value.toLowerCase()));
  else if (column === 'element') where.add('lower(element.name) = lower(?::text COLLATE "C")', plain(value));
  else where.add(`lower(event.${column}) = lower(?::text COLLATE "C")`, plain(value));
}

function eventOf([id, manager, time, severity, name, text, element, source, alarm]: Row): PtpEvent {
  return {
    id: asNumber(id),
    manager: asText(manager),
    time: asNumber(time),
    severity: severityOf(severity),
    name: asText(name),
    text: asText(text),
    ...(typeof element === 'string' && { element: elementOf(element) }),
    ...(typeof source === 'string' && { source }),
    ...(typeof alarm === 'string' && { alarm }),
  };
}

function severityOf(column: Column | undefined): Severity {
  const severity = SEVERITIES[asNumber(column)];
  invariant(severity, 'a stored severity is one of the known ones');
  return severity;
}

export async function eventCounts(session: Session, { from, to, element }: Window) {
  const where = new Where();
  where.add('time >= ? AND time < ?', moment(from), moment(to));
  if (element !== undefined) where.add('element = (SELECT id FROM element WHERE digest = ?)', digestOf(element));
  const rows = await session.rows(
    `SELECT element.name, severity, count(*) FROM event JOIN element ON element.id = event.element ${where.sql}
     GROUP BY element.name, severity ORDER BY element.name, severity`,
    where.values,
  );
  return rows.map(([name, severity, count]) => ({
    element: elementOf(name),
    severity: severityOf(severity),
    count: asNumber(count),
  }));
}

export const dropEvents = (session: Session, before: number, limit: number): Promise<number> =>
  session.run('DELETE FROM event WHERE id IN (SELECT id FROM event WHERE time < $1 ORDER BY time LIMIT $2)', [
    before,
    limit,
  ]);

/** The step from a row for each event to blocks of them. */
import { invariant } from '../../base/errors.js';
import type { PtpEvent } from '../../model/event.js';
import { SEVERITIES } from '../../model/status.js';
import { elementOf } from '../columns.js';
import { asNumber, asText, type Column, type Connection } from './driver.js';
import { EVENT_TABLES, insertMarked, noteGiven } from './event-log.js';
import { MOST_EVENTS, MOST_TEXT } from './event-pack.js';

/** Blocks that one piece makes: some 100 ms of work. */
const PIECE_BLOCKS = 16;

/** Turns some of the rows, which then are there no more; the last piece takes their table away. */
export function eventsFromRows(connection: Connection): 'more' | 'done' {
  const { prepare } = connection;
  if (!prepare("SELECT 1 FROM sqlite_master WHERE name = 'event_block'").first()) connection.exec(EVENT_TABLES);
  const rows = prepare(
    'SELECT id, manager, time, severity, name, text, element, source FROM event WHERE id > ? ORDER BY id LIMIT ?',
  );
  let last = 0;
  for (let blocks = 0; blocks < PIECE_BLOCKS; blocks += 1) {
    const events = ofModestSize(rows.rows(last, MOST_EVENTS).map(eventOf));
    const newest = events.at(-1);
    if (!newest) break;
    last = newest.id;
    insertMarked(connection, events, last);
  }
  if (last > 0) {
    prepare('DELETE FROM event WHERE id <= ?').run(last);
    return 'more';
  }
  const given = asNumber(
    prepare("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'event'").first()?.[0],
  );
  const known = asNumber(prepare('SELECT coalesce(max(last), 0) FROM event_block').first()?.[0]);
  if (given > known) noteGiven(connection, given);
  connection.exec('DROP TABLE event');
  return 'done';
}

/** As many of them as a block should have. */
function ofModestSize(events: readonly PtpEvent[]): readonly PtpEvent[] {
  let size = 0;
  const end = events.findIndex(({ text }, at) => {
    size += text.length;
    return at > 0 && size > MOST_TEXT;
  });
  return end < 0 ? events : events.slice(0, end);
}

function eventOf([id, manager, time, severity, name, text, element, source]: readonly Column[]): PtpEvent {
  const rank = SEVERITIES[asNumber(severity)];
  invariant(rank, 'a stored severity is one of the known ones');
  return {
    id: asNumber(id),
    manager: asText(manager),
    time: asNumber(time),
    severity: rank,
    name: asText(name),
    text: asText(text),
    ...(element !== null && { element: elementOf(element) }),
    ...(source !== null && { source: asText(source) }),
  };
}

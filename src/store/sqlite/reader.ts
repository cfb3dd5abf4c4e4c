/** The verbs that read, each on one snapshot of the database. */
import { invariant } from '../../base/errors.js';
import { type AccessKey, parseElementName } from '../../model/element.js';
import { elementOf, statusOf } from '../columns.js';
import type { StatusSpan } from '../store.js';
import { loadAlarms, queryAlarms } from './alarms.js';
import { BlockTables } from './block-table.js';
import { asNumber, asText, type Column, type Connection, storable } from './driver.js';
import { oldest } from './drop-blocks.js';
import { EventsReader } from './events-reader.js';
import { queryHandOvers } from './hand-overs.js';
import { loadKept } from './kept-alarms.js';
import { loadNotices } from './notices.js';
import type { SampleStore } from './sample-store.js';
import { figures, listSeries, querySamples } from './series-reader.js';
import { Shapes } from './shapes.js';
import { loadStates } from './states.js';
import type { Handlers, ReadVerbs, Window } from './verbs.js';
import { BUCKET_MS } from './writer.js';

export function reader(connection: Connection, samples: SampleStore): Handlers<ReadVerbs> {
  const { prepare } = connection;
  const shapes = new Shapes(connection);
  const source = { vectors: samples, blocks: new BlockTables(connection) };
  const events = new EventsReader(connection);
  const pragma = (name: string) => asNumber(prepare(`PRAGMA ${name}`).first()?.[0]);

  return {
    loadStates: () => loadStates(connection, shapes, samples),

    loadMemories: () =>
      prepare('SELECT key, memory FROM memory ORDER BY key')
        .rows()
        .map(([key, memory]) => ({ key: accessKeyOf(key), memory: asText(memory) })),

    getNote(name) {
      const row = prepare('SELECT value FROM note WHERE name = ?').first(storable(name));
      return row ? asText(row[0]) : null;
    },

    loadKept: (subjects) => loadKept(connection, subjects),
    loadNotices: ({ after, limit }) => loadNotices(connection, after, limit),

    querySamples: (query) => querySamples(shapes, source, query),
    listSeries: (window) => listSeries(shapes, source, window),
    figures: (window) => figures(shapes, source, window),
    queryEvents: (query) => events.query(query),
    queryHandOvers: (query) => queryHandOvers(connection, query),
    loadAlarms: () => loadAlarms(connection),
    queryAlarms: (query) => queryAlarms(connection, query),
    eventCounts: ({ window, begin }) => events.counts(window, begin),
    statusSpans: (window) => statusSpans(connection, window),

    pollCounts: ({ from, to, element }) =>
      prepare(
        `SELECT element.name, sum(polls), sum(failed) FROM poll_count JOIN element ON element.id = poll_count.element
         WHERE bucket >= ? AND bucket < ? ${element === undefined ? '' : 'AND element.name = ?'}
         GROUP BY element.name ORDER BY element.name`,
      )
        .rows(Math.floor(from / BUCKET_MS) * BUCKET_MS, to, ...(element === undefined ? [] : [storable(element)]))
        .map(([name, polls, failed]) => ({
          element: elementOf(name),
          polls: asNumber(polls),
          failed: asNumber(failed),
        })),

    elements: () =>
      prepare('SELECT name FROM element ORDER BY name')
        .rows()
        .map(([name]) => elementOf(name)),

    usage: () => ({
      usedBytes: (pragma('page_count') - pragma('freelist_count')) * pragma('page_size'),
      freeBytes: pragma('freelist_count') * pragma('page_size'),
      oldest: oldest(connection, source.blocks),
    }),
  };
}

function statusSpans(connection: Connection, { from, to, element }: Window): readonly StatusSpan[] {
  const rows = connection
    .prepare(
      `SELECT element.name, status, since FROM status_history AS history JOIN element ON element.id = history.element
       WHERE since < ? ${element === undefined ? '' : 'AND element.name = ?'}
         AND since >= coalesce((SELECT max(since) FROM status_history AS before
                                WHERE before.element = history.element AND before.since <= ?), since)
       ORDER BY element.name, since`,
    )
    .rows(to, ...(element === undefined ? [] : [storable(element)]), from);

  return rows.flatMap(([name, status, since], index): StatusSpan[] => {
    const next = rows[index + 1];
    const start = Math.max(asNumber(since), from);
    const end = next && next[0] === name ? asNumber(next[2]) : to;
    return start < end ? [{ element: elementOf(name), status: statusOf(status), from: start, to: end }] : [];
  });
}

function accessKeyOf(column: Column | undefined): AccessKey {
  const text = asText(column);
  invariant(isAccessKey(text), `${text} is the key of an access`);
  return text;
}

const isAccessKey = (text: string): text is AccessKey => /#\d+$/.test(text) && parseElementName(text) !== undefined;

/** The verbs that read, each on one snapshot of the database. */

import { invariant } from '../../base/errors.js';
import { type AccessKey, parseElementName } from '../../model/element.js';
import { BUCKETS_MS } from '../levels.js';
import type { Job, ReadVerbs } from '../sqlite/verbs.js';
import type { PollCount } from '../store.js';
import { loadAlarms, queryAlarms } from './alarms.js';
import { asNumber, asText, type Column, elementOf, moment } from './columns.js';
import { eventCounts, queryEvents } from './events.js';
import { queryHandOvers } from './hand-overs.js';
import { getNote, loadKept, loadNotices } from './kept.js';
import { digestOf, Shapes } from './names.js';
import { elementsWithSeries, figures, listSeries, querySamples } from './series.js';
import type { Session } from './session.js';
import { loadStates, statusSpans } from './states.js';
import { usage } from './usage.js';

type Reading = {
  readonly [Name in keyof ReadVerbs]: (
    session: Session,
    argument: ReadVerbs[Name]['argument'],
  ) => Promise<ReadVerbs[Name]['result']>;
};

const shapes = new Shapes();

const READING: Reading = {
  loadStates: (session) => loadStates(session, shapes),

  async loadMemories(session) {
    const rows = await session.rows('SELECT key, memory FROM memory ORDER BY key');
    return rows.map(([key, memory]) => ({ key: accessKeyOf(key), memory: asText(memory) }));
  },

  getNote,
  loadKept,
  loadNotices: (session, { after, limit }) => loadNotices(session, after, limit),
  querySamples: (session, query) => querySamples(session, shapes, query),
  listSeries: (session, window) => listSeries(session, shapes, window),
  figures: (session, window) => figures(session, shapes, window),
  queryEvents,
  queryHandOvers,
  loadAlarms,
  queryAlarms,
  statusSpans,
  async eventCounts(session, { window }) {
    return { counts: await eventCounts(session, window) };
  },

  async pollCounts(session, { from, to, element }) {
    const rows = await session.rows(
      `SELECT name, sum(polls)::bigint, sum(failed)::bigint FROM poll_count JOIN element ON element.id = poll_count.element
       WHERE bucket >= $1 AND bucket < $2 AND ($3::bytea IS NULL OR digest = $3) GROUP BY name ORDER BY name`,
      [
        moment(Math.floor(from / BUCKETS_MS[1]) * BUCKETS_MS[1]),
        moment(to),
        element === undefined ? null : digestOf(element),
      ],
    );
    return rows.map(
      ([name, polls, failed]): PollCount => ({
        element: elementOf(name),
        polls: asNumber(polls),
        failed: asNumber(failed),
      }),
    );
  },

  async elements(session) {
    return (await elementsWithSeries(session)).map(elementOf);
  },

  usage,
};

/** What is asked for, as it was at one moment. */
export async function read<Name extends keyof ReadVerbs>(
  session: Session,
  { verb, argument }: Job<ReadVerbs, Name>,
): Promise<ReadVerbs[Name]['result']> {
  await session.rows('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    return await READING[verb](session, argument);
  } finally {
    if (!session.isLost) await session.rows('COMMIT').catch(() => session.drop());
  }
}

function accessKeyOf(column: Column | undefined): AccessKey {
  const text = asText(column);
  invariant(isAccessKey(text), `${text} is the key of an access`);
  return text;
}

const isAccessKey = (text: string): text is AccessKey => /#\d+$/.test(text) && parseElementName(text) !== undefined;

/**
 * The layout of a manager's schema, as numbered steps forward; the table `layout` says how many have been taken.
 *
 * A step that has been released is never changed; a new one is added behind it. Each is taken in a transaction, by whoever
 * has the schema to itself (`opening.ts`). Managers of one database have a schema each, so that a newer one beside an older
 * one changes nothing under its feet.
 */
import { PtpError } from '../../base/errors.js';
import { asNumber } from './columns.js';
import { quoted } from './place.js';
import type { Session } from './session.js';

/**
 * Text is compared byte by byte (collation C), as the other engines do and whatever the database has for its own. Names may
 * be longer than an index takes: they are found by their digests.
 */
const MIGRATIONS: readonly string[] = [
  `
  -- Which process writes, which of its transactions was the last, and the newest id of an event.
  CREATE TABLE writer (process text NOT NULL, batch bigint NOT NULL, event bigint NOT NULL);
  INSERT INTO writer VALUES ('', 0, 0);

  CREATE TABLE note (digest bytea PRIMARY KEY, name text NOT NULL, value text NOT NULL);

  -- Ids stand in for names that would otherwise be repeated in every row.
  CREATE TABLE element (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest bytea NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL
  );
  -- What is measured together: metric, instance and unit of each value, as JSON.
  CREATE TABLE shape (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest text COLLATE "C" NOT NULL UNIQUE,
    width integer NOT NULL,
    names text NOT NULL
  );
  -- Which element has values of which shape.
  CREATE TABLE track (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    element integer NOT NULL,
    shape integer NOT NULL,
    UNIQUE (element, shape)
  );

  -- Milliseconds since 1970 everywhere. Data: a double for each place of the shape, little-endian, not a number where
  -- there is no value; count: how many there are.
  CREATE TABLE vector (
    track integer NOT NULL,
    count integer NOT NULL,
    time bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (track, time)
  ) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.5);
  ALTER TABLE vector ALTER data SET STORAGE EXTERNAL;

  -- Samples that were put away, from the first of a block to its last; count: how many. A partition for each day that
  -- blocks begin in, so that what is too old goes at once.
  CREATE TABLE block (
    track integer NOT NULL,
    count integer NOT NULL,
    start bigint NOT NULL,
    until bigint NOT NULL,
    id bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (track, start, id)
  ) PARTITION BY RANGE (start);
  CREATE SEQUENCE block_id;

  -- Rolled up to five minutes, hours and days. Folded: the next level has it, too.
  CREATE TABLE rollup (
    level smallint NOT NULL,
    track integer NOT NULL,
    start bigint NOT NULL,
    until bigint NOT NULL,
    id bigint NOT NULL,
    folded boolean NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (level, track, start, id)
  );
  ALTER TABLE rollup ALTER data SET STORAGE EXTERNAL;
  CREATE INDEX rollup_unfolded ON rollup (level, track, start) WHERE NOT folded;
  CREATE INDEX rollup_until ON rollup (level, until);
  -- From when on each level is whole.
  CREATE TABLE kept (level smallint PRIMARY KEY, since bigint NOT NULL);

  CREATE TABLE event (
    id bigint PRIMARY KEY,
    time bigint NOT NULL,
    severity smallint NOT NULL,
    element integer,
    manager text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    source text COLLATE "C",
    alarm text COLLATE "C",
    -- Name and text in lower case, where comparing ASCII would not do.
    folded text COLLATE "C"
  );
  CREATE INDEX event_time ON event (time, id);
  CREATE INDEX event_element ON event (element, time, id) WHERE element IS NOT NULL;
  CREATE INDEX event_severity ON event (severity, time, id);

  -- Latest: what is not in the newest vectors of the tracks, as JSON.
  CREATE TABLE state (
    element integer PRIMARY KEY,
    status text NOT NULL,
    since bigint NOT NULL,
    reason text,
    latest text NOT NULL,
    tracks integer[] NOT NULL
  ) WITH (fillfactor = 70);
  CREATE TABLE memory (digest bytea PRIMARY KEY, key text COLLATE "C" NOT NULL, element integer NOT NULL, memory text NOT NULL)
    WITH (fillfactor = 70);
  CREATE INDEX memory_element ON memory (element);

  -- From when on an element had which status, until its next row.
  CREATE TABLE status_history (element integer, since bigint, status text NOT NULL, PRIMARY KEY (element, since));
  -- Outcomes of polls, by the five minutes that they began in.
  CREATE TABLE poll_count (
    element integer,
    bucket bigint,
    polls integer NOT NULL,
    failed integer NOT NULL,
    PRIMARY KEY (element, bucket)
  ) WITH (fillfactor = 70);

  -- The ledger. An epoch is given once only, so it names one hand-over of its element.
  CREATE TABLE hand_over (
    element integer NOT NULL,
    term bigint NOT NULL,
    number bigint NOT NULL,
    giver text COLLATE "C" NOT NULL,
    time bigint NOT NULL,
    former text COLLATE "C",
    owner text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    takeover boolean NOT NULL,
    missed integer NOT NULL,
    doubled integer NOT NULL,
    seconds double precision NOT NULL,
    PRIMARY KEY (element, term, number, giver)
  );
  CREATE INDEX hand_over_time ON hand_over (time);

  -- State: 0 raised, 1 acknowledged, 2 cleared; severity: as of now, of one that is over 0.
  CREATE TABLE alarm (
    id text COLLATE "C" PRIMARY KEY,
    element integer,
    state smallint NOT NULL,
    severity smallint NOT NULL,
    worst smallint NOT NULL,
    raised bigint NOT NULL,
    changed bigint NOT NULL,
    revision bigint NOT NULL,
    -- The whole of it, as JSON.
    alarm text NOT NULL,
    -- What is searched for words, in lower case.
    folded text COLLATE "C" NOT NULL
  ) WITH (fillfactor = 70);
  CREATE INDEX alarm_changed ON alarm (changed);
  CREATE INDEX alarm_element ON alarm (element, changed) WHERE element IS NOT NULL;
  CREATE INDEX alarm_open ON alarm (raised) WHERE state < 2;

  -- A copy of the alarms of an element or manager, by its version; digests are of the subject.
  CREATE TABLE kept_set (
    digest bytea PRIMARY KEY,
    subject text COLLATE "C" NOT NULL,
    owner text NOT NULL,
    term bigint NOT NULL,
    number bigint NOT NULL,
    giver text NOT NULL,
    incarnation bigint NOT NULL,
    message bigint NOT NULL
  );
  CREATE TABLE kept_alarm (
    id text COLLATE "C" PRIMARY KEY,
    digest bytea NOT NULL,
    subject text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    body text NOT NULL
  );
  CREATE INDEX kept_alarm_subject ON kept_alarm (digest);

  -- Notifications that wait to be sent; ids are given by the manager.
  CREATE TABLE notice (id bigint PRIMARY KEY, destination text NOT NULL, body text NOT NULL);
  `,
];

/** The version that this program reads and writes. */
export const LAYOUT = MIGRATIONS.length;

/** @throws PtpError `Store.Failed` when a newer program has written the schema. */
export async function migrate(session: Session): Promise<void> {
  const { file, schema } = session.place;
  const version = await versionOf(session);
  if (version > LAYOUT)
    throw new PtpError(
      'Store.Failed',
      `the schema ${schema} of the store ${file} has layout ${version}, written by a newer ptpmgr; this one knows layouts up to ${LAYOUT}: ` +
        'run the newer ptpmgr, or restore a backup made before the upgrade',
    );
  for (const [step, sql] of MIGRATIONS.entries()) {
    if (step < version) continue;
    // As one message of several statements, which the server takes as one transaction.
    await session.rows(
      `SET LOCAL statement_timeout = 0; CREATE SCHEMA IF NOT EXISTS ${quoted(schema)};
       CREATE TABLE IF NOT EXISTS layout (version integer NOT NULL);
       ${sql}; DELETE FROM layout; INSERT INTO layout VALUES (${step + 1})`,
    );
  }
}

async function versionOf(session: Session): Promise<number> {
  const table = await session.first('SELECT to_regclass($1) IS NOT NULL', [`${quoted(session.place.schema)}.layout`]);
  if (table?.[0] !== true) return 0;
  const row = await session.first('SELECT max(version) FROM layout');
  return typeof row?.[0] === 'number' ? asNumber(row[0]) : 0;
}

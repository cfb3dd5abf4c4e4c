/**
 * The layout of the database, as numbered steps forward. `PRAGMA user_version` says how many have been taken.
 *
 * What a step that has been released leads to is never changed; a new one is added behind it. Each is taken in a
 * transaction, or in several where it may take long.
 */
import { PtpError } from '../../base/errors.js';
import { ALARM_TABLE } from './alarms.js';
import { BLOCK_TABLES } from './block-tables.js';
import { asNumber, type Connection } from './driver.js';
import { eventsFromRows } from './events-from-rows.js';
import { KEPT_TABLES } from './kept-alarms.js';
import { vectorsFromRows } from './vectors-from-rows.js';

/** What may take long: done in pieces, each in a transaction, until a piece says that there is no other. */
interface InPieces {
  /** Is called again after a piece, and after the end of a process that came no farther. */
  readonly piece: (connection: Connection) => 'more' | 'done';
}

/** The layout that it leads to, and what leads there from the one before. */
type Migration = readonly [layout: number, step: string | ((connection: Connection) => void) | InPieces];

const MIGRATIONS: readonly Migration[] = [
  [
    1,
    `
  CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- Ids stand in for names that would otherwise be repeated in every row.
  CREATE TABLE element (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    element INTEGER NOT NULL REFERENCES element,
    metric TEXT NOT NULL,
    instance TEXT NOT NULL,
    unit TEXT NOT NULL,
    UNIQUE (element, metric, instance, unit)
  );

  -- Milliseconds since 1970 everywhere.
  CREATE TABLE sample (
    series INTEGER NOT NULL,
    time INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (series, time)
  ) WITHOUT ROWID;

  -- Ids are never used twice, not even after the newest event was dropped.
  CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    manager TEXT NOT NULL,
    time INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    element TEXT,
    source TEXT,
    -- Name and text in lower case, where SQLite's own comparison (ASCII only) would not do.
    folded TEXT
  );
  CREATE INDEX event_time ON event (time);
  CREATE INDEX event_element ON event (element, time) WHERE element IS NOT NULL;
  CREATE INDEX event_severity ON event (severity, time);

  CREATE TABLE state (
    element INTEGER PRIMARY KEY REFERENCES element,
    status TEXT NOT NULL,
    since INTEGER NOT NULL,
    reason TEXT,
    latest TEXT NOT NULL
  );
  CREATE TABLE memory (key TEXT PRIMARY KEY, element TEXT NOT NULL, memory TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX memory_element ON memory (element);

  -- From when on an element had which status, until its next row.
  CREATE TABLE status_history (
    element INTEGER NOT NULL REFERENCES element,
    since INTEGER NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (element, since)
  ) WITHOUT ROWID;

  -- Outcomes of polls, by the five minutes that they began in.
  CREATE TABLE poll_count (
    element INTEGER NOT NULL REFERENCES element,
    bucket INTEGER NOT NULL,
    polls INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (element, bucket)
  ) WITHOUT ROWID;
  `,
  ],
  [
    2,
    `
  -- The ledger. An epoch is given once only, so it names one hand-over of its element.
  CREATE TABLE hand_over (
    element TEXT NOT NULL,
    term INTEGER NOT NULL,
    number INTEGER NOT NULL,
    giver TEXT NOT NULL,
    time INTEGER NOT NULL,
    former TEXT,
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    takeover INTEGER NOT NULL,
    missed INTEGER NOT NULL,
    doubled INTEGER NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (element, term, number, giver)
  ) WITHOUT ROWID;
  CREATE INDEX hand_over_time ON hand_over (time);
  `,
  ],
  [3, { piece: vectorsFromRows }],
  [4, BLOCK_TABLES],
  [
    5,
    `
  -- Notifications that wait to be sent; ids are given by the manager.
  CREATE TABLE notice (id INTEGER PRIMARY KEY, destination TEXT NOT NULL, body TEXT NOT NULL);
  `,
  ],
  [6, ALARM_TABLE],
  [7, KEPT_TABLES],
  [8, { piece: eventsFromRows }],
];

/** The version that this program reads and writes. */
export const SCHEMA_VERSION = Math.max(...MIGRATIONS.map(([layout]) => layout));

/**
 * @param upTo For tests of what an earlier program left behind.
 * @throws PtpError `Store.Failed` when a newer program has written the database.
 */
export function migrate(connection: Connection, upTo = SCHEMA_VERSION): void {
  const version = () => asNumber(connection.prepare('PRAGMA user_version').first()?.[0]);
  if (version() > SCHEMA_VERSION) {
    throw new PtpError(
      'Store.Failed',
      `the store ${connection.file} has layout ${version()}, written by a newer ptpmgr; this one knows layouts up to ${SCHEMA_VERSION}: ` +
        'run the newer ptpmgr, or restore a backup made before the upgrade',
    );
  }
  for (const [layout, step] of MIGRATIONS) {
    let isOver = layout > upTo || version() >= layout;
    while (!isOver)
      isOver = connection.transaction(() => {
        // Read under the lock: another connection may have been first.
        if (version() >= layout) return true;
        if (typeof step === 'string') connection.exec(step);
        else if (typeof step === 'function') step(connection);
        else if (step.piece(connection) === 'more') return false;
        connection.exec(`PRAGMA user_version = ${layout}`);
        return true;
      });
  }
}

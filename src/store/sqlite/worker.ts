/**
 * The thread that a connection lives in. One such worker writes, another reads; which, its start says.
 *
 * The writer takes all jobs of a request into one transaction and answers when that is synced: whoever came while
 * the former one was being synced shares the next. A job that fails is undone alone.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { invariant, PtpError } from '../../base/errors.js';
import { asText, type Connection, connect } from './driver.js';
import { explain, fromWire, toWire } from './failures.js';
import { migrate } from './migrations.js';
import { checkWritable, OpenFiles } from './open-files.js';
import { reader } from './reader.js';
import { vectorSamples } from './vector-samples.js';
import {
  type Job,
  type Outcome,
  perform,
  type ReadVerbs,
  type Reply,
  type Request,
  type Shaped,
  type WireError,
  type WriteVerbs,
} from './verbs.js';
import { writer } from './writer.js';

export interface WorkerStart {
  readonly file: string;
  readonly role: 'write' | 'read';
  /** Id of the manager whose events these are. */
  readonly manager: string;
}

/** Pages in the log before they are folded into the database: 16 MiB. */
const CHECKPOINT_PAGES = 4096;
/**
 * KiB of pages that each connection keeps. Every poll is written to a page of its element's own, which comes by again after
 * all others: to find it the cache would have to hold the newest page of all of them, and the system's does.
 */
const CACHE_KIB = 4096;

type Serve<V extends Shaped<V>> = (jobs: readonly Job<V>[]) => readonly Outcome[];

function main({ file, role }: WorkerStart): void {
  const port = parentPort;
  invariant(port, 'this file runs as a worker');
  try {
    checkWritable(file);
    const connection = connect(file);
    if (role === 'write') {
      const { serve, tidy } = writing(connection);
      listen<WriteVerbs>(port, connection, serve, tidy);
    } else listen<ReadVerbs>(port, connection, reading(connection));
    send(port, { id: 0, outcomes: [{ value: null }] });
  } catch (error) {
    send(port, { id: 0, outcomes: [failed(file, error)] });
    port.close();
  }
}

const send = (port: MessagePort, reply: Reply): void => port.postMessage(reply);

/** @param afterwards Is called when a request has been answered. */
function listen<V extends Shaped<V>>(
  port: MessagePort,
  connection: Connection,
  serve: Serve<V>,
  afterwards = (): void => {},
): void {
  const files = new OpenFiles(connection);
  port.on('message', ({ id, jobs }: Request<V>) => {
    if (jobs !== 'close') {
      const gone = attempt(connection.file, () => files.check());
      if ('error' in gone) {
        send(port, { id, outcomes: jobs.map(() => gone) });
        // The next call begins anew, with what is there then.
        attempt(connection.file, () => connection.close());
        port.close();
        return;
      }
      send(port, { id, outcomes: serve(jobs) });
      afterwards();
      return;
    }
    const closed = attempt(connection.file, () => {
      // Leaves one file behind, and nothing to be done at the next start.
      connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      connection.close();
      return null;
    });
    send(port, { id, outcomes: [closed] });
    port.close();
  });
}

function writing(connection: Connection): { readonly serve: Serve<WriteVerbs>; readonly tidy: () => void } {
  // Only an empty database takes this, and before it is switched to write-ahead logging.
  connection.exec('PRAGMA auto_vacuum = INCREMENTAL');
  const mode = asText(connection.prepare('PRAGMA journal_mode = WAL').first()?.[0]);
  if (mode !== 'wal') {
    throw new PtpError(
      'Store.Failed',
      `the file system of ${connection.file} cannot hold the store, for it has no shared memory; use a local disk for the data directory`,
    );
  }
  connection.exec('PRAGMA synchronous = FULL');
  connection.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  connection.exec('PRAGMA journal_size_limit = 16777216');
  connection.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  connection.exec('PRAGMA foreign_keys = OFF');
  migrate(connection);

  const { handlers, learn, committed, rolledBack, tidy } = writer(connection, vectorSamples(connection));

  const together: Serve<WriteVerbs> = (jobs) =>
    connection.transaction(() =>
      jobs.map((job) => {
        connection.exec('SAVEPOINT job');
        const outcome = attempt(connection.file, () => perform(handlers, job));
        if ('error' in outcome) {
          rolledBack();
          // The engine itself ends the transaction when the disk is full or fails: then nothing of it is there.
          if (!connection.inTransaction) throw fromWire(outcome.error);
          connection.exec('ROLLBACK TO job');
        }
        connection.exec('RELEASE job');
        return outcome;
      }),
    );

  const serve: Serve<WriteVerbs> = (jobs) => {
    jobs.forEach(learn);
    try {
      const outcomes = together(jobs);
      committed();
      return outcomes;
    } catch (error) {
      rolledBack();
      const outcome = failed(connection.file, error);
      return jobs.map(() => outcome);
    }
  };
  return { serve, tidy };
}

function reading(connection: Connection): Serve<ReadVerbs> {
  connection.exec('PRAGMA query_only = ON');
  connection.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  const handlers = reader(connection, vectorSamples(connection));
  return (jobs) =>
    jobs.map((job) =>
      attempt(connection.file, () => {
        connection.exec('BEGIN');
        try {
          return perform(handlers, job);
        } finally {
          connection.exec('COMMIT');
        }
      }),
    );
}

function attempt(file: string, work: () => unknown): Outcome {
  try {
    return { value: work() };
  } catch (error) {
    return failed(file, error);
  }
}

const failed = (file: string, thrown: unknown): { readonly error: WireError } => ({
  error: toWire(explain(file, thrown)),
});

const start: WorkerStart = workerData;
main(start);

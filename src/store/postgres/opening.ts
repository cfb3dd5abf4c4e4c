/** What is made sure of with every new connection, before anything is asked or written. */
import { sleep } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { systemClock } from '../../base/system-env.js';
import { asNumber, asText } from './columns.js';
import { ConnectionLost } from './failures.js';
import { migrate } from './migrations.js';
import { lockKey, type PostgresPlace } from './place.js';
import { Session } from './session.js';

/** How long a former process, which has just ended, may still have the schema. */
const GIVEN_FREE_MS = 3000;
const LOOK_AGAIN_MS = 100;

export type Tell = (remark: string) => void;

/** What the last process that wrote has left. */
export interface LastWritten {
  /** Number of the last transaction of this process; undefined when another has written since, or none of it. */
  readonly batch: number | undefined;
  /** The newest id of an event. */
  readonly event: number;
}

export async function openReader(place: PostgresPlace, tell: Tell): Promise<Session> {
  const session = await Session.open(place, 'reads', tell);
  try {
    await session.rows('SET default_transaction_read_only = on');
    return session;
  } catch (thrown) {
    session.drop();
    throw thrown;
  }
}

/**
 * Takes the schema for this process alone, brings it to this program's layout, and notes who writes from now on.
 * @param former The backend of an own connection that broke: it may not have noticed yet.
 * @throws PtpError `Start.DataInUse` when another process has the schema.
 */
export async function openWriter(
  place: PostgresPlace,
  tell: Tell,
  former: number | undefined,
): Promise<{ readonly session: Session; readonly backend: number; readonly last: LastWritten }> {
  const session = await Session.open(place, 'writes', tell);
  try {
    const backend = asNumber((await session.first('SELECT pg_backend_pid()'))?.[0]);
    await checkServer(session, tell);
    await takeSchema(session, former);
    await migrate(session);
    const row = await session.first('SELECT process, batch, event FROM writer');
    const isOwn = asText(row?.[0]) === place.process;
    if (!isOwn) await session.run('UPDATE writer SET process = $1, batch = 0', [place.process]);
    const last = { batch: isOwn ? asNumber(row?.[1]) : undefined, event: asNumber(row?.[2]) };
    return { session, backend, last };
  } catch (thrown) {
    session.drop();
    throw thrown;
  }
}

async function checkServer(session: Session, tell: Tell): Promise<void> {
  const { file } = session.place;
  const row = await session.first(
    `SELECT current_setting('server_version_num')::integer, current_setting('server_encoding'), pg_is_in_recovery(),
       current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes')`,
  );
  const [version, encoding, isStandby, synchronous, fsync, fullPages] = row ?? [];
  if (asNumber(version) < 120_000)
    throw new PtpError('Store.Failed', `the store ${file} is a PostgreSQL before 12; use a newer one`);
  if (encoding !== 'UTF8')
    throw new PtpError(
      'Store.Failed',
      `the store ${file} has the encoding ${String(encoding)}; create the database with ENCODING 'UTF8' TEMPLATE template0`,
    );
  // Whoever promotes it need not start the manager again.
  if (isStandby === true)
    throw new ConnectionLost(
      'Store.Failed',
      `the store ${file} can only be read, for it is a standby; name the primary in the url`,
    );
  if (synchronous === 'off') {
    tell(
      `the store ${file} has synchronous_commit off for this user, by which the server would answer before it has written; the manager switches it on for itself`,
    );
    await session.rows('SET synchronous_commit = on');
  }
  for (const [name, value] of Object.entries({ fsync, full_page_writes: fullPages }))
    if (value !== 'on')
      tell(
        `the server of the store ${file} runs with ${name} off: what it has answered may be lost, and all of the store with it, when its machine fails; switch it on`,
      );
}

async function takeSchema(session: Session, former: number | undefined): Promise<void> {
  const { file, schema } = session.place;
  const key = lockKey(schema);
  const end = systemClock.monotonic() + GIVEN_FREE_MS;
  for (;;) {
    if ((await session.first('SELECT pg_try_advisory_lock($1)', [key]))?.[0] === true) return;
    const holder = await session.first(
      `SELECT pid, coalesce(host(client_addr), 'this machine'), backend_start::text
       FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND (classid::bigint << 32 | objid::bigint) = $1::bigint AND objsubid = 1`,
      [key],
    );
    if (holder?.[0] === former && former !== undefined) await session.rows('SELECT pg_terminate_backend($1)', [former]);
    else if (systemClock.monotonic() > end)
      throw new PtpError(
        // While it runs, what waits to be written is tried again.
        former === undefined ? 'Start.DataInUse' : 'Store.Failed',
        `the schema ${schema} of the store ${file} is in use by another process (connection ${String(holder?.[0])}, from ${String(holder?.[1])}, since ${String(holder?.[2])}); ` +
          'end that process, or give this manager an id or a database of its own',
      );
    await sleep(systemClock, LOOK_AGAIN_MS);
  }
}

/**
 * The store in a PostgreSQL database: one thread with a connection that writes, one with a connection that reads.
 *
 * Each manager has a schema of its own in the database, and in it for itself. See `docs/postgres.md`.
 */

import type { Env } from '../../base/env.js';
import { sleep } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import { applyRetention, sealSamples } from '../sqlite/retention.js';
import { openThreads } from '../sqlite/sqlite-store.js';
import type { Store } from '../store.js';
import { type PostgresPlace, schemaOf } from './place.js';

export interface PostgresStoreOptions {
  readonly place: Omit<PostgresPlace, 'schema' | 'process'>;
  readonly env: Env;
  /** Id of the manager whose store this is; its schema is named after it. */
  readonly manager: string;
  /** Records (polls, samples, events) that may wait to be written; beyond it calls are refused. Default 200,000. */
  readonly maxWaiting?: number;
  /** How long a server that does not answer yet is waited for, milliseconds. Default 60,000. */
  readonly patienceMs?: number;
}

const DEFAULT_PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 1000;
/** How old the size may be that is told. */
const SIZE_MS = 60_000;

/**
 * Opens a manager's part of a database, making it when it is not there.
 * @throws PtpError `Store.Failed` when the database cannot be used, or is of a newer ptpmgr; `Start.DataInUse` when
 *   another process has this manager's part of it.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { env, patienceMs = DEFAULT_PATIENCE_MS } = options;
  const end = env.clock.monotonic() + patienceMs;
  for (;;) {
    try {
      return await open(options);
    } catch (thrown) {
      const error = asPtpError(thrown);
      if (!error.retryable || !/it is tried again|take connections|be reached|in time|be found/.test(error.message))
        throw error;
      if (env.clock.monotonic() >= end) throw error;
      env.log.warn('the store is waited for', { reason: error.message });
      await sleep(env.clock, LOOK_AGAIN_MS);
    }
  }
}

async function open({ place, env, manager, maxWaiting }: PostgresStoreOptions): Promise<Store> {
  const start: PostgresPlace = {
    ...place,
    schema: schemaOf(manager),
    process: env.random.bytes(16).toString('hex'),
  };
  let known = 0;
  let knownAt = Number.NEGATIVE_INFINITY;
  return openThreads({
    env,
    manager,
    start,
    script: new URL('./worker.js', import.meta.url),
    ...(maxWaiting !== undefined && { maxWaiting }),
    applyRetention,
    sealSamples,
    async sizeBytes(read) {
      const now = env.clock.monotonic();
      if (now - knownAt < SIZE_MS) return known;
      knownAt = now;
      // While the server is away, what it had last is told: nobody is to wait for a size.
      known = (await read.call('usage', null).catch(() => undefined))?.usedBytes ?? known;
      return known;
    },
  });
}

/**
 * For programs that use a pool: `import { PtpmgrClient } from 'ptpmgr'`.
 *
 * ```js
 * const pool = new PtpmgrClient({ managers: ['http://em1:8080/ptpmgr/em'], user: 'app', password: 'secret' });
 * const { alarms } = await pool.call('getAlarms', { scope: 'pool', severity: 'major' });
 * for (const alarm of alarms) await pool.call('acknowledgeAlarm', { alarm: alarm.id, note: 'seen' });
 * await pool.close();
 * ```
 */
import type { Env } from './base/env.js';
import { systemEnv } from './base/system-env.js';
import { PoolClient, type PoolClientOptions } from './peer/client/pool-client.js';

export type { FaultCode, Place } from './base/errors.js';
/** What calls fail with: `fault` is the stable code, `message` a sentence, `place.path` the parameter that is wrong. */
export { PtpError } from './base/errors.js';
export type { KnownManager } from './peer/client/known-managers.js';
export type { PoolCallOptions, PoolClientOptions } from './peer/client/pool-client.js';
export type { Input, OperationName, Output } from './xml/messages/operations.js';
export { OPERATION_NAMES } from './xml/messages/operations.js';

export class PtpmgrClient extends PoolClient {
  /**
   * @param env Clock, chance and log instead of the real ones, for tests.
   * @throws PtpError `Client.Validation` for a URL that is none.
   */
  constructor(options: PoolClientOptions, env: Env = systemEnv('error')) {
    super(env, options);
  }
}

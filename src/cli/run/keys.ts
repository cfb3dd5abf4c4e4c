/** The pool key in force. */
import type { Settings } from '../../config/settings.js';
import { OPEN_POOL_KEY, type PoolKeys, poolKeys } from '../../peer/security/pool-keys.js';

/**
 * The key in force, derived once for each text. Where certificates alone prove who is asking there is none: the one that
 * everybody knows would only take their place.
 */
export function keysOf(settings: () => Settings): () => PoolKeys | undefined {
  let last: { key: string; acceptKey: string | undefined; keys: PoolKeys | undefined } | undefined;
  return () => {
    const { pool, security } = settings();
    if (pool?.key === undefined && security.tls?.clients === 'required') return undefined;
    const { key, acceptKey } = { key: OPEN_POOL_KEY, acceptKey: undefined, ...pool };
    if (last?.key !== key || last.acceptKey !== acceptKey)
      last = { key, acceptKey, keys: poolKeys(acceptKey === undefined ? [key] : [key, acceptKey]) };
    return last.keys;
  };
}

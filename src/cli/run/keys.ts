/** The pool key in force. */
import type { Settings } from '../../config/settings.js';
import { OPEN_POOL_KEY, type PoolKeys, poolKeys } from '../../peer/security/pool-keys.js';

/**
 * The key in force, derived once for each text. Where certificates alone prove who is asking there is none: the one that
 * everybody knows would only take their place.
 */
export function keysOf(settings: () => Settings): () => PoolKeys | undefined {
  let last: { readonly texts: readonly string[]; readonly keys: PoolKeys | undefined } | undefined;
  return () => {
    const { pool, security } = settings();
    if (pool?.key === undefined && security.tls?.clients === 'required') return undefined;
    const { key, acceptKey } = { key: OPEN_POOL_KEY, acceptKey: undefined, ...pool };
    if (last?.texts[0] !== key || last.texts[1] !== acceptKey) {
      const texts = acceptKey === undefined ? [key] : [key, acceptKey];
      last = { texts, keys: poolKeys(texts, last) };
    }
    return last.keys;
  };
}

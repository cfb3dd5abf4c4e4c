/** The pool key in force. */
import type { Settings } from '../../config/settings.js';
import { OPEN_POOL_KEY, type PoolKeys, poolKeys } from '../../peer/security/pool-keys.js';

/** The key in force, derived once for each text. */
export function keysOf(settings: () => Settings): () => PoolKeys | undefined {
  let last: { text: string; keys: PoolKeys | undefined } | undefined;
  return () => {
    const text = settings().pool?.key ?? OPEN_POOL_KEY;
    if (last?.text !== text) last = { text, keys: poolKeys([text]) };
    return last.keys;
  };
}

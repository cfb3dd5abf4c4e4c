/** The pool key in force. */
import type { Settings } from '../../config/settings.js';
import { type PoolKeys, poolKeys } from '../../peer/security/pool-keys.js';

/**
 * What managers without a pool key sign with. It proves nothing, so it is taken from loopback only, and those who sign
 * with it are viewers.
 */
const LOOPBACK_KEY = 'ptpmgr without a pool key';

/** The key in force, derived once for each text. */
export function keysOf(settings: () => Settings): () => PoolKeys | undefined {
  let last: { text: string; keys: PoolKeys | undefined } | undefined;
  return () => {
    const text = settings().pool?.key ?? LOOPBACK_KEY;
    if (last?.text !== text) last = { text, keys: poolKeys([text]) };
    return last.keys;
  };
}

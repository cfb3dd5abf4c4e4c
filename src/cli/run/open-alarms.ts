/**
 * Open alarms for the head of pages, told without waiting for anybody: an e-manager's own as they are, those of an
 * integration manager's pool as they were a few seconds ago.
 */
import { asPtpError } from '../../base/errors.js';
import { countsOf } from '../../manager/alarm-list.js';
import type { PeerToPeerManager } from '../../manager/peer-to-peer-manager.js';
import type { CallContext } from '../../peer/peer.js';
import type { Output } from '../../xml/messages/operations.js';

type Counts = Output<'getAlarms'>['counts'];

/** Older ones are asked for anew, by whoever looks at a page. */
const FRESH_MS = 5_000;

/** @param context For what the manager asks itself. */
export function openAlarms(
  manager: Pick<PeerToPeerManager, 'env' | 'alarms' | 'invoke' | 'defaultScope'>,
  context: () => CallContext,
): () => Counts {
  const { env, alarms, invoke, defaultScope } = manager;
  if (defaultScope === 'self') return () => countsOf(alarms.open());
  let counts: Counts = [];
  let askedMs = Number.NEGATIVE_INFINITY;
  const ask = async (): Promise<void> => {
    try {
      counts = (await invoke('getAlarms', { scope: 'pool', page: 1, pageSize: 1 }, context())).counts;
    } catch (thrown) {
      env.log.debug('open alarms could not be counted', { reason: asPtpError(thrown).message });
    }
  };
  return () => {
    const nowMs = env.clock.monotonic();
    if (nowMs - askedMs >= FRESH_MS) {
      askedMs = nowMs;
      void ask();
    }
    return counts;
  };
}

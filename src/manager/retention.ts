/** Has the store put samples away every few minutes, and applies the configuration's retention to it every hour. */
import type { Env, Timer } from '../base/env.js';
import type { Settings } from '../config/settings.js';
import type { Store } from '../store/store.js';

const SEAL_EVERY_MS = 5 * 60_000;
const RETENTION_EVERY_MS = 3600_000;
const FIRST_MS = 60_000;

/** @returns Ends it. */
export function applyRetentionRegularly({ clock, log }: Env, store: Store, settings: () => Settings): () => void {
  let isOver = false;
  const timers = new Set<Timer>();
  /** Does it again and again, never twice at a time. */
  const repeat = (everyMs: number, work: () => Promise<void>, failed: string): void => {
    const after = (delayMs: number): void => {
      const timer = clock.after(delayMs, () => {
        timers.delete(timer);
        work()
          .catch((thrown: unknown) => {
            if (!isOver) log.warn(failed, { reason: String(thrown) });
          })
          .finally(() => {
            if (!isOver) after(everyMs);
          });
      });
      timers.add(timer);
    };
    after(FIRST_MS);
  };
  repeat(SEAL_EVERY_MS, () => store.sealSamples(clock.now()), 'samples were not put away; they are tried again');
  repeat(
    RETENTION_EVERY_MS,
    async () => {
      const { retentionMs, rollupsMs, budgetBytes } = settings().store;
      const retention = { rawMs: retentionMs, rollupsMs, eventsMs: retentionMs, budgetBytes };
      log.info('retention applied', { ...(await store.applyRetention(clock.now(), retention)) });
    },
    'retention failed',
  );
  return () => {
    isOver = true;
    for (const timer of timers) timer.cancel();
  };
}

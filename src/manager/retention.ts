/** Applies the configuration's retention to the store, soon after the start and then every hour. */
import type { Env, Timer } from '../base/env.js';
import type { Settings } from '../config/settings.js';
import type { Store } from '../store/store.js';

const EVERY_MS = 3600_000;
const FIRST_MS = 60_000;

/** @returns Ends it. */
export function applyRetentionRegularly({ clock, log }: Env, store: Store, settings: () => Settings): () => void {
  let isOver = false;
  let timer: Timer;
  const applyAfter = (delayMs: number): void => {
    timer = clock.after(delayMs, () => {
      const { retentionMs, budgetBytes } = settings().store;
      store
        .applyRetention(clock.now(), { rawMs: retentionMs, eventsMs: retentionMs, budgetBytes })
        .then((dropped) => log.info('retention applied', { ...dropped }))
        .catch((thrown: unknown) => log.warn('retention failed', { reason: String(thrown) }))
        .finally(() => {
          if (!isOver) applyAfter(EVERY_MS);
        });
    });
  };
  applyAfter(FIRST_MS);
  return () => {
    isOver = true;
    timer.cancel();
  };
}

/**
 * Tells of a store that takes nothing: while it does not, by health, readiness and to the pool, which gives its elements
 * to others; afterwards by events, which nothing could hold before.
 */
import type { Env } from '../base/env.js';
import { asPtpError } from '../base/errors.js';
import type { Store } from '../store/store.js';

/** To be told when the store takes no polls, and with nothing when it does again. */
export function storeFaults({ clock, log }: Env, store: Pick<Store, 'recordEvents'>): (fault?: string) => void {
  let began: { readonly time: number; readonly fault: string } | undefined;
  return (fault) => {
    if (fault !== undefined) {
      began ??= { time: clock.now(), fault };
      return;
    }
    if (!began) return;
    const { time, fault: text } = began;
    began = undefined;
    const now = clock.now();
    const seconds = Math.round((now - time) / 1000);
    store
      .recordEvents([
        { time, severity: 'major', name: 'storeFailed', text },
        {
          time: now,
          severity: 'cleared',
          name: 'storeRecovered',
          text: `the store takes polls again after ${seconds} s; what was polled meanwhile is being stored`,
        },
      ])
      .catch((thrown: unknown) => log.error('events could not be stored', { reason: asPtpError(thrown).message }));
  };
}

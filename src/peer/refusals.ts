/**
 * Refusals in the log, so that whoever knocks without end does not fill it: the first of a kind is told at once, those that
 * follow in one line a minute that says how many they were.
 */
import type { Env } from '../base/env.js';

const EVERY_MS = 60_000;

interface Told {
  atMs: number;
  untold: number;
}

export class RefusalLog {
  readonly #env: Pick<Env, 'clock' | 'log'>;
  readonly #told = new Map<string, Told>();

  constructor(env: Pick<Env, 'clock' | 'log'>) {
    this.#env = env;
  }

  /** @param what One of few texts. */
  tell(what: string, fields: Record<string, unknown>): void {
    const { clock, log } = this.#env;
    const nowMs = clock.monotonic();
    const told = this.#told.get(what);
    if (told && nowMs - told.atMs < EVERY_MS) {
      told.untold += 1;
      return;
    }
    this.#told.set(what, { atMs: nowMs, untold: 0 });
    log.warn(what, told && told.untold > 0 ? { ...fields, notToldBefore: told.untold } : fields);
  }
}

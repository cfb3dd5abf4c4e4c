/**
 * Loaded into a manager before its own program: samples are put away and retention is applied every second or so, and
 * not every five minutes and every hour. Nothing else goes faster.
 */
import { systemClock } from '../../../src/base/system-env.js';

/** Milliseconds as the program has them, and as they are here. */
const SOONER: ReadonlyMap<number, number> = new Map([
  [60_000, 400],
  [300_000, 250],
  [3_600_000, 1200],
]);
const ASKED_BY = /manager[/\\]retention\.[jt]s/;

const after = systemClock.after.bind(systemClock);
systemClock.after = (delayMs, run) => {
  const sooner = SOONER.get(delayMs);
  const isMeant = sooner !== undefined && ASKED_BY.test(new Error('where').stack ?? '');
  return after(isMeant ? sooner : delayMs, run);
};

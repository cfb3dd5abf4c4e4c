/** Counts by the agents' log what a planned move costs: not a poll is to be missed, none made twice. */
import { type Rhythm, rhythmOf, story, tally } from '../polls.js';
import type { Findings } from '../trial.js';
import { pause, type TrialPool } from '../trial-pool.js';

/** A steady rhythm is read from the polls of this time. */
export const QUIET_MS = 3_000;
/** With a shorter interval a poll that a busy machine makes late cannot be told from one that is missed. */
const LEAST_TELLING_MS = 1_000;

/** What an element's polls had for a rhythm in the seconds before `atMs`. */
export function rhythmAt(pool: TrialPool, element: string, atMs: number): Rhythm | undefined {
  const quietMs = Math.max(QUIET_MS, 4.5 * pool.intervalMs);
  const quiet = pool.polls(element).filter((one) => one.atMs > atMs - quietMs && one.atMs < atMs);
  return rhythmOf(quiet, pool.intervalMs);
}

/**
 * Does something that must neither miss nor double a poll of any element, and counts.
 *
 * A manager that the machine held up for longer than a heartbeat leaves out what fell due meanwhile, as it should
 * (SPEC 6, "Clocks"): what is missed in a time in which one says so in its log is counted, but is no fault.
 */
export async function plannedMove(
  pool: TrialPool,
  name: string,
  findings: Findings,
  move: () => Promise<void>,
): Promise<void> {
  await pause(Math.max(QUIET_MS, 3.5 * pool.intervalMs));
  const fromMs = performance.now();
  const rhythms = new Map(pool.elements().map((one) => [one, rhythmAt(pool, one, fromMs)]));
  const standstills = pool.standstills();
  await move();
  await pause(2 * pool.intervalMs);
  const window = [fromMs - 1000, performance.now()] as const;
  const wasHeldUp = pool.standstills() > standstills;
  const when = wasHeldUp ? ' while the machine held managers up' : '';
  const spoilt: string[] = [];
  let [allMissed, allDoubled] = [0, 0];
  for (const [element, rhythm] of rhythms) {
    if (!rhythm) {
      findings.count('elements without a steady rhythm before a planned move', 1);
      continue;
    }
    const { due, missed, doubled } = tally(pool.polls(element), rhythm, window);
    findings.count(`polls due in planned moves${when}`, due);
    findings.count(`polls missed in planned moves${when}`, missed);
    findings.count(`polls doubled in planned moves${when}`, doubled);
    if (missed + doubled > 0) spoilt.push(element);
    allMissed += missed;
    allDoubled += doubled;
  }
  if (wasHeldUp || spoilt.length === 0 || pool.intervalMs < LEAST_TELLING_MS) return;
  const shown = new Map(spoilt.slice(0, 2).map((element) => [element, pool.polls(element)]));
  findings.fault(`${name}: ${allMissed} polls missed, ${allDoubled} doubled, such as\n${story(shown, window)}`);
}

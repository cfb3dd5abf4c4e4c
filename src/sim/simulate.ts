/** What a seed stands for: a pool of whole managers, or, now and then, masterships alone. */
import { simulatePool } from './manager/simulation.js';
import { simulateMasterships } from './mastership/simulation.js';
import type { RunOptions, RunResult } from './run.js';

/**
 * In every so many seeds only the masterships are simulated: with far more decisions, rosters and heartbeats that change
 * at will, and nobody above them who is careful.
 */
const MASTERSHIPS_EVERY = 10;

export const simulate = (options: RunOptions): RunResult =>
  options.elements === undefined && options.seed % MASTERSHIPS_EVERY === MASTERSHIPS_EVERY - 1
    ? simulateMasterships(options)
    : simulatePool(options);

/** Makes a failing schedule small: leaves out faults for as long as the run goes on failing in the same way. */
import type { Fault } from './faults.js';
import type { RunOptions, RunResult, Simulate } from './run.js';

/** Runs that are spent on it at most. */
const MOST_TRIES = 300;

/** @param failed As it failed with the whole schedule. */
export function shrink(simulate: Simulate, options: RunOptions, failed: RunResult): RunResult {
  let best = failed;
  let tries = 0;
  const attempt = (faults: readonly Fault[]): boolean => {
    tries += 1;
    const result = simulate({ ...options, faults });
    if (result.failure?.rule !== failed.failure?.rule) return false;
    best = result;
    return true;
  };
  // What comes after the failure cannot have been its cause.
  attempt(failed.faults.filter(({ atMs }) => atMs <= (failed.failure?.atMs ?? 0)));
  for (let size = Math.ceil(best.faults.length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0)
    for (let from = 0; from < best.faults.length && tries < MOST_TRIES; ) {
      const { faults } = best;
      if (!attempt([...faults.slice(0, from), ...faults.slice(from + size)])) from += size;
    }
  return best;
}

/**
 * What the simulator runs: the production step, or, in tests of the simulator itself, one that was broken on purpose
 * and has to be caught.
 */
import type { Effect, Input, Mastership } from '../../pool/mastership/state.js';
import { createMastership, isMaster, type MastershipOptions, step, wakeAtMs } from '../../pool/mastership/step.js';

export interface Machine {
  create(options: MastershipOptions): Mastership;
  step(state: Mastership, input: Input, nowMs: number): Effect[];
  isMaster(state: Mastership, nowMs: number): boolean;
  wakeAtMs(state: Mastership): number;
}

export const production: Machine = { create: createMastership, step, isMaster, wakeAtMs };

/** The kinds of worlds in which hand-overs are tried, and what is found wrong in one. */
import { HEARTBEAT_MS, HoldingWorld, type WorldOptions } from './holding-world.js';

export type Kind = Omit<WorldOptions, 'seed'>;

/** Nothing is lost and answers come within a heartbeat; messages are doubled and overtake each other all the same. */
export const QUIET: Kind = {
  loss: 0,
  doubling: 0.2,
  mostDelayMs: 60,
  recalls: false,
  crashes: false,
  cuts: false,
  staleOrders: true,
  knowsTransit: false,
};
export const LOSSY: Kind = { ...QUIET, loss: 0.25, mostDelayMs: 900, recalls: true, knowsTransit: true };
/** Much is lost, what is not comes at once: orders that say that a taker has it overtake its own word. */
export const PATCHY: Kind = { ...QUIET, loss: 0.4 };
export const WILD: Kind = { ...LOSSY, crashes: true, cuts: true };

const FAULTS_MS = 40_000;
const CALM_MS = 40 * HEARTBEAT_MS;

export function play(kind: Kind, seed: number): HoldingWorld {
  const world = new HoldingWorld({ ...kind, seed });
  world.run(FAULTS_MS, CALM_MS);
  return world;
}

/** What must not be in any world; in a quiet one no poll is done twice, either. */
export function faultsOf(world: HoldingWorld, isQuiet: boolean): string[] {
  const { missed, doubled } = world.tally();
  return [
    ...world.faults,
    ...world.disagreements(),
    ...missed.map((poll) => `missed ${poll}`),
    ...(isQuiet ? doubled.map((poll) => `doubled ${poll}`) : []),
  ];
}

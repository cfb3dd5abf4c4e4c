/** What the runs of both worlds, that of masterships alone and that of whole managers, have in common. */
import type { Checkers, Failure } from './checkers.js';
import type { Counts } from './counts.js';
import type { Fault } from './faults.js';
import { LONGEST_DELAY_MS } from './network.js';
import type { Transcript } from './transcript.js';
import type { World } from './world.js';

export interface RunOptions {
  readonly seed: number;
  /** Default: 3 to 9, drawn. */
  readonly managers?: number | undefined;
  /** Of whole managers; default two for each. */
  readonly elements?: number | undefined;
  /** Milliseconds of simulated time; default 300,000. */
  readonly durationMs?: number | undefined;
  /** In place of those drawn from the seed. */
  readonly faults?: readonly Fault[] | undefined;
  readonly withTranscript?: boolean | undefined;
}

export interface RunResult {
  readonly seed: number;
  readonly managers: number;
  readonly failure: Failure | undefined;
  readonly faults: readonly Fault[];
  readonly counts: Counts;
  readonly transcript: readonly string[];
}

/** Of each run: how a failing one is run again, with fewer faults. */
export type Simulate = (options: RunOptions) => RunResult;

export const DURATION_MS = 300_000;
/** So many runs to one in which messages pass as bytes. */
export const ENCODED_EVERY = 100;
/** Members hear each other both ways for so long, in heartbeats of the slowest pool, before there has to be a master. */
export const SETTLE_MS = LONGEST_DELAY_MS + 22_000;

/** Second by second, so that members that never stop talking are noticed. Returns how many events there were. */
export function passUntil(
  { world, checkers }: { readonly world: World; readonly checkers: Checkers },
  endMs: number,
  mostEventsASecond: number,
): number {
  const failed = () => checkers.failure !== undefined;
  let events = 0;
  while (world.nowMs < endMs && !failed()) {
    const count = world.runUntil(Math.min(endMs, world.nowMs + 1000), failed, mostEventsASecond);
    if (count >= mostEventsASecond) checkers.fail('traffic', `${count} events within a second`);
    events += count;
  }
  return events;
}

/** Runs, and makes a result of whatever comes of it. */
export function resultOf(
  pool: { readonly checkers: Checkers; readonly counts: Counts; readonly transcript: Transcript | undefined },
  { seed, managers, faults }: Pick<RunResult, 'seed' | 'managers' | 'faults'>,
  run: () => void,
): RunResult {
  const { checkers, counts, transcript } = pool;
  try {
    run();
  } catch (thrown) {
    checkers.fail('crash', thrown instanceof Error ? `${thrown.message} ${firstPlace(thrown)}` : String(thrown));
  }
  return { seed, managers, failure: checkers.failure, faults, counts, transcript: transcript?.lines() ?? [] };
}

const firstPlace = (thrown: Error): string => /\n\s*(at .*)/.exec(thrown.stack ?? '')?.[1] ?? '';

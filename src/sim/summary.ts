/** What many runs have seen, and what none of them has. */
import type { Failure } from './checkers.js';
import { Counts } from './counts.js';
import { MISHAPS, WISHES } from './faults.js';
import type { RunResult } from './run.js';

/** Of a run, as it passes between threads. */
export interface RunOutcome {
  readonly seed: number;
  readonly managers: number;
  readonly failure: Failure | undefined;
  readonly counts: readonly (readonly [string, number])[];
}

export const outcomeOf = ({ seed, managers, failure, counts }: RunResult): RunOutcome => ({
  seed,
  managers,
  failure,
  counts: counts.sorted(),
});

/** From so many runs on, everything has to have happened. */
export const LARGE_RUN = 200;

const MODES = [
  'following to canvassing',
  'canvassing to following',
  'canvassing to standing',
  'standing to following',
  'standing to winning',
  'standing to mastering',
  'winning to mastering',
  'winning to following',
  'mastering to following',
];
const MESSAGES = [
  'canvass',
  'canvassed',
  'vote',
  'voted',
  'renew',
  'renewed',
  'kept',
  'install',
  'fetch',
  'fetched',
  'yield',
];

/** Faults, transitions and messages: a simulator that never sees one of them proves nothing about it. */
export const EXPECTED_OF_MASTERSHIPS: readonly string[] = [
  ...[...MISHAPS, ...WISHES].map((fault) => `fault: ${fault}`),
  ...MODES.map((mode) => `mode: ${mode}`),
  ...MESSAGES.map((message) => `message: ${message}`),
  ...['term', 'lease', 'entries', 'base'].map((change) => `store: ${change}`),
  ...['lost', 'late', 'doubled', 'cut off'].map((fate) => `network: message ${fate}`),
  'disk: writes lost in a crash',
  'disk: newest one lost',
  'disk: newest one replaced by an old one',
  'node: start',
  'node: entries folded into the base',
];

export class Summary {
  readonly counts = new Counts();
  readonly failures: { readonly seed: number; readonly managers: number; readonly failure: Failure }[] = [];
  runs = 0;

  /** @param expected What has to have happened in a large run. */
  constructor(private readonly expected: readonly string[]) {}

  add({ seed, managers, failure, counts }: RunOutcome): void {
    this.runs += 1;
    this.counts.addAll(counts);
    if (failure) this.failures.push({ seed, managers, failure });
  }

  /** What should have happened and never did; nothing is missed in few runs. */
  missing(): string[] {
    return this.runs < LARGE_RUN ? [] : this.expected.filter((what) => this.counts.get(what) === 0);
  }

  get isGood(): boolean {
    return this.failures.length === 0 && this.missing().length === 0;
  }
}

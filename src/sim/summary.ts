/** What many runs have seen, and what none of them has. */
import type { Failure } from './checkers.js';
import { Counts } from './counts.js';
import { ACTIONS, MISHAPS, WISHES } from './faults.js';
import type { RunResult } from './run.js';

/** Of a run, as it passes between threads. */
export interface RunOutcome {
  readonly seed: number;
  readonly managers: number;
  readonly failure: Failure | undefined;
  readonly counts: readonly (readonly [string, number])[];
  readonly figures: readonly (readonly [string, readonly number[]])[];
}

export const outcomeOf = ({ seed, managers, failure, counts }: RunResult): RunOutcome => ({
  seed,
  managers,
  failure,
  counts: counts.sorted(),
  figures: [...counts.figures],
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

const STEERING = [
  ...['beat', 'beaten', 'roster', 'join', 'offer', 'orders', 'ordered', 'left', 'probe', 'probed'],
  ...['give', 'taken', 'notTaken', 'warm', 'seek', 'seeking', 'inPool', 'found'],
];
const EFFECTS = [
  ...['ask', 'askFor', 'poll', 'renew', 'release', 'stop', 'makeBundle', 'refresh', 'standIn', 'delegated', 'knows'],
  ...['hold', 'goOn', 'store'],
];
const NEWS = [
  ...['founded', 'joined', 'dropped', 'mastering', 'master', 'found', 'relieved', 'restored', 'moves', 'settled'],
  ...['unwatched', 'watchedAgain', 'cutOff'],
];
const POLLING = ['start, anew', 'handOver', 'takeOver', 'takeOver, anew'];
const STORED = ['term', 'lease', 'entries', 'base'].map((change) => `store: ${change}`);
const FATES = ['lost', 'late', 'doubled', 'cut off'].map((fate) => `network: message ${fate}`);

/** Faults, transitions and messages: a simulator that never sees one of them proves nothing about it. */
export const EXPECTED_OF_MASTERSHIPS: readonly string[] = [
  ...[...MISHAPS, ...WISHES].map((fault) => `fault: ${fault}`),
  ...MODES.map((mode) => `mode: ${mode}`),
  ...MESSAGES.map((message) => `message: ${message}`),
  ...STORED,
  ...FATES,
  'disk: writes lost in a crash',
  'disk: newest one lost',
  'disk: newest one replaced by an old one',
  'node: start',
  'node: entries folded into the base',
];

/** The same of whole managers. */
export const EXPECTED_OF_MANAGERS: readonly string[] = [
  ...[...MISHAPS, ...ACTIONS].map((fault) => `fault: ${fault}`),
  ...MODES.map((mode) => `mode: ${mode}`),
  ...[...MESSAGES, ...STEERING].map((message) => `message: ${message}`),
  ...STORED,
  ...FATES,
  ...EFFECTS.map((effect) => `effect: ${effect}`),
  ...NEWS.map((news) => `news: ${news}`),
  ...POLLING.map((how) => `polling begins: ${how}`),
  'disk: writes lost in a crash',
  'disk: newest one lost',
  'disk: newest one replaced by an old one',
  'manager: start',
  'pool: founded before',
  'element: planned move',
  'element: taken over or first given',
  'shutdown: all handed over',
  'shutdown: with elements left',
  'poll: doubled',
  'poll: missed',
];

export const EXPECTED: readonly string[] = [...new Set([...EXPECTED_OF_MASTERSHIPS, ...EXPECTED_OF_MANAGERS])];

export class Summary {
  readonly counts = new Counts();
  readonly failures: { readonly seed: number; readonly managers: number; readonly failure: Failure }[] = [];
  runs = 0;

  /** @param expected What has to have happened in a large run. */
  constructor(private readonly expected: readonly string[]) {}

  add({ seed, managers, failure, counts, figures }: RunOutcome): void {
    this.runs += 1;
    this.counts.addAll(counts);
    for (const [what, values] of figures) for (const value of values) this.counts.measured(what, value);
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

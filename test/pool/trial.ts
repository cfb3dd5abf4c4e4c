/** What every trial is given, and what it gives back. */
import { join } from 'node:path';
import { Agents } from './agents.js';
import { figuresOf, inSeconds, table } from './figures.js';
import type { Network } from './network.js';
import { type TrialOptions, TrialPool } from './trial-pool.js';

export interface TrialSettings {
  readonly network: Network;
  readonly folder: string;
  /** How often the event is tried. */
  readonly times: number;
  readonly managers: number;
  /** At home at each manager. */
  readonly elements: number;
  /** Absent: what suits the trial. */
  readonly intervalMs?: number;
  /** Kills follow each other sooner: elements need not have gone home in between. */
  readonly isQuick: boolean;
  /** For trials that last. */
  readonly minutes: number;
  readonly say: (line: string) => void;
}

export interface TrialResult {
  /** Times by what was measured, milliseconds. */
  readonly times: Readonly<Record<string, readonly number[]>>;
  /** Things that were counted. */
  readonly counts: Readonly<Record<string, number>>;
  /** What must not be, in words; empty when all rules held. */
  readonly faults: readonly string[];
  /** Warnings and errors in the managers' logs, and how often. */
  readonly complaints: Readonly<Record<string, number>>;
}

export type Trial = (settings: TrialSettings) => Promise<TrialResult>;

/** Collects what trials with one pool after the other bring to light. */
export class Findings {
  readonly #times = new Map<string, number[]>();
  readonly #counts = new Map<string, number>();
  readonly #faults: string[] = [];
  readonly #complaints = new Map<string, number>();
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  time(what: string, ms: number): void {
    this.#times.set(what, [...(this.#times.get(what) ?? []), ms]);
  }

  count(what: string, number: number): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + number);
  }

  fault(text: string): void {
    this.#faults.push(text);
    this.#say(`FAULT ${text}`);
  }

  takeComplaints(complaints: ReadonlyMap<string, number>): void {
    for (const [text, count] of complaints) this.#complaints.set(text, (this.#complaints.get(text) ?? 0) + count);
  }

  get result(): TrialResult {
    return {
      times: Object.fromEntries(this.#times),
      counts: Object.fromEntries(this.#counts),
      faults: this.#faults,
      complaints: Object.fromEntries(this.#complaints),
    };
  }
}

type PoolOptions = Omit<TrialOptions, 'network' | 'agents' | 'folder' | 'ems' | 'elements'> & Partial<TrialOptions>;

/** Starts a pool of its own, has `work` done with it, and ends it; what was seen that must not be is a fault. */
export async function withPool(
  { network, folder, managers, elements }: TrialSettings,
  name: string,
  options: PoolOptions,
  findings: Findings,
  work: (pool: TrialPool) => Promise<void>,
): Promise<void> {
  const agents = await Agents.start(network.hostOf('agents'));
  const pool = await TrialPool.start({
    network,
    agents,
    folder: join(folder, name),
    ems: managers,
    elements,
    ...options,
  });
  try {
    await work(pool);
  } catch (thrown) {
    findings.fault(`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  } finally {
    await pool.close();
    await agents.close();
    network.heal();
    // Two without a witness may each be master while they hear nothing of each other (SPEC 6, "Roster").
    for (const fault of pool.watch.faults)
      if (options.quorum !== 'none' || !fault.startsWith('two masters')) findings.fault(`${name}: ${fault}`);
    findings.takeComplaints(pool.complaints());
  }
}

export function report({ times, counts, faults, complaints }: TrialResult): string {
  const measured = Object.entries(times).map(([what, all]) => {
    const { count, medianMs, ninetyMs, worstMs } = figuresOf(all);
    return [what, String(count), inSeconds(medianMs), inSeconds(ninetyMs), inSeconds(worstMs)];
  });
  const counted = Object.entries(counts).map(([what, count]) => [what, String(count)]);
  const complained = Object.entries(complaints).sort((a, b) => b[1] - a[1]);
  return [
    ...(measured.length > 0 ? [table([['', 'times', 'median', '9 of 10', 'worst'], ...measured]), ''] : []),
    ...(counted.length > 0 ? [table(counted), ''] : []),
    ...(complained.length > 0 ? ['in the logs:', ...complained.map(([text, count]) => `${count} × ${text}`), ''] : []),
    faults.length === 0 ? 'all rules held' : `${faults.length} faults:\n${faults.join('\n')}`,
  ].join('\n');
}

/** Runs many seeds, on as many threads as there are processors. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { LargeShare } from './large-worker.js';
import { EXPECTED, type RunOutcome, Summary } from './summary.js';
import type { Share } from './worker.js';

export interface ManyOptions {
  /** The first seed; the others follow it. */
  readonly seed: number;
  readonly runs: number;
  readonly managers?: number | undefined;
  readonly elements?: number | undefined;
  readonly durationMs?: number | undefined;
  /** Default: one for every processor. */
  readonly threads?: number | undefined;
  readonly onOutcome?: (outcome: RunOutcome) => void;
}

export async function simulateMany(options: ManyOptions): Promise<Summary> {
  const summary = new Summary(EXPECTED);
  const { seed, runs, managers, elements, durationMs } = options;
  const step = Math.max(1, Math.min(runs, options.threads ?? availableParallelism()));
  const shares = Array.from(
    { length: step },
    (_, at): Share => ({
      from: seed + at,
      to: seed + runs - 1,
      step,
      managers,
      elements,
      durationMs,
    }),
  );
  await Promise.all(
    shares.map((share) =>
      runShare(share, (outcome) => {
        summary.add(outcome);
        options.onOutcome?.(outcome);
      }),
    ),
  );
  return summary;
}

/** A message lives for some thousand others: with more room it dies before it is looked at. */
const YOUNG_MEGABYTES = 192;

/** A large pool may take this much memory (SPEC 6). */
const LARGE_MEGABYTES = 16 * 1024;

/** One large pool; rejects with what did not hold. */
export function simulateOneLarge(share: LargeShare, tell: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./large-worker.js', import.meta.url), {
      workerData: share,
      resourceLimits: { maxOldGenerationSizeMb: LARGE_MEGABYTES },
    });
    worker.on('message', tell);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

function runShare(share: Share, take: (outcome: RunOutcome) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: share,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    worker.on('message', take);
    worker.on('error', reject);
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a simulating thread ended with ${code}`))));
  });
}

/** Runs in words. */
import { faultText } from './faults.js';
import type { RunOptions, Simulate } from './run.js';
import { shrink } from './shrink.js';
import type { Summary } from './summary.js';

/** Failures that are named one by one. */
const MOST_FAILURES = 20;

export function summaryText(summary: Summary): string[] {
  const counts = summary.counts.sorted().map(([what, times]) => `${String(times).padStart(12)}  ${what}`);
  const failures = [...summary.failures]
    .sort((a, b) => a.seed - b.seed)
    .slice(0, MOST_FAILURES)
    .map(({ seed, managers, failure }) => `seed ${seed} (${managers} managers): ${failure.rule}: ${failure.text}`);
  const missing = summary.missing().map((what) => `never happened: ${what}`);
  return [
    ...counts,
    '',
    ...failures,
    ...missing,
    `${summary.runs} ${summary.runs === 1 ? 'run' : 'runs'}, ${summary.failures.length} failed`,
  ];
}

/** A failing run again, with as few faults as it takes: those, and the end of what happened. */
export function failureText(simulate: Simulate, options: RunOptions, mostLines: number): string[] {
  const failed = simulate(options);
  if (!failed.failure) return [`seed ${options.seed} does not fail`];
  const small = shrink(simulate, options, failed);
  const { transcript, failure } = simulate({ ...options, faults: small.faults, withTranscript: true });
  return [
    '',
    `seed ${options.seed}, ${failed.managers} managers, with ${small.faults.length} of ${failed.faults.length} faults:`,
    ...small.faults.map((fault) => `  at ${(fault.atMs / 1000).toFixed(3)} s ${faultText(fault)}`),
    '',
    ...transcript.slice(-mostLines),
    `${((failure?.atMs ?? 0) / 1000).toFixed(4).padStart(9)} ${failure?.rule}: ${failure?.text}`,
  ];
}

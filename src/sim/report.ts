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
  const figures = [...summary.counts.figures]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, values]) => `${what}: ${distribution(values)}`);
  return [
    ...counts,
    '',
    ...figures,
    ...(figures.length > 0 ? [''] : []),
    ...failures,
    ...missing,
    `${summary.runs} ${summary.runs === 1 ? 'run' : 'runs'}, ${summary.failures.length} failed`,
  ];
}

/** `median 0.9, 95 % 1.2, worst 1.9 (of 1,034)`. */
export function distribution(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const text = (value: number) => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100);
  return `median ${text(at(0.5))}, 95 % ${text(at(0.95))}, worst ${text(at(1))} (of ${values.length})`;
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

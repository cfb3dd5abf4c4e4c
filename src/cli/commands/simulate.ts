/** `ptpmgr simulate` */
import type { CommandParts } from '../command-parts.js';
import { EXIT } from '../failure.js';
import { wholeNumber } from '../options.js';

interface SimulateOptions {
  readonly seed: number;
  readonly runs: number;
  readonly managers?: number;
  readonly elements?: number;
  readonly minutes: number;
}

/** Lines of a failing run's transcript that are printed. */
const MOST_LINES = 400;

export function addSimulate({ program, terminal, endWith }: CommandParts): void {
  program
    .command('simulate')
    .option('--seed <number>', 'the run, or the first of several', wholeNumber(0, 999_999_999), 1)
    .option('--runs <count>', 'how many runs, each with the next seed', wholeNumber(1, 1_000_000), 1)
    .option('--managers <count>', 'how many managers; 3 to 9 by the seed without it', wholeNumber(1, 31))
    .option('--elements <count>', 'how many elements; two for each manager without it', wholeNumber(0, 1_000_000))
    .option('--minutes <count>', 'simulated time of a run', wholeNumber(1, 60), 5)
    .description('let simulated managers found, elect, poll, hand over and fail, and check what must always hold')
    .addHelpText(
      'after',
      `
A run is wholly determined by its seed. One that fails is run again with fewer faults, for as long as it
still fails in the same way; then its faults and the end of its transcript are printed.

Examples:
  ptpmgr simulate --runs 1000         a thousand runs, and what happened in them
  ptpmgr simulate --seed 4711         one run`,
    )
    .action(async ({ seed, runs, managers, elements, minutes }: SimulateOptions) => {
      const { simulateMany } = await import('../../sim/runner.js');
      const { simulate } = await import('../../sim/simulate.js');
      const { failureText, summaryText } = await import('../../sim/report.js');
      const durationMs = minutes * 60_000;
      const summary = await simulateMany({ seed, runs, managers, elements, durationMs });
      for (const line of summaryText(summary)) terminal.print(line);
      const [first] = [...summary.failures].sort((a, b) => a.seed - b.seed);
      if (first) {
        const lines = failureText(simulate, { seed: first.seed, managers, elements, durationMs }, MOST_LINES);
        for (const line of lines) terminal.print(line);
      }
      endWith(summary.isGood ? EXIT.done : EXIT.failed);
    });
}

/** `ptpmgr simulate` */
import type { CommandParts } from '../command-parts.js';
import { EXIT, type ExitCode } from '../failure.js';
import { wholeNumber } from '../options.js';

interface SimulateOptions {
  readonly seed: number;
  readonly runs: number;
  readonly managers?: number;
  readonly elements?: number;
  readonly minutes: number;
}

/** Above either, it is one large pool with a schedule of its own: no run for many seeds. */
const MOST_MANAGERS = 31;
const MOST_ELEMENTS = 1_000;
/** Lines of a failing run's transcript that are printed. */
const MOST_LINES = 400;

export function addSimulate({ program, terminal, endWith }: CommandParts): void {
  program
    .command('simulate')
    .option('--seed <number>', 'the run, or the first of several', wholeNumber(0, 999_999_999), 1)
    .option('--runs <count>', 'how many runs, each with the next seed', wholeNumber(1, 1_000_000), 1)
    .option('--managers <count>', 'how many managers; 3 to 9 by the seed without it', wholeNumber(1, 1_000))
    .option('--elements <count>', 'how many elements; two for each manager without it', wholeNumber(0, 1_000_000))
    .option('--minutes <count>', 'simulated time of a run', wholeNumber(1, 60), 5)
    .description('let simulated managers found, elect, poll, hand over and fail, and check what must always hold')
    .addHelpText(
      'after',
      `
A run is wholly determined by its seed. One that fails is run again with fewer faults, for as long as it
still fails in the same way; then its faults and the end of its transcript are printed. In one seed of ten
only the masterships are simulated, with far more decisions.

With more than ${MOST_MANAGERS} managers or ${MOST_ELEMENTS} elements it is one large pool, in which managers, the master too, die and return: what
its members say in messages and bytes is told, and what each death cost.

Examples:
  ptpmgr simulate --runs 1000         a thousand runs, and what happened in them
  ptpmgr simulate --seed 4711         one run
  ptpmgr simulate --managers 1000 --elements 1000000   a large pool; takes up to 16 GB`,
    )
    .action(async ({ seed, runs, managers, elements, minutes }: SimulateOptions) => {
      const { simulateMany, simulateOneLarge } = await import('../../sim/runner.js');
      if ((managers ?? 0) > MOST_MANAGERS || (elements ?? 0) > MOST_ELEMENTS) {
        const share = {
          seed,
          managers: managers ?? LARGE_MANAGERS,
          elements: elements ?? ELEMENTS_EACH * (managers ?? 0),
        };
        endWith(await runLarge(() => simulateOneLarge(share, (line) => terminal.print(line)), terminal));
        return;
      }
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

/** Of a large pool whose other measure is not given. */
const LARGE_MANAGERS = 9;
const ELEMENTS_EACH = 1_000;

async function runLarge(run: () => Promise<void>, terminal: CommandParts['terminal']): Promise<ExitCode> {
  try {
    await run();
    return EXIT.done;
  } catch (thrown) {
    terminal.print(thrown instanceof Error ? thrown.message : String(thrown));
    return EXIT.failed;
  }
}

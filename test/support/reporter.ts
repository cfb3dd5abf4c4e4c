/** Mocha's spec reporter, with a closing line that machines can count by. */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import mocha from 'mocha';
import { PACKAGE_ROOT } from '../../src/base/paths.js';

/** How long after the last test the process may still be busy with closing. */
const CLOSING_MS = 10_000;

/** Environment: the file that a part of the run writes its counts to, in place of the closing line; see `../run.ts`. */
export const LANE_RESULT = 'PTPMGR_TEST_LANE_RESULT';

/** What one part of a run has to tell whoever adds them up. */
export interface LaneResult {
  readonly passes: number;
  readonly pending: number;
  readonly failed: readonly { readonly title: string; readonly file: string; readonly message: string }[];
}

const laneResult = process.env[LANE_RESULT];
// Of this process alone: a test that runs mocha itself does not write there.
delete process.env[LANE_RESULT];

export default class CountingReporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options?: mocha.MochaOptions) {
    super(runner, options);
    const failed: LaneResult['failed'][number][] = [];
    runner.on('fail', (test, error) => {
      const [message = ''] = String(error?.message ?? error).split('\n');
      failed.push({ title: test.fullTitle(), file: relative(PACKAGE_ROOT, test.file ?? ''), message });
    });
    // Registered after the spec reporter's own, so that this is the last thing said.
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      if (laneResult) writeFileSync(laneResult, JSON.stringify({ passes, pending, failed } satisfies LaneResult));
      else process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
      setTimeout(complainOfLeaks, CLOSING_MS).unref();
    });
  }
}

/** A test that leaves something open would let the run hang for ever; it is to fail instead, and to say by what. */
function complainOfLeaks(): void {
  const open = process.getActiveResourcesInfo().join(' ');
  process.stderr.write(`the tests left something open, so that the process does not end by itself: ${open}\n`);
  // Mocha sets the exit code while the process ends; this comes after it.
  process.once('exit', () => {
    process.exitCode = 1;
  });
  process.exit();
}

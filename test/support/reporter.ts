/** Mocha's spec reporter, with a closing line that machines can count by. */
import mocha from 'mocha';

/** How long after the last test the process may still be busy with closing. */
const CLOSING_MS = 10_000;

export default class CountingReporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options?: mocha.MochaOptions) {
    super(runner, options);
    // Registered after the spec reporter's own, so that this is the last thing said.
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
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

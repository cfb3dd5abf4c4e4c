/** Skipping that nobody can overlook: the reason stands in the title of every test that did not run. */

/**
 * Skips the running test, or from a `before` hook all tests of its suite, and writes the reason into their titles.
 * The calling test is left at once (mocha's `skip` throws).
 */
export function skipBecause(context: Mocha.Context, reason: string): never {
  const note = ` [skipped: ${reason}]`;
  const mark = (test: Mocha.Runnable) => {
    if (!test.title.endsWith(note)) test.title += note;
  };
  const running = context.test;
  if (running && 'type' in running && running.type === 'hook') running.parent?.eachTest(mark);
  else if (running) mark(running);
  return context.skip();
}

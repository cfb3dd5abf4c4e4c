/**
 * A manager that is killed again and again under load. The long form, and those in which its disk is full, locked, not to be
 * written or loses its power, are commands of their own, see docs/pool-trials.md.
 */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { TrialResult } from '../pool/trial.js';
import { runProcess } from '../support/processes.js';

const MAIN = fileURLToPath(new URL('../pool/main.js', import.meta.url));
const PATIENCE_MS = 600_000;

async function trial(...args: readonly string[]): Promise<TrialResult> {
  const { stdout, output } = await runProcess(process.execPath, [MAIN, ...args, '--json'], { timeoutMs: PATIENCE_MS });
  const found = stdout.split('\n').find((line) => line.startsWith('{'));
  if (!found) throw new Error(`the trial has said nothing: ${output.slice(-4000)}`);
  return JSON.parse(found);
}

describe('the data of a real manager', function () {
  this.timeout(PATIENCE_MS + 10_000);

  it('are all there, everything once, after each of five kills under load', async () => {
    const { faults, counts } = await trial('--what', 'data-kill', '--times', '5', '--quick');
    expect(faults).to.deep.equal([]);
    expect(counts['events sent in and acknowledged']).to.be.above(0);
  });
});

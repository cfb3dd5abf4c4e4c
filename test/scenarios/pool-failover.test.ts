/**
 * Real managers that are ended, killed, frozen and cut off, watched from outside: by what their elements were asked, and
 * by what all of them say of who is master. The long forms are commands of their own, see docs/pool-trials.md.
 */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { canUnshare } from '../pool/network.js';
import { report, type TrialResult } from '../pool/trial.js';
import { runProcess } from '../support/processes.js';
import { skipBecause } from '../support/skipping.js';

const MAIN = fileURLToPath(new URL('../pool/main.js', import.meta.url));
const PATIENCE_MS = 240_000;

async function trial(net: 'loopback' | 'namespaces'): Promise<TrialResult> {
  const args = ['--what', 'short', '--net', net, '--elements', '3', '--json'];
  const { stdout, output } = await runProcess(process.execPath, [MAIN, ...args], { timeoutMs: PATIENCE_MS });
  const found = stdout.split('\n').find((line) => line.startsWith('{'));
  if (!found) throw new Error(`the trial has said nothing: ${output.slice(-4000)}`);
  const result: TrialResult = JSON.parse(found);
  process.stdout.write(`${report(result).replace(/^/gm, '      ')}\n`);
  return result;
}

describe('a pool of real managers', function () {
  this.timeout(PATIENCE_MS + 10_000);

  it('has one master at most, misses no poll in what is planned, and has everything polled by one in the end', async function () {
    if (canUnshare()) {
      const { faults, counts } = await trial('namespaces');
      expect(faults).to.deep.equal([]);
      expect(counts).to.include({ tried: 1 });
      return;
    }
    const { faults } = await trial('loopback');
    expect(faults).to.deep.equal([]);
    skipBecause(
      this,
      'managers cannot be cut off from each other without network namespaces (Linux, root); all else held',
    );
  });
});

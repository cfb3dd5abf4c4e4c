/**
 * Run by `npm test`: all test files, in two lanes beside each other.
 *
 * Scenarios have a lane to themselves, one file after the other: they measure by real clocks what managers do as real
 * processes. All else (units, conformance, simulations, real counterparts, the browser) runs in the other lane, at a
 * lower priority, so that it takes what the scenarios leave idle. With a single processor one lane follows the other.
 *
 * The first lane is shown as it goes, the other when both have ended; failures of both are named once more at the end.
 * Arguments are passed on to mocha: `npm test -- --grep "a pool"`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagePath } from '../src/base/paths.js';
import { LANE_RESULT, type LaneResult } from './support/reporter.js';

interface Lane {
  readonly name: string;
  /** For mocha: what belongs to the other lane. Every file is in just one of the two. */
  readonly ignore: string;
  /** As of nice(1); 0 is the usual. */
  readonly niceness: number;
}

const SCENARIOS: Lane = { name: 'scenarios', ignore: 'dist/test/!(scenarios)/**', niceness: 0 };
const OTHERS: Lane = { name: 'all but scenarios', ignore: 'dist/test/scenarios/**', niceness: 5 };

interface Outcome extends Pick<LaneResult, 'passes' | 'pending'> {
  /** In words, a line or two for each. */
  readonly failures: readonly string[];
}

const MOCHA = packagePath('node_modules', 'mocha', 'bin', 'mocha.js');
const folder = mkdtempSync(join(tmpdir(), 'ptpmgr-lanes-'));
const running = new Set<ChildProcess>();
const write = (output: Buffer | string) => process.stdout.write(output);

function run(lane: Lane, show: (output: Buffer) => void): Promise<Outcome> {
  const file = join(folder, `${lane.name}.json`);
  const colour = process.stdout.isTTY ? ['--color'] : [];
  const child = spawn(process.execPath, [MOCHA, '--ignore', lane.ignore, ...colour, ...process.argv.slice(2)], {
    env: { ...process.env, [LANE_RESULT]: file },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  // It starts nothing before it has loaded; whatever it starts inherits this.
  if (child.pid !== undefined && lane.niceness > 0) setPriority(child.pid, lane.niceness);
  child.stdout.on('data', show);
  child.stderr.on('data', show);
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => {
      running.delete(child);
      resolve(outcomeIn(file, lane, code));
    });
  });
}

function outcomeIn(file: string, { name }: Lane, code: number | null): Outcome {
  let told: LaneResult;
  try {
    told = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passes: 0, pending: 0, failures: [`${name}: its process ended (${code}) before its last test`] };
  }
  const failures = told.failed.map(({ title, file, message }) => `${title} (${file})\n  ${message}`);
  // It may have come to the end of its tests, but not have ended by itself.
  if (failures.length === 0 && code !== 0) failures.push(`${name}: its process ended with ${code}, see above`);
  return { ...told, failures };
}

/** One lane is written through; what the other says is kept until it is its turn. */
async function runBoth(): Promise<readonly Outcome[]> {
  if (availableParallelism() < 2) return [await run(SCENARIOS, write), await run(OTHERS, write)];
  const kept: Buffer[] = [];
  const others = run(OTHERS, (output) => kept.push(output));
  const scenarios = await run(SCENARIOS, write);
  if (running.size > 0) write(`\n  ${OTHERS.name}: still running, shown when they have ended\n`);
  await others;
  write(Buffer.concat(kept));
  return [scenarios, await others];
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    for (const child of running) child.kill('SIGINT');
  });
}

try {
  const outcomes = await runBoth();
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  for (const failure of failures) write(`failed: ${failure}\n`);
  const sum = (what: 'passes' | 'pending') => outcomes.reduce((all, outcome) => all + outcome[what], 0);
  write(`${sum('passes')} passed, ${failures.length} failed, ${sum('pending')} skipped\n`);
  if (failures.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

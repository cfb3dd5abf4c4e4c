/**
 * Real managers, killed, frozen, cut off and moved about, with the elements' own log as the witness. See docs/pool-trials.md.
 *
 *   node dist/test/pool/main.js --what kill-secondary --times 50
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { canMount, canUnshare, Loopback, Namespaces, type Network } from './network.js';
import { killAll } from './program.js';
import { report, type Trial } from './trial.js';
import { oneWay, partition, silence } from './trials/cut.js';
import { dataCut } from './trials/data-cut.js';
import { dataDisk } from './trials/data-disk.js';
import { dataKill } from './trials/data-kill.js';
import { busy, freeze, stumble } from './trials/freeze.js';
import { killMaster, killSecondary } from './trials/kill.js';
import { mischief } from './trials/mischief.js';
import { moves, shutdown } from './trials/planned.js';
import { short } from './trials/short.js';
import { twoAlone, twoAndWitness, twoApart, withoutPool } from './trials/small.js';

const TRIALS: Readonly<
  Record<string, { readonly trial: Trial; readonly needsNamespaces?: boolean; readonly needsDisk?: boolean }>
> = {
  short: { trial: short },
  'kill-secondary': { trial: killSecondary },
  'kill-master': { trial: killMaster },
  silence: { trial: silence, needsNamespaces: true },
  'one-way': { trial: oneWay, needsNamespaces: true },
  partition: { trial: partition, needsNamespaces: true },
  shutdown: { trial: shutdown },
  moves: { trial: moves },
  freeze: { trial: freeze },
  stumble: { trial: stumble },
  busy: { trial: busy },
  'two-and-witness': { trial: twoAndWitness },
  'two-alone': { trial: twoAlone },
  'two-apart': { trial: twoApart, needsNamespaces: true },
  'without-pool': { trial: withoutPool },
  mischief: { trial: mischief },
  'data-kill': { trial: dataKill },
  'data-cut': { trial: dataCut },
  'data-disk': { trial: dataDisk, needsDisk: true },
};

const USAGE = `usage: node dist/test/pool/main.js --what TRIAL [--times N] [--managers N] [--elements N] [--interval MS]
         [--minutes N] [--net loopback|namespaces] [--quick] [--json] [--keep DIR]
trials: ${Object.keys(TRIALS).join(' ')}
`;
/** Set in the process that has a namespace to itself. */
const INSIDE = 'PTPMGR_TRIAL_NAMESPACE';
const SKIPPED = 77;

const { values } = parseArgs({
  options: {
    what: { type: 'string', default: '' },
    times: { type: 'string', default: '5' },
    managers: { type: 'string', default: '4' },
    elements: { type: 'string', default: '6' },
    interval: { type: 'string' },
    minutes: { type: 'string', default: '2' },
    net: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
});

async function main(): Promise<number> {
  const chosen = TRIALS[values.what];
  if (!chosen) {
    process.stderr.write(USAGE);
    return 2;
  }
  const wantsNamespaces = values.net === 'namespaces' || (values.net === undefined && chosen.needsNamespaces === true);
  if (wantsNamespaces && process.env[INSIDE] === undefined) {
    if (canUnshare()) return insideNamespace('--net');
    process.stderr.write(`${values.what} needs network namespaces, which are not to be had here (Linux, root)\n`);
    return SKIPPED;
  }
  if (chosen.needsDisk && process.env[INSIDE] === undefined) {
    if (canMount()) return insideNamespace('--mount');
    process.stderr.write(`${values.what} needs a disk of its own, which cannot be mounted here (Linux, root)\n`);
    return SKIPPED;
  }
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'ptpmgr-trial-'));
  mkdirSync(folder, { recursive: true });
  const network: Network = wantsNamespaces ? new Namespaces(join(folder, 'network.log')) : new Loopback();
  try {
    const result = await chosen.trial({
      network,
      folder,
      times: Number(values.times),
      managers: Number(values.managers),
      elements: Number(values.elements),
      isQuick: values.quick,
      minutes: Number(values.minutes),
      ...(values.interval !== undefined && { intervalMs: Number(values.interval) }),
      say: (line) => process.stderr.write(`${line}\n`),
    });
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${report(result)}\n`);
    const isWell = result.faults.length === 0;
    if (isWell && values.keep === undefined) rmSync(folder, { recursive: true, force: true });
    else process.stderr.write(`logs and data are in ${folder}\n`);
    return isWell ? 0 : 1;
  } finally {
    await killAll();
    await network.close();
  }
}

/** The same command once more, in a namespace of its own. */
function insideNamespace(kind: '--net' | '--mount'): Promise<number> {
  const self = fileURLToPath(import.meta.url);
  const child = spawn('unshare', [kind, process.execPath, self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main();

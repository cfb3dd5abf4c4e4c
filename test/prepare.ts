/**
 * Run by `npm test` before the tests: makes sure of the real counterparts that they talk to.
 *
 * Under `CI=true` or `PTPMGR_TEST_INSTALL=1` what is missing is installed from Debian's packages, without starting any
 * daemon as a service. Otherwise nothing on the machine is touched; one line says what is missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { COUNTERPART_NAMES, COUNTERPARTS, forgetProbes, isPresent, programPath } from './support/counterparts.js';

const POLICY = '/usr/sbin/policy-rc.d';

const missingNames = () => COUNTERPART_NAMES.filter((name) => !isPresent(name));

function apt(...args: string[]): boolean {
  const result = spawnSync('apt-get', ['-q', '-y', '-o', 'Dpkg::Use-Pty=0', '-o', 'Acquire::Retries=3', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 15 * 60_000,
  });
  if (result.status === 0) return true;
  process.stderr.write(`apt-get ${args.join(' ')} failed:\n${result.stdout}${result.stderr}\n`);
  return false;
}

/** While this runs, installed daemons are not started as services; a policy that is there already is respected. */
function withoutServices(run: () => void): void {
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    run();
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}

function install(packages: readonly string[]): void {
  if (process.getuid?.() !== 0 || !programPath('apt-get')) {
    process.stderr.write(`cannot install ${packages.join(' ')}: that takes root and apt-get (Debian)\n`);
    return;
  }
  process.stdout.write(`installing for the tests: ${packages.join(' ')}\n`);
  withoutServices(() => {
    apt('update');
    if (apt('install', '--no-install-recommends', ...packages)) return;
    // One package that this release lacks must not take the others with it.
    for (const name of packages) apt('install', '--no-install-recommends', name);
  });
  forgetProbes();
}

const wanted = missingNames();
if (wanted.length > 0 && (process.env.CI === 'true' || process.env.PTPMGR_TEST_INSTALL === '1')) {
  install([...new Set(wanted.flatMap((name) => COUNTERPARTS[name].packages))]);
}
const missing = missingNames();
if (missing.length > 0) {
  const outcome =
    process.env.CI === 'true' ? 'will fail' : 'are skipped (PTPMGR_TEST_INSTALL=1 installs it, on Debian as root)';
  process.stdout.write(`not on this machine: ${missing.join(', ')}; the tests that need it ${outcome}\n`);
}

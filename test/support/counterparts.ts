/**
 * The real counterparts that tests talk to, how each is found on this machine, and the Debian packages it is in.
 *
 * `test/prepare.ts` installs what is missing where that is wanted. A suite that needs one says so:
 *
 * @example describe('snmp against snmpd', () => { counterpart('snmpd'); it(...); });
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { skipBecause } from './skipping.js';

interface Counterpart {
  /** Whether it is there; each program that is named must be on the PATH. */
  readonly programs: readonly string[];
  /** What else must succeed, such as the import of a module. */
  readonly probe?: readonly [program: string, ...args: string[]];
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
}

/** Debian's own Python: another one that stands first on the PATH does not see Debian's modules. */
export const PYTHON = '/usr/bin/python3';

export const COUNTERPARTS = {
  snmpd: { programs: ['snmpd', 'snmpget'], packages: ['snmpd', 'snmp'] },
  snmptrapd: { programs: ['snmptrapd', 'snmptrap', 'snmpinform'], packages: ['snmptrapd', 'snmp'] },
  smilint: { programs: ['smilint'], packages: ['smitools'] },
  netSnmpLibrary: {
    programs: ['gcc', 'net-snmp-config'],
    probe: ['sh', '-c', 'test -e /usr/include/net-snmp/net-snmp-includes.h -a -e /usr/include/openssl/hmac.h'],
    packages: ['gcc', 'libc6-dev', 'libsnmp-dev', 'libssl-dev'],
  },
  snmpsim: { programs: ['snmpsimd'], packages: ['snmpsim'] },
  vsftpd: { programs: ['vsftpd'], packages: ['vsftpd'] },
  nginx: { programs: ['nginx'], packages: ['nginx-light'] },
  sshd: { programs: ['sshd', 'ssh-keygen', 'unshare'], packages: ['openssh-server', 'openssh-client', 'util-linux'] },
  telnetd: {
    programs: ['busybox'],
    probe: ['sh', '-c', 'busybox --list | grep -qx telnetd'],
    packages: ['busybox-static'],
  },
  ping: { programs: ['ping'], probe: ['ping', '-c', '1', '-W', '2', '127.0.0.1'], packages: ['iputils-ping'] },
  busyboxPing: {
    programs: ['busybox'],
    probe: ['busybox', 'ping', '-c', '1', '-W', '2', '127.0.0.1'],
    packages: ['busybox-static'],
  },
  unbound: { programs: ['unbound'], packages: ['unbound'] },
  postgres: {
    programs: ['setpriv'],
    probe: ['sh', '-c', 'test -x "$(ls /usr/lib/postgresql/*/bin/initdb | tail -n 1)"'],
    packages: ['postgresql', 'util-linux'],
  },
  rsyslogd: {
    programs: ['rsyslogd'],
    probe: ['sh', '-c', 'ls /usr/lib/*/rsyslog/lmnsd_gtls.so /usr/lib/rsyslog/lmnsd_gtls.so 2>/dev/null | grep -q .'],
    packages: ['rsyslog', 'rsyslog-gnutls'],
  },
  curl: { programs: ['curl'], packages: ['curl'] },
  openssl: { programs: ['openssl'], packages: ['openssl'] },
  chromium: { programs: ['chromium'], packages: ['chromium'] },
  xsltproc: { programs: ['xsltproc'], packages: ['xsltproc'] },
  xmllint: { programs: ['xmllint'], packages: ['libxml2-utils'] },
  zeep: { programs: [PYTHON], probe: [PYTHON, '-c', 'import zeep'], packages: ['python3-zeep'] },
  php: {
    programs: ['php'],
    probe: ['php', '-r', 'exit(class_exists("SoapClient") ? 0 : 1);'],
    packages: ['php-cli', 'php-soap'],
  },
  gsoap: { programs: ['wsdl2h', 'soapcpp2', 'g++'], packages: ['gsoap', 'libgsoap-dev', 'g++'] },
} as const satisfies Record<string, Counterpart>;

export type CounterpartName = keyof typeof COUNTERPARTS;
export const COUNTERPART_NAMES = Object.keys(COUNTERPARTS) as CounterpartName[];

/** Debian keeps daemons where an ordinary user's PATH does not look. */
const SEARCHED = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The absolute path of a program; undefined when it is not installed. */
export function programPath(program: string): string | undefined {
  const candidates = program.startsWith('/')
    ? [program]
    : SEARCHED.filter(Boolean).map((folder) => join(folder, program));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const found = new Map<CounterpartName, boolean>();

export function isPresent(name: CounterpartName): boolean {
  let present = found.get(name);
  if (present === undefined) {
    present = probe(COUNTERPARTS[name]);
    found.set(name, present);
  }
  return present;
}

/** What was found is remembered; after an installation it has to be looked for again. */
export const forgetProbes = (): void => found.clear();

function probe(one: Counterpart): boolean {
  if (!one.programs.every((program) => programPath(program) !== undefined)) return false;
  if (!one.probe) return true;
  const [program, ...args] = one.probe;
  return spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/** Whether this run must not skip for want of a counterpart. */
export const mustBePresent = (): boolean => process.env.CI === 'true';

/**
 * Says, within a `describe`, that its tests need these counterparts. Where one is missing they are skipped and their
 * titles say why; under `CI=true` that is a failure instead.
 */
export function counterpart(...names: readonly CounterpartName[]): void {
  before(`needs ${names.join(', ')}`, function () {
    needCounterpart(this, ...names);
  });
}

/** As {@link counterpart}, for a single test. */
export function needCounterpart(context: Mocha.Context, ...names: readonly CounterpartName[]): void {
  const missing = names.filter((name) => !isPresent(name));
  if (missing.length === 0) return;
  const packages = missing.flatMap((name) => COUNTERPARTS[name].packages);
  const reason = `${missing.join(' and ')} not installed; PTPMGR_TEST_INSTALL=1 npm test or: apt-get install ${packages.join(' ')}`;
  if (mustBePresent()) throw new Error(`under CI=true nothing may be missing: ${reason}`);
  skipBecause(context, reason);
}

/**
 * Real servers with a command line, with a user that exists for them alone: they run in a mount namespace in which
 * other files stand for `/etc/passwd` and `/etc/shadow`. So they take root; nothing of the machine is changed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { programPath } from './counterparts.js';
import type { Daemon } from './daemons.js';
import { freeTcpPort } from './ports.js';
import { type RunningProcess, runProcess, startProcess, until } from './processes.js';
import { skipBecause } from './skipping.js';
import { temporaryFolder } from './temporary.js';

export interface CliDaemon extends Daemon {
  readonly user: string;
  readonly password: string;
}

export interface SshDaemon extends CliDaemon {
  /** Private keys that the user may log in with: in the clear, and with {@link PASSPHRASE}. */
  readonly keys: Readonly<Record<'ed25519' | 'rsa' | 'encrypted' | 'stranger', string>>;
  /** Line of known hosts, for the daemon's ed25519 key. */
  readonly knownHost: string;
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

export const PASSPHRASE = 'open sesame, please';

const USER = 'ptpcli';
const PASSWORD = 'a-password-of-the-test';
const ID = '54321';

/** Skips, from a `before` hook, where such servers cannot be had. */
export function needUsersOfItsOwn(context: Mocha.Context): void {
  if (userInfo().uid !== 0) skipBecause(context, 'a server with users of the test takes root');
  if (spawnSync('unshare', ['-m', 'true'], { stdio: 'ignore' }).status !== 0)
    skipBecause(context, 'a server with users of the test takes mount namespaces, which this system does not allow');
}

async function world(name: string): Promise<{ folder: string; enter: readonly string[] }> {
  const folder = temporaryFolder(name);
  mkdirSync(join(folder, 'home'));
  writeFileSync(join(folder, 'home', '.hushlogin'), '');
  const hashed = (await runProcess('openssl', ['passwd', '-6', PASSWORD])).stdout.trim();
  const user = `${USER}:x:${ID}:${ID}::${join(folder, 'home')}:/bin/bash\n`;
  writeFileSync(join(folder, 'passwd'), `${readFileSync('/etc/passwd', 'utf8')}${user}`);
  writeFileSync(join(folder, 'shadow'), `root:*:19000:0:99999:7:::\n${USER}:${hashed}:19000:0:99999:7:::\n`, {
    mode: 0o600,
  });
  await runProcess('chown', ['-R', `${ID}:${ID}`, join(folder, 'home')]);
  const enter = [
    'mount -t tmpfs none /run',
    'mkdir -p /run/sshd',
    `mount --bind ${join(folder, 'passwd')} /etc/passwd`,
    `mount --bind ${join(folder, 'shadow')} /etc/shadow`,
  ];
  return { folder, enter };
}

async function start(name: string, enter: readonly string[], command: string, port: number): Promise<RunningProcess> {
  const process = await startProcess('unshare', ['-m', 'sh', '-c', `${enter.join(' && ')} && exec ${command}`]);
  await until(`${name} answers`, async () => {
    if (process.hasEnded) throw new Error(`${name} ended at once:\n${process.output.slice(-4000)}`);
    return acceptsTcp(port);
  });
  return process;
}

const acceptsTcp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** Debian's sshd: password, keys, exec and shell. */
export async function startSshd(lines: readonly string[] = []): Promise<SshDaemon> {
  const { folder, enter } = await world('sshd');
  const key = async (name: string, type: string, passphrase = '') => {
    const path = join(folder, name);
    await runProcess('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', name, '-f', path]);
    return path;
  };
  const hostKeys = [await key('host_ed25519', 'ed25519'), await key('host_ecdsa', 'ecdsa')];
  const keys = {
    ed25519: await key('user_ed25519', 'ed25519'),
    rsa: await key('user_rsa', 'rsa'),
    encrypted: await key('user_encrypted', 'ed25519', PASSPHRASE),
    stranger: await key('user_stranger', 'ed25519'),
  };
  const { stranger: _stranger, ...welcome } = keys;
  const open = Object.values(welcome).map((path) => readFileSync(`${path}.pub`, 'utf8'));
  writeFileSync(join(folder, 'authorized_keys'), open.join(''));
  const port = await freeTcpPort();
  const configuration = [
    `ListenAddress 127.0.0.1:${port}`,
    ...hostKeys.map((path) => `HostKey ${path}`),
    `PidFile ${join(folder, 'pid')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `AllowUsers ${USER}`,
    ...['UsePAM no', 'StrictModes no', 'PasswordAuthentication yes', 'KbdInteractiveAuthentication no', 'PrintMotd no'],
    ...lines,
  ];
  writeFileSync(join(folder, 'sshd_config'), `${configuration.join('\n')}\n`);
  const program = `${programPath('sshd')} -D -e -f ${join(folder, 'sshd_config')}`;
  const process = await start('sshd', enter, program, port);
  const [type, blob] = readFileSync(`${hostKeys[0]}.pub`, 'utf8').split(' ');
  const listed = await runProcess('ssh-keygen', ['-l', '-f', `${hostKeys[0]}.pub`]);
  return {
    ...{ port, process, folder, user: USER, password: PASSWORD, keys },
    knownHost: `[127.0.0.1]:${port} ${type} ${blob}\n`,
    fingerprint: listed.stdout.split(' ')[1] ?? '',
    stop: async () => void (await process.stop()),
  };
}

/** BusyBox's telnetd with the system's own login. */
export async function startTelnetd(): Promise<CliDaemon> {
  const { folder, enter } = await world('telnetd');
  writeFileSync(join(folder, 'issue'), 'Real telnetd of the test\r\n');
  const port = await freeTcpPort();
  const program = `${programPath('busybox')} telnetd -F -b 127.0.0.1:${port} -l /bin/login -f ${join(folder, 'issue')}`;
  const process = await start('telnetd', enter, program, port);
  return { port, process, folder, user: USER, password: PASSWORD, stop: async () => void (await process.stop()) };
}

/**
 * Real daemons for a test: on free loopback ports, in temporary folders, with a configuration made for the purpose.
 *
 * Each `start...` resolves when the daemon answers. `stop()` it in `after`; whoever forgets is covered by
 * `processes.ts`. Needs the counterpart of the same name.
 */
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { Certificate } from './certificates.js';
import { PYTHON } from './counterparts.js';
import { freeTcpPort, freeUdpPort } from './ports.js';
import { type RunningProcess, runProcess, startProcess, until } from './processes.js';
import { sharedPath } from './shared.js';
import { answersSnmp } from './snmp-probe.js';
import { temporaryFolder } from './temporary.js';

export interface Daemon {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly process: RunningProcess;
  /** Configuration, logs and data of this daemon. */
  readonly folder: string;
  stop(): Promise<void>;
}

const daemon = <More extends object>(
  port: number,
  process: RunningProcess,
  folder: string,
  more: More,
): Daemon & More => ({
  port,
  process,
  folder,
  stop: async () => void (await process.stop()),
  ...more,
});

/** Resolves when `answers` says yes; rejects with the daemon's output when it ends before that. */
async function untilAnswers(
  what: string,
  process: RunningProcess,
  answers: () => Promise<boolean>,
  timeoutMs = 15_000,
) {
  const look = async () => {
    if (process.hasEnded) throw new Error(`${what} ended at once:\n${process.output.slice(-4000)}`);
    return answers();
  };
  await until(`${what} answers`, look, timeoutMs).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${process.output.slice(-4000)}`);
  });
}

export async function acceptsTcp(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export interface SnmpV3User {
  readonly name: string;
  /** Authentication protocol as snmpd spells it: `MD5 SHA SHA-224 SHA-256 SHA-384 SHA-512`. */
  readonly auth?: string;
  readonly authKey?: string;
  /** `DES` or `AES`. */
  readonly priv?: string;
  readonly privKey?: string;
}

export interface SnmpdOptions {
  /** Default `public`; read only. */
  readonly community?: string;
  /** A community that may also write. */
  readonly writeCommunity?: string;
  readonly v3users?: readonly SnmpV3User[];
  /** Further lines of snmpd.conf. */
  readonly lines?: readonly string[];
}

/** Debian's snmpd, which shows this machine. */
export async function startSnmpd(options: SnmpdOptions = {}): Promise<Daemon & { readonly community: string }> {
  const folder = temporaryFolder('snmpd');
  const community = options.community ?? 'public';
  const users = (options.v3users ?? []).flatMap((user) => {
    const auth = user.auth ? ` ${user.auth} "${user.authKey ?? ''}"` : '';
    const priv = user.priv ? ` ${user.priv} "${user.privKey ?? ''}"` : '';
    const level = user.priv ? 'authpriv' : user.auth ? 'authnopriv' : 'noauth';
    return [`createUser ${user.name}${auth}${priv}`, `rouser ${user.name} ${level}`];
  });
  const port = await freeUdpPort();
  const lines = [
    `rocommunity ${community} 127.0.0.1`,
    ...(options.writeCommunity ? [`rwcommunity ${options.writeCommunity} 127.0.0.1`] : []),
    ...users,
    'sysServices 72',
    ...(options.lines ?? []),
  ];
  writeFileSync(join(folder, 'snmpd.conf'), `${lines.join('\n')}\n`);
  const process = await startProcess(
    'snmpd',
    [
      '-f',
      '-Lo',
      '-C',
      '-c',
      join(folder, 'snmpd.conf'),
      '-p',
      join(folder, 'pid'),
      '-I',
      '-smux',
      `udp:127.0.0.1:${port}`,
    ],
    { env: { SNMP_PERSISTENT_DIR: folder, MIBS: '' } },
  );
  await untilAnswers('snmpd', process, () => answersSnmp(port, community));
  return daemon(port, process, folder, { community });
}

export interface SnmpsimOptions {
  /** Names in `../shared/recordings` without `.snmprec.bz2`, such as `cisco-c3750`; skip first where that is absent. */
  readonly recordings?: readonly string[];
  /** Recordings of the test's own: name to text, one `oid|type|value` a line, ascending by OID. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly v3?: {
    readonly user: string;
    readonly authKey: string;
    readonly authProto: string;
    readonly privKey: string;
    readonly privProto: string;
  };
}

/** snmpsim plays recordings; the community is the recording's name (for v3 the context). */
export async function startSnmpsim(options: SnmpsimOptions): Promise<Daemon> {
  const folder = temporaryFolder('snmpsim');
  const [data, cache, variations] = ['data', 'cache', 'variations'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [data, cache, variations]) mkdirSync(path, { mode: 0o777 });
  for (const [name, text] of Object.entries(options.texts ?? {})) writeFileSync(join(data, `${name}.snmprec`), text);
  for (const name of options.recordings ?? []) {
    const packed = sharedPath('recordings', `${name}.snmprec.bz2`);
    if (!packed) throw new Error(`no recording ${name}`);
    await unpackBzip2(packed, join(data, `${name}.snmprec`));
  }
  const first = [...(options.recordings ?? []), ...Object.keys(options.texts ?? {})][0];
  if (first === undefined) throw new Error('snmpsim needs a recording');
  await giveToNobody(folder);
  const v3 = options.v3;
  const port = await freeUdpPort();
  const process = await startProcess('snmpsimd', [
    `--data-dir=${data}`,
    `--cache-dir=${cache}`,
    `--variation-modules-dir=${variations}`,
    `--agent-udpv4-endpoint=127.0.0.1:${port}`,
    '--logging-method=stdout',
    ...(isRoot() ? ['--process-user=nobody', '--process-group=nogroup'] : []),
    ...(v3
      ? [
          `--v3-user=${v3.user}`,
          `--v3-auth-key=${v3.authKey}`,
          `--v3-auth-proto=${v3.authProto}`,
          `--v3-priv-key=${v3.privKey}`,
          `--v3-priv-proto=${v3.privProto}`,
        ]
      : []),
  ]);
  // The first start builds an index of every recording.
  await untilAnswers('snmpsim', process, () => answersSnmp(port, first), 60_000);
  return daemon(port, process, folder, {});
}

const isRoot = () => process.getuid?.() === 0;

async function unpackBzip2(from: string, to: string): Promise<void> {
  const script = 'import bz2,shutil,sys; shutil.copyfileobj(bz2.open(sys.argv[1]), open(sys.argv[2], "wb"))';
  const result = await runProcess(PYTHON, ['-c', script, from, to]);
  if (result.code !== 0) throw new Error(`cannot unpack ${from}: ${result.output}`);
}

/** snmpsim refuses to stay root, and writes its indexes as the one that it becomes. */
async function giveToNobody(folder: string): Promise<void> {
  if (isRoot()) await runProcess('chown', ['-R', 'nobody:nogroup', folder]);
}

export interface VsftpdOptions {
  /** Files that are there from the beginning: relative path to text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Default `secret`. */
  readonly password?: string;
  /** FTPS: sessions must use TLS (explicit, `AUTH TLS`). */
  readonly tls?: Certificate;
}

export interface FtpDaemon extends Daemon {
  /** The folder that is served as `/`; a test may write there while it is served. */
  readonly root: string;
  /** `ftp` with the password: vsftpd's anonymous user restricted to a list of passwords, so that no account is made. */
  readonly user: string;
  readonly password: string;
}

export async function startVsftpd(options: VsftpdOptions = {}): Promise<FtpDaemon> {
  const folder = temporaryFolder('vsftpd');
  const root = join(folder, 'root');
  const password = options.password ?? 'secret';
  mkdirSync(join(folder, 'empty'), { mode: 0o555 });
  mkdirSync(root);
  writeFiles(root, options.files ?? {});
  writeFileSync(join(folder, 'passwords'), `${password}\n`);
  const port = await freeTcpPort();
  const tls = options.tls;
  const lines = [
    ...['listen=YES', 'background=NO', 'listen_address=127.0.0.1', `listen_port=${port}`, 'pasv_address=127.0.0.1'],
    ...['anonymous_enable=YES', 'local_enable=NO', `anon_root=${root}`, 'secure_email_list_enable=YES'],
    ...[`email_password_file=${join(folder, 'passwords')}`, `secure_chroot_dir=${join(folder, 'empty')}`],
    ...[
      'connect_from_port_20=NO',
      'use_localtime=NO',
      'xferlog_enable=YES',
      `vsftpd_log_file=${join(folder, 'vsftpd.log')}`,
    ],
    // A container often grants neither namespaces nor a filter of system calls.
    ...['seccomp_sandbox=NO', 'isolate=NO', 'isolate_network=NO'],
    ...(isRoot() ? [] : ['run_as_launching_user=YES']),
    ...(tls
      ? [
          ...['ssl_enable=YES', 'allow_anon_ssl=YES', 'force_anon_logins_ssl=YES', 'force_anon_data_ssl=YES'],
          ...[
            'ssl_ciphers=HIGH',
            'require_ssl_reuse=NO',
            `rsa_cert_file=${tls.cert}`,
            `rsa_private_key_file=${tls.key}`,
          ],
        ]
      : []),
  ];
  writeFileSync(join(folder, 'vsftpd.conf'), `${lines.join('\n')}\n`);
  const process = await startProcess('vsftpd', [join(folder, 'vsftpd.conf')]);
  await untilAnswers('vsftpd', process, () => acceptsTcp(port));
  return daemon(port, process, folder, { root, user: 'ftp', password });
}

export interface NginxOptions {
  /** Files that are there from the beginning: relative path to text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly tls?: Certificate;
  /** Further lines of its `server` block, such as `location /old { return 301 /new; }`. */
  readonly lines?: readonly string[];
}

export interface HttpDaemon extends Daemon {
  /** The folder that is served as `/`. */
  readonly root: string;
  /** Such as `http://127.0.0.1:12345`. */
  readonly origin: string;
}

export async function startNginx(options: NginxOptions = {}): Promise<HttpDaemon> {
  const folder = temporaryFolder('nginx');
  const root = join(folder, 'root');
  mkdirSync(root);
  writeFiles(root, options.files ?? {});
  const port = await freeTcpPort();
  const tls = options.tls;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (one) => `${one}_temp_path ${folder}/${one};`,
  );
  const configuration = `
    daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log stderr;
    events { worker_connections 256; }
    http {
      access_log ${folder}/access.log; ${temporary.join(' ')}
      types { text/html html; application/json json; application/xml xml; text/plain txt log; }
      server {
        listen 127.0.0.1:${port}${tls ? ' ssl' : ''};
        ${tls ? `ssl_certificate ${tls.cert}; ssl_certificate_key ${tls.key};` : ''}
        root ${root};
        ${(options.lines ?? []).join('\n        ')}
      }
    }`;
  writeFileSync(join(folder, 'nginx.conf'), configuration);
  const process = await startProcess('nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')]);
  await untilAnswers('nginx', process, () => acceptsTcp(port));
  return daemon(port, process, folder, { root, origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}` });
}

export interface UnboundOptions {
  /** Its own data, such as `www.example.com. A 192.0.2.1`; of names below `example.com` it knows no others. */
  readonly records: readonly string[];
  /** Further lines of its `server` clause, such as `local-zone: "x." refuse`. */
  readonly lines?: readonly string[];
}

/** A DNS server, on UDP and TCP, that asks no other one. */
export async function startUnbound(options: UnboundOptions): Promise<Daemon> {
  const folder = temporaryFolder('unbound');
  const port = await freeTcpPort();
  const lines = [
    ...['interface: 127.0.0.1', `port: ${port}`, 'access-control: 127.0.0.0/8 allow', 'do-ip6: no', 'num-threads: 1'],
    ...['do-daemonize: no', 'chroot: ""', 'username: ""', `directory: "${folder}"`, `pidfile: "${folder}/pid"`],
    ...['use-syslog: no', 'logfile: ""', 'module-config: "iterator"', 'local-zone: "example.com." static'],
    ...options.records.map((record) => `local-data: '${record}'`),
    ...(options.lines ?? []),
  ];
  writeFileSync(join(folder, 'unbound.conf'), ['server:', ...lines.map((line) => `  ${line}`), ''].join('\n'));
  const process = await startProcess('unbound', ['-d', '-c', join(folder, 'unbound.conf')]);
  await untilAnswers('unbound', process, () => acceptsTcp(port));
  return daemon(port, process, folder, {});
}

function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

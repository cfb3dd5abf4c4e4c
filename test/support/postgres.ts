/** A PostgreSQL server of a test's own: in a temporary folder, on a free loopback port, with nothing of the machine's. */
import { chmodSync, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Certificate } from './certificates.js';
import { freeTcpPort } from './ports.js';
import { type RunningProcess, runProcess, startProcess, until } from './processes.js';
import { temporaryFolder } from './temporary.js';

/** Where Debian has its programs, by version. */
const VERSIONS = '/usr/lib/postgresql';

export interface PostgresOptions {
  /** Further settings of `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly tls?: Certificate;
  /** Its data are on a disk of their own of so many MiB; see {@link PostgresServer.disk}. Needs a Linux that may mount one. */
  readonly diskMb?: number;
}

/** User `ptpmgr` with a password owns the database `ptpmgr`; the user `postgres` needs none by the socket in `folder`. */
export class PostgresServer {
  readonly port: number;
  readonly folder: string;
  readonly password: string;
  readonly #settings: readonly string[];
  /** Lives where the disk is mounted, which nobody else sees. */
  readonly #holder: RunningProcess | undefined;
  #process: RunningProcess | undefined;

  private constructor(
    port: number,
    folder: string,
    password: string,
    settings: readonly string[],
    holder: RunningProcess | undefined,
  ) {
    this.#holder = holder;
    this.port = port;
    this.folder = folder;
    this.password = password;
    this.#settings = settings;
  }

  static async start({ settings = {}, tls, diskMb }: PostgresOptions = {}): Promise<PostgresServer> {
    const folder = temporaryFolder('postgres');
    const holder = diskMb === undefined ? undefined : await mountDisk(join(folder, 'disk'), diskMb);
    const data = join(folder, 'disk', 'data');
    mkdirSync(join(folder, 'disk'), { recursive: true });
    if (tls) {
      copyFileSync(tls.cert, join(folder, 'server.crt'));
      copyFileSync(tls.key, join(folder, 'server.key'));
      chmodSync(join(folder, 'server.key'), 0o600);
    }
    if (isRoot()) await checked('chown', ['-R', 'postgres', folder]);
    const init = ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'];
    const small = holder ? ['--wal-segsize=1'] : [];
    await checked(
      ...asServer('initdb', [...init, ...small, '--auth-local=trust', '--auth-host=scram-sha-256'], holder),
    );
    const all = [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      'shared_buffers=32MB',
      'max_connections=20',
      ...(holder ? ['min_wal_size=2MB', 'max_wal_size=4MB'] : []),
      ...(tls
        ? ['ssl=on', `ssl_cert_file=${join(folder, 'server.crt')}`, `ssl_key_file=${join(folder, 'server.key')}`]
        : []),
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    ];
    const server = new PostgresServer(await freeTcpPort(), folder, 'pa ss%/@:wörd', all, holder);
    await server.run();
    await server.admin(`CREATE ROLE ptpmgr LOGIN PASSWORD '${server.password}'`);
    await server.admin('CREATE DATABASE ptpmgr OWNER ptpmgr');
    return server;
  }

  /** Without the password. */
  get url(): string {
    return `postgres://ptpmgr@127.0.0.1:${this.port}/ptpmgr`;
  }

  get place() {
    return {
      file: this.url,
      host: '127.0.0.1',
      port: this.port,
      user: 'ptpmgr',
      password: this.password,
      database: 'ptpmgr',
      tls: { mode: 'disable' },
    } as const;
  }

  /** Starts it again after a {@link stop}. */
  async run(): Promise<void> {
    const settings = this.#settings.flatMap((setting) => ['-c', setting]);
    const data = join(this.folder, 'disk', 'data');
    const command = asServer('postgres', ['-D', data, '-p', String(this.port), ...settings], this.#holder);
    const start = () => startProcess(...command);
    let process = await start();
    await until('PostgreSQL answers', async () => {
      if (process.hasEnded && !/still in use/.test(process.output))
        throw new Error(`PostgreSQL ended at once:\n${process.output.slice(-4000)}`);
      // Children of a server that was killed have its memory until they have found out.
      if (process.hasEnded) process = await start();
      return this.admin('SELECT 1').then(
        () => true,
        () => false,
      );
    });
    this.#process = process;
  }

  /** Whether its process runs: one that finds no room may end by itself. */
  get isRunning(): boolean {
    return this.#process?.hasEnded === false;
  }

  /** The disk of its own, as this process reaches it. */
  get disk(): string {
    if (!this.#holder) throw new Error('the server has no disk of its own');
    return join(`/proc/${this.#holder.pid}/root`, this.folder, 'disk');
  }

  /** In order by SIGINT, which takes a while; SIGQUIT is as a crash, SIGKILL one. */
  async stop(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL' = 'SIGQUIT'): Promise<void> {
    await this.#process?.stop(signal, 20_000);
  }

  /** As cheap as it can be, where nothing has to outlive a crash. */
  static readonly VOLATILE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };

  /** Leaves the tables of a manager's schema, and nothing in them. */
  async empty(schema: string): Promise<void> {
    await this.admin(
      `DO $$ DECLARE one record; has boolean; BEGIN
         FOR one IN SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                    WHERE nspname = '${schema}' AND relkind = 'r' AND relname NOT IN ('layout', 'writer') LOOP
           EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', '${schema}', one.relname) INTO has;
           IF one.relname ~ '^block_' THEN EXECUTE format('DROP TABLE %I.%I', '${schema}', one.relname);
           ELSIF has THEN EXECUTE format('TRUNCATE %I.%I', '${schema}', one.relname);
           END IF;
         END LOOP;
         IF to_regclass('${schema}.writer') IS NOT NULL THEN UPDATE ${schema}.writer SET event = 0; END IF;
       END $$`,
      'ptpmgr',
    );
  }

  /** As `postgres`, in the test's database or another one. @returns Rows. */
  async admin(sql: string, database = 'postgres'): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const client = new pg.Client({ host: this.folder, port: this.port, user: 'postgres', database });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end().catch(() => {});
    }
  }
}

const isRoot = () => process.getuid?.() === 0;

/** Thrown where no disk can be mounted. */
export class NoDisk extends Error {}

async function mountDisk(folder: string, megabytes: number): Promise<RunningProcess> {
  mkdirSync(folder);
  const script = 'mount -t tmpfs -o size="$2"m none "$1" && echo mounted && exec sleep infinity';
  try {
    const holder = await startProcess('unshare', ['--mount', 'sh', '-c', script, 'sh', folder, String(megabytes)]);
    await holder.waitFor(/mounted/);
    await checked('nsenter', ['-t', String(holder.pid), '-m', 'chown', 'postgres', folder]);
    return holder;
  } catch (cause) {
    throw new NoDisk('no disk can be mounted here', { cause });
  }
}

/** It refuses to run as root. */
function asServer(
  program: string,
  args: readonly string[],
  holder?: RunningProcess,
): [program: string, args: readonly string[]] {
  const version = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))[0] ?? '';
  const path = join(VERSIONS, version, 'bin', program);
  if (!isRoot()) return [path, args];
  const command = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', path, ...args];
  const [first = '', ...others] = holder ? ['nsenter', '-t', String(holder.pid), '-m', ...command] : command;
  return [first, others];
}

async function checked(program: string, args: readonly string[]): Promise<void> {
  const { code, output } = await runProcess(program, args, { cwd: '/' });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${output}`);
}

/** The Zabbix 6 server with its database, both as they are configured by default, for devices that are put in by SQL. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { programPath } from '../../support/counterparts.js';
import { freeTcpPort } from '../../support/ports.js';
import { benchFolder, Daemon } from '../daemon.js';
import { COMMUNITY } from '../snmp/work.js';
import { type Devices, hosts, LIMITS, type Subject, VALUES } from './subject.js';

export const ZABBIX_PACKAGES = 'zabbix-server-pgsql postgresql';
const SQL = '/usr/share/zabbix-server-pgsql';
const POSTGRES = '/usr/lib/postgresql';

/** Neither of them runs as root. */
const NOBODY = { uid: 65534, gid: 65534 };
const as = process.getuid?.() === 0 ? NOBODY : undefined;

/** Debian keeps the programs of each version in a folder of its own. */
function postgresProgram(name: string): string | undefined {
  const versions = existsSync(POSTGRES) ? readdirSync(POSTGRES).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => programPath(join(POSTGRES, version, 'bin', name))).find(Boolean);
}

export const hasZabbix = (): boolean =>
  programPath('zabbix_server') !== undefined && existsSync(SQL) && postgresProgram('initdb') !== undefined;

class Database {
  readonly daemon: Daemon;
  readonly port: number;

  private constructor(daemon: Daemon, port: number) {
    this.daemon = daemon;
    this.port = port;
  }

  static async start(folder: string): Promise<Database> {
    const data = join(folder, 'database');
    const initdb = await Daemon.start(
      postgresProgram('initdb') ?? '',
      ['-D', data, '-U', 'zabbix', '-A', 'trust', '-E', 'UTF8', '--locale=C'],
      { as, cwd: folder },
    );
    await initdb.ended;
    const port = await freeTcpPort();
    const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`];
    const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
    // Its fast way to end, which waits for nobody.
    const options = { as, cwd: folder, stopBy: 'SIGINT' } as const;
    const daemon = await Daemon.start(postgresProgram('postgres') ?? '', args, options);
    const database = new Database(daemon, port);
    await daemon.until('it answered', () =>
      database.ask('SELECT 1').then(
        () => true,
        () => false,
      ),
    );
    return database;
  }

  async ask(sql: string): Promise<string> {
    return (await this.#psql('-c', sql)).trim();
  }

  async run(file: string): Promise<void> {
    await this.#psql('-1', '-f', file);
  }

  async #psql(...args: readonly string[]): Promise<string> {
    const to = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'zabbix', '-d', 'postgres'];
    const how = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'];
    return (await promisify(execFile)('psql', [...to, ...how, ...args], { maxBuffer: 1 << 26 })).stdout;
  }
}

const shipped = (name: string): string => gunzipSync(readFileSync(join(SQL, `${name}.sql.gz`))).toString();

/** Tables without which the server does not start. */
const KEPT = ['role', 'users', 'hstgrp', 'usrgrp', 'users_groups', 'config', 'globalmacro'];

/** Templates that nothing here uses are most of what is shipped. */
const withoutTemplates = (sql: string): string =>
  sql
    .split(/^(?=INSERT INTO )/m)
    .filter((statement) => KEPT.includes(/^INSERT INTO (\w+)/.exec(statement)?.[1] ?? ''))
    .join('')
    .replaceAll('COMMIT;', '')
    .replaceAll('START TRANSACTION;', '');

/** Ids of our own, above those of what is shipped. */
const BASE = 1_000_000;
/** Of Zabbix: an item read by SNMP, a whole number, and the step that makes a rate of a counter. */
const [SNMP_AGENT, UNSIGNED, CHANGE_PER_SECOND, SNMP_INTERFACE] = [20, 3, 10, 2];

function devicesSql(devices: Devices): string {
  const { port, intervalS } = devices;
  const tables = new Map<string, string[]>();
  const add = (table: string, row: Readonly<Record<string, string | number>>): void => {
    const head = `${table} (${Object.keys(row).join(', ')})`;
    const values = Object.values(row).map((value) => (typeof value === 'number' ? value : `'${value}'`));
    const rows = tables.get(head) ?? [];
    if (rows.length === 0) tables.set(head, rows);
    rows.push(`(${values.join(', ')})`);
  };
  hosts(devices).forEach((ip, at) => {
    const id = BASE + at;
    add('hosts', { hostid: id, host: `d${at}`, name: `d${at}` });
    add('interface', { interfaceid: id, hostid: id, main: 1, type: SNMP_INTERFACE, ip, port: String(port) });
    add('interface_snmp', { interfaceid: id, community: COMMUNITY });
    VALUES.forEach(({ name, oid, isCounter }, which) => {
      const itemid = BASE + at * VALUES.length + which;
      const asked = { type: SNMP_AGENT, snmp_oid: oid, delay: `${intervalS}s`, value_type: UNSIGNED };
      add('items', { itemid, hostid: id, interfaceid: id, name, key_: name, ...asked });
      add('item_rtdata', { itemid });
      if (isCounter) add('item_preproc', { item_preprocid: itemid, itemid, step: 1, type: CHANGE_PER_SECOND });
      const limit = Object.entries(LIMITS).find(([limited]) => limited === name)?.[1];
      if (limit === undefined) return;
      const description = `${name} is beyond its limit`;
      add('triggers', { triggerid: itemid, expression: `{${itemid}}>${limit}`, description, priority: 2 });
      add('functions', { functionid: itemid, itemid, triggerid: itemid, name: 'last', parameter: '$' });
    });
  });
  return [...tables].map(([head, rows]) => `INSERT INTO ${head} VALUES\n${rows.join(',\n')};`).join('\n');
}

/** Zabbix takes none above this for its own port, which is where the system begins to give free ones. */
const MOST_PORT = 32_767;

async function lowTcpPort(): Promise<number> {
  for (let port = MOST_PORT; ; port--) {
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

export async function startZabbix(devices: Devices): Promise<Subject> {
  const folder = benchFolder('zabbix');
  chmodSync(folder, 0o755);
  if (as) chownSync(folder, as.uid, as.gid);
  const database = await Database.start(folder);
  writeFileSync(join(folder, 'schema.sql'), shipped('schema'));
  writeFileSync(join(folder, 'data.sql'), withoutTemplates(shipped('data')));
  await database.run(join(folder, 'schema.sql'));
  await database.run(join(folder, 'data.sql'));
  writeFileSync(join(folder, 'devices.sql'), devicesSql(devices));
  await database.run(join(folder, 'devices.sql'));
  const file = join(folder, 'zabbix_server.conf');
  const [port, log] = [await lowTcpPort(), join(folder, 'log')];
  mkdirSync(join(folder, 'scripts'));
  const lines = [
    ...['ListenIP=127.0.0.1', `ListenPort=${port}`, `LogFile=${log}`, `PidFile=${folder}/pid`, `SocketDir=${folder}`],
    ...['DBHost=127.0.0.1', `DBPort=${database.port}`, 'DBName=postgres', 'DBUser=zabbix', 'Timeout=4'],
    ...[`AlertScriptsPath=${folder}/scripts`, `ExternalScripts=${folder}/scripts`],
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const daemon = await Daemon.start('zabbix_server', ['-f', '-c', file], { as, cwd: folder, env: { MIBS: '' } });
  const current = async () =>
    Number(
      await database.ask(
        `SELECT count(DISTINCT itemid / ${VALUES.length}) FROM history_uint WHERE clock >= extract(epoch FROM now()) - ${1.5 * devices.intervalS}`,
      ),
    );
  await daemon
    .until('it stored values', async () => (await current()) > 0, 120_000)
    .catch((error: unknown) => {
      throw new Error(`${String(error)}\n${existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : ''}`);
    });
  return {
    name: 'Zabbix server and its database',
    cpuUs: () => daemon.cpuUs() + database.daemon.cpuUs(),
    current,
    async stop() {
      await daemon.stop();
      await database.daemon.stop();
    },
  };
}

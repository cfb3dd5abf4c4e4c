/** Debian's rsyslogd, which writes what it receives, taken apart, as lines of JSON. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from './certificates.js';
import { acceptsTcp, type Daemon } from './daemons.js';
import { freeTcpPort, freeUdpPort } from './ports.js';
import { startProcess, until } from './processes.js';
import { temporaryFolder } from './temporary.js';

export interface SyslogLine {
  readonly severity: string;
  readonly facility: string;
  readonly time: string;
  readonly host: string;
  readonly app: string;
  readonly process: string;
  readonly id: string;
  /** The structured data, as sent. */
  readonly data: string;
  readonly text: string;
}

export interface SyslogDaemon extends Daemon {
  readonly ports: { readonly udp: number; readonly tcp: number; readonly tls: number };
  /** Received so far. */
  lines(): readonly SyslogLine[];
}

const FIELDS: readonly (readonly [name: keyof SyslogLine, property: string])[] = [
  ['severity', 'syslogseverity-text'],
  ['facility', 'syslogfacility-text'],
  ['time', 'timereported" dateFormat="rfc3339'],
  ['host', 'hostname'],
  ['app', 'app-name'],
  ['process', 'procid'],
  ['id', 'msgid'],
  ['data', 'structured-data'],
  ['text', 'msg'],
];

/** Counterpart `rsyslogd`. @param ca Path of the authority that clients would need. */
export async function startRsyslogd(tls: Certificate, ca: string): Promise<SyslogDaemon> {
  const folder = temporaryFolder('rsyslogd');
  const ports = { udp: await freeUdpPort(), tcp: await freeTcpPort(), tls: await freeTcpPort() };
  const out = join(folder, 'received');
  const properties = FIELDS.map(
    ([name, property]) =>
      `constant(value="\\"${name}\\":\\"") property(name="${property}" format="json") constant(value="\\"")`,
  );
  const lines = [
    `global(workDirectory="${folder}" maxMessageSize="16k" defaultNetstreamDriverCAFile="${ca}"`,
    `  defaultNetstreamDriverCertFile="${tls.cert}" defaultNetstreamDriverKeyFile="${tls.key}")`,
    'module(load="imudp") module(load="imtcp")',
    `template(name="json" type="list") { constant(value="{") ${properties.join(' constant(value=",") ')} constant(value="}\\n") }`,
    `ruleset(name="all") { action(type="omfile" file="${out}" template="json" flushOnTXEnd="on") }`,
    `input(type="imudp" address="127.0.0.1" port="${ports.udp}" ruleset="all")`,
    `input(type="imtcp" address="127.0.0.1" port="${ports.tcp}" ruleset="all")`,
    `input(type="imtcp" address="127.0.0.1" port="${ports.tls}" ruleset="all"`,
    '  streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")',
  ];
  const file = join(folder, 'rsyslog.conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const process = await startProcess('rsyslogd', ['-n', '-f', file, '-i', join(folder, 'pid')]);
  await until('rsyslogd listens', () => acceptsTcp(ports.tls));
  return {
    port: ports.udp,
    ports,
    process,
    folder,
    lines: () =>
      existsSync(out)
        ? readFileSync(out, 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as SyslogLine)
        : [],
    stop: async () => void (await process.stop()),
  };
}

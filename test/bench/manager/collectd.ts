/** collectd: its plugin `snmp`, thresholds, and RRD files that are written as values come, as is its default. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder, Daemon } from '../daemon.js';
import { COMMUNITY } from '../snmp/work.js';
import { currentOf, type Devices, hosts, LIMITS, type Subject, VALUES } from './subject.js';

export const COLLECTD_PACKAGES = 'collectd-core librrd8 libsnmp40';

/** The ten values are one type, so that they are asked for by one message and stand in one file. */
const TYPE = 'bench';

function configuration(folder: string, devices: Devices): string {
  const { port, intervalS } = devices;
  return `
Hostname "bench"
FQDNLookup false
BaseDir "${folder}"
PIDFile "${folder}/pid"
TypesDB "/usr/share/collectd/types.db" "${folder}/types.db"
Interval ${intervalS}
LoadPlugin logfile
<Plugin logfile>
  LogLevel warning
  File STDERR
</Plugin>
LoadPlugin snmp
LoadPlugin rrdtool
LoadPlugin threshold
<Plugin snmp>
  <Data "values">
    Table false
    Type "${TYPE}"
    Values ${VALUES.map(({ oid }) => `".${oid}"`).join(' ')}
  </Data>
${hosts(devices)
  .map(
    (host, at) =>
      `  <Host "d${at}">\n    Address "${host}:${port}"\n    Version 2\n    Community "${COMMUNITY}"\n    Collect "values"\n  </Host>`,
  )
  .join('\n')}
</Plugin>
<Plugin rrdtool>
  DataDir "${folder}/rrd"
  # One of five archives, or a thousand files take more than a gigabyte.
  RRATimespan 3600
</Plugin>
<Plugin threshold>
  <Plugin "snmp">
${Object.entries(LIMITS)
  .map(([name, limit]) => `    <Type "${TYPE}">\n      DataSource "${name}"\n      WarningMax ${limit}\n    </Type>`)
  .join('\n')}
  </Plugin>
</Plugin>
`;
}

export async function startCollectd(devices: Devices): Promise<Subject> {
  const folder = benchFolder('collectd');
  const file = join(folder, 'collectd.conf');
  writeFileSync(file, configuration(folder, devices));
  const sources = VALUES.map(({ name, isCounter }) => `${name}:${isCounter ? 'DERIVE' : 'GAUGE'}:0:U`);
  writeFileSync(join(folder, 'types.db'), `${TYPE} ${sources.join(', ')}\n`);
  const daemon = await Daemon.start('collectd', ['-f', '-C', file], { env: { MIBS: '' } });
  const written = () =>
    hosts(devices).map(
      (_, at) =>
        statSync(join(folder, 'rrd', `d${at}`, 'snmp', `${TYPE}.rrd`), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    );
  await daemon.until('it wrote', () => written().some((ms) => ms > 0));
  return {
    name: 'collectd',
    cpuUs: () => daemon.cpuUs(),
    current: () => currentOf(written(), devices),
    stop: () => daemon.stop(),
  };
}

/** Debian's snmptrapd, which prints what it receives, decoded by the MIB of this package. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagePath } from '../../src/base/paths.js';
import type { Daemon } from './daemons.js';
import { freeUdpPort } from './ports.js';
import { startProcess } from './processes.js';
import { temporaryFolder } from './temporary.js';

/** Modules of the IETF that ours imports; Debian's own packages leave them out. */
export const MIB_FOLDERS: readonly string[] = [
  packagePath('schemas'),
  packagePath('node_modules', 'net-snmp', 'lib', 'mibs'),
];

/**
 * Counterpart `snmptrapd`.
 *
 * @param lines Of its configuration, such as `authCommunity log public`.
 */
export async function startSnmptrapd(lines: readonly string[]): Promise<Daemon> {
  const folder = temporaryFolder('snmptrapd');
  const port = await freeUdpPort();
  const file = join(folder, 'snmptrapd.conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const process = await startProcess(
    'snmptrapd',
    ['-f', '-Lo', '-C', '-c', file, '-p', join(folder, 'pid'), '-I', '-smux', `udp:127.0.0.1:${port}`],
    { env: { SNMP_PERSISTENT_DIR: folder, MIBDIRS: MIB_FOLDERS.join(':'), MIBS: 'SNMPv2-MIB:PTPMGR-MIB' } },
  );
  await process.waitFor(/NET-SNMP version/);
  return { port, process, folder, stop: async () => void (await process.stop()) };
}

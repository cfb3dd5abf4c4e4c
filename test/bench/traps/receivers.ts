/** Who receives traps in the measurement: our whole manager, and net-snmp's daemon. */
import { existsSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asNumber, asText, connect } from '../../../src/store/sqlite/driver.js';
import { UnpackedEvents } from '../../../src/store/sqlite/event-pack.js';
import { freeUdpPort } from '../../support/ports.js';
import { benchFolder, Daemon } from '../daemon.js';
import { PollingManager } from '../devices/polling-manager.js';
import { COMMUNITY, hostOf } from '../snmp/work.js';
import { PORT_CHANGED } from './senders.js';

export interface Receiver {
  readonly port: number;
  /** User and system, since its start. */
  cpuUs(): number;
  /** Traps that are on disk. */
  stored(): number;
  stop(): Promise<void>;
}

/** A manager that has the senders among its devices, and says of their traps what they are to become. */
export async function ourReceiver(devices: number, flags: readonly string[] = []): Promise<Receiver> {
  const port = await freeUdpPort();
  const elements = Array.from({ length: devices }, (_, at) => `<DEVICE id="d${at}" ip="${hostOf(at)}"/>`);
  const body = `
    <CREDENTIALS><CREDENTIAL id="read" community="${COMMUNITY}"/></CREDENTIALS>
    <DEVICES>${elements.join('')}</DEVICES>
    <EVENTS><EVENT name="linkUp" action="ignore"/><EVENT name="linkDown" severity="major" action="store"/>
      <EVENT name="${PORT_CHANGED.replaceAll('.', String.raw`\.`)}" action="store"/></EVENTS>
    <TRAPS bind="127.0.0.1:${port}" credential="read"/>`;
  const folder = benchFolder('receiver');
  const manager = await PollingManager.start({ folder, id: 'BENCH', body, flags });
  const reader = connect(join(folder, 'BENCH', 'store.db'));
  const newer = reader.prepare('SELECT first, data FROM event_block JOIN event_data USING (first) WHERE last > ?');
  let [count, last] = [0, 0];
  return {
    port,
    cpuUs: () => 1000 * manager.cpuMs(),
    stop: () => manager.stop(),
    stored() {
      const before = last;
      for (const [first, data] of newer.rows(before))
        for (const { id, name } of new UnpackedEvents(asNumber(first), asText(data)).all()) {
          if (id > before && (name === 'linkDown' || name === PORT_CHANGED)) count += 1;
          last = Math.max(last, id);
        }
      return count;
    },
  };
}

/** It writes a line for each into a file, without names of a MIB and without looking up addresses. */
export async function snmptrapd(): Promise<Receiver> {
  const port = await freeUdpPort();
  const folder = benchFolder('snmptrapd');
  const [file, log] = [join(folder, 'snmptrapd.conf'), join(folder, 'log')];
  writeFileSync(
    file,
    `authCommunity log ${COMMUNITY}\ndoNotRetainNotificationLogs yes\n[snmp] serverRecvBuf 4194304\n`,
  );
  const daemon = await Daemon.start(
    'snmptrapd',
    ['-f', '-C', '-c', file, '-Lf', log, '-n', '-p', join(folder, 'pid'), '-I', '-smux', `udp:127.0.0.1:${port}`],
    { env: { SNMP_PERSISTENT_DIR: folder, MIBS: '' } },
  );
  await daemon.until('it listened', () => existsSync(log) && readFileSync(log, 'latin1').includes('NET-SNMP'));
  const lines = openSync(log, 'r');
  const part = Buffer.alloc(1 << 16);
  let [count, rest] = [0, ''];
  return {
    port,
    cpuUs: () => daemon.cpuUs(),
    stop: () => daemon.stop(),
    stored() {
      // Each trap is two lines, of which the first ends with the name of its sender in brackets.
      for (let length = readSync(lines, part); length > 0; length = readSync(lines, part)) {
        const text = rest + part.toString('latin1', 0, length);
        const ends = text.split(']:\n');
        count += ends.length - 1;
        rest = (ends.at(-1) ?? '').slice(-2);
      }
      return count;
    },
  };
}

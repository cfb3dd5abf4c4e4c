/** Our manager, which finds out by itself what there is to be read of a device, stores all of it, and derives the rates. */

import { benchFolder } from '../daemon.js';
import { PollingManager } from '../devices/polling-manager.js';
import { COMMUNITY } from '../snmp/work.js';
import { type Devices, hosts, LIMITS, type Subject } from './subject.js';

export async function startOurs(devices: Devices, flags: readonly string[] = []): Promise<Subject> {
  const { port, intervalS, count } = devices;
  const access = `<ACCESS method="snmp" credential="read" port="${port}" interval="${intervalS}s">
    <THRESHOLD metric="ifInOctets.rate" above="${8 * LIMITS.inoctets}"/>
    <THRESHOLD metric="ifOperStatus" above="${LIMITS.oper}" severity="major"/></ACCESS>`;
  const elements = hosts(devices).map((host, at) => `<DEVICE id="d${at}" ip="${host}">${access}</DEVICE>`);
  const manager = await PollingManager.start({
    folder: benchFolder('ours'),
    id: 'BENCH',
    body: `<SECURITY anonymous="viewer"/>
      <CREDENTIALS><CREDENTIAL id="read" community="${COMMUNITY}"/></CREDENTIALS>
      <DEVICES>${elements.join('\n')}</DEVICES>`,
    flags,
  });
  let last = { polls: 0, atMs: performance.now() };
  return {
    name: 'ptpmgr',
    cpuUs: () => manager.cpuMs() * 1000,
    async current() {
      const polls = (await manager.figures()).get('ptpmgr_polls_total') ?? 0;
      const now = { polls, atMs: performance.now() };
      const due = ((now.atMs - last.atMs) / 1000 / intervalS) * count;
      const done = now.polls - last.polls;
      last = now;
      return Math.min(count, Math.round((done / due) * count));
    },
    stop: () => manager.stop(),
  };
}

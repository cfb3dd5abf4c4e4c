/**
 * One manager that polls many devices: CPU, memory, how late polls are and how late its heartbeats would be.
 *
 *   npm run bench -- devices --devices 10000 --minutes 15
 *
 * `--interfaces` of each device have some twenty values each, ten of them read and the others derived. `--pool` has a
 * second manager in the pool, which keeps what it would need to take over. `--flags` are given to the manager's Node.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { OPEN_POOL_KEY } from '../../../src/peer/security/pool-keys.js';
import { compiled } from '../compiled.js';
import { Program } from '../program.js';
import { Beats } from './beats.js';
import { PollingManager } from './polling-manager.js';

const KEY = 'of the measurement only';
const SECOND_MS = 1000;

export async function benchDevices(print: (text: string) => void, args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: 'string', default: '1000' },
      interfaces: { type: 'string', default: '10' },
      interval: { type: 'string', default: '30' },
      settle: { type: 'string' },
      minutes: { type: 'string', default: '0.5' },
      pool: { type: 'boolean', default: false },
      flags: { type: 'string', default: '' },
    },
  });
  const { devices, interfaces, interval, minutes } = values;
  const sources = ['snmp/agent.c', 'snmp/ber.c', 'devices/mib.c', 'snmp/usm.c'];
  const responder = await compiled('devices', sources, ['crypto']);
  if (!responder) return print('devices are not measured: apt-get install gcc libssl-dev');
  const { program: agent, line } = await Program.start(responder, ['-', '-'], { INTERFACES: interfaces });
  const folder = mkdtempSync(join(tmpdir(), 'ptpmgr-bench-'));
  const pool = `<POOL name="bench" key="${KEY}" priority="10"/><SECURITY anonymous="viewer"/>`;
  const ended: (() => Promise<void>)[] = [() => agent.stop()];
  try {
    const manager = await PollingManager.start({
      folder,
      id: 'EM1',
      body: `${values.pool ? pool : '<SECURITY anonymous="viewer"/>'}${devicesXml(Number(devices), line, interval)}`,
      flags: values.flags.split(' ').filter((flag) => flag !== ''),
    });
    // Of a pool, whoever ends first hands all over, and whoever ends last has nobody left: nothing of it is measured.
    const end = async (one: PollingManager): Promise<void> => (values.pool ? one.kill() : one.stop());
    ended.push(() => end(manager));
    print(`${devices} devices: ready after ${manager.readyMs.toFixed(0)} ms, ${manager.residentMb().toFixed(0)} MB`);
    if (values.pool) {
      const address = `uri="${new URL(manager.url).origin}" context="ptpmgr/em"`;
      const first = `<NEIGHBORS><EMANAGER id="EM1"><HOST dnsname="localhost"><HTTP_SERVER ${address}/></HOST></EMANAGER></NEIGHBORS>`;
      const second = await PollingManager.start({ folder, id: 'EM2', body: `${first}${pool}` });
      ended.push(() => end(second));
    }
    const beats = new Beats(
      { id: 'EM1', origin: new URL(manager.url).origin, socketPort: manager.socketPort },
      values.pool ? KEY : OPEN_POOL_KEY,
    );
    ended.push(() => beats.close());
    // Every device has been looked at, and twice in its rhythm, so that there are rates.
    await wait((values.settle === undefined ? 2.5 * Number(interval) : Number(values.settle)) * SECOND_MS);
    print(await measured(manager, beats, Number(minutes) * 60));
  } finally {
    for (const end of ended.reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(manager: PollingManager, beats: Beats, seconds: number): Promise<string> {
  const polls = async (): Promise<readonly number[]> => {
    const figures = await manager.figures();
    return ['ptpmgr_polls_total', 'ptpmgr_polls_failed_total', 'ptpmgr_access_count unanswered'].map(
      (name) => figures.get(name) ?? 0,
    );
  };
  const [done = 0, failed = 0, lost = 0] = await polls();
  beats.look();
  const cpuMs = manager.cpuMs();
  const startedMs = performance.now();
  let mostMb = 0;
  let lagMs = 0;
  while (performance.now() - startedMs < seconds * SECOND_MS) {
    await wait(Math.min(10_000, seconds * SECOND_MS));
    mostMb = Math.max(mostMb, manager.residentMb());
    // Of the last minute.
    lagMs = Math.max(lagMs, 1000 * ((await manager.figures()).get('ptpmgr_poll_lag_seconds') ?? 0));
  }
  const passedMs = performance.now() - startedMs;
  const usedMs = manager.cpuMs() - cpuMs;
  const [doneNow = 0, failedNow = 0, lostNow = 0] = await polls();
  const late = beats.look();
  const count = doneNow - done;
  return [
    `in ${(passedMs / SECOND_MS).toFixed(0)} s`,
    `${count} polls (${((count * SECOND_MS) / passedMs).toFixed(1)} a second), ${failedNow - failed} failed, ${lostNow - lost} questions without an answer`,
    `CPU ${((100 * usedMs) / passedMs).toFixed(1)} % of a core, ${((1000 * usedMs) / count).toFixed(0)} us a poll`,
    `resident ${mostMb.toFixed(0)} MB`,
    `latest poll ${lagMs.toFixed(0)} ms after its time`,
    `asked ${late.asked} times whether it is there: ${late.failed} without an answer, p99 ${late.p99.toFixed(1)} ms, at most ${late.max.toFixed(1)} ms`,
  ].join('\n  ');
}

function devicesXml(count: number, port: string, interval: string): string {
  const access =
    `<ACCESS method="snmp" version="2c" port="${port}" interval="${interval}s" timeout="2s">` +
    '<THRESHOLD metric="ifInOctets.rate" above="90%" for="5m"/><THRESHOLD metric="ifOperStatus" above="1" severity="major"/>' +
    '</ACCESS>';
  const devices = Array.from({ length: count }, (_, at) => {
    const address = `127.${1 + (at >> 14)}.${(at >> 7) & 127}.${1 + (at & 127)}`;
    return `<DEVICE id="switch-${at}" ip="${address}" label="Switch ${at}">${access}</DEVICE>`;
  });
  return `<DEVICES>${devices.join('\n')}</DEVICES>`;
}

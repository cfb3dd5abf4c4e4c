/**
 * Whole managers side by side: our own, collectd, and the Zabbix server with its database, which at the same time ask the
 * same devices for the same values in the same rhythm, make rates of the counters, hold them against thresholds and
 * store them.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { programPath } from '../../support/counterparts.js';
import { compiled } from '../compiled.js';
import { Program } from '../program.js';
import { median, type Row, table } from '../row.js';
import { COLLECTD_PACKAGES, startCollectd } from './collectd.js';
import { startOurs } from './ours.js';
import type { Devices, Subject } from './subject.js';
import { hasZabbix, startZabbix, ZABBIX_PACKAGES } from './zabbix.js';

const COUNT = 1000;
const INTERVAL_S = 5;
const ROUNDS = 6;
/** Of a round, and of what goes before the first: files are made, and what is compiled while it runs has to have run often. */
const [ROUND_S, WARMING_S] = [20, 180];
/** A manager that meets a device for the first time asks much more of it than later. */
const MOST_WARMING_S = 300;
const BARS: Readonly<Record<string, number>> = { collectd: 1.3 };
const ZABBIX_BAR = 1 / 3;
/** Of the devices: with fewer it would not be the same work. */
const LEAST_CURRENT = 0.95;

export async function benchManager(print: (text: string) => void): Promise<void> {
  const responder = await compiled(
    'devices',
    ['snmp/agent.c', 'snmp/ber.c', 'devices/mib.c', 'snmp/usm.c'],
    ['crypto'],
  );
  if (!responder) return print('managers are not measured: apt-get install gcc libssl-dev');
  const hasCollectd = programPath('collectd') !== undefined;
  if (!hasCollectd) print(`collectd is not installed: apt-get install ${COLLECTD_PACKAGES}`);
  if (!hasZabbix()) print(`Zabbix is not installed: apt-get install ${ZABBIX_PACKAGES}`);
  const { program: agent, line } = await Program.start(responder, ['-', '-'], { INTERFACES: '1' });
  const devices: Devices = { count: COUNT, port: Number(line), intervalS: INTERVAL_S };
  const subjects: Subject[] = [];
  try {
    if (hasZabbix()) subjects.unshift(await startZabbix(devices));
    if (hasCollectd) subjects.unshift(await startCollectd(devices));
    subjects.unshift(await startOurs(devices));
    for (
      let waited = 0;
      waited < WARMING_S || (waited < MOST_WARMING_S && !(await allKeepUp(subjects)));
      waited += ROUND_S
    )
      await wait(ROUND_S * 1000);
    const rounds: number[][] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measured(subjects, devices));
    const of = (at: number) => rounds.map((us) => us[at] ?? Number.NaN);
    const rows = subjects.slice(1).map(
      ({ name }, at): Row => ({
        work: `${COUNT} devices, ${INTERVAL_S} s, 10 values each`,
        oursUs: median(of(0)),
        peer: name,
        peerUs: median(of(at + 1)),
        ratio: median(rounds.map((us) => (us[0] ?? Number.NaN) / (us[at + 1] ?? Number.NaN))),
        bar: BARS[name] ?? ZABBIX_BAR,
      }),
    );
    print(rows.length > 0 ? `\n${table(rows)}\n` : `a device's ten values: ${median(of(0)).toFixed(0)} us CPU`);
  } finally {
    for (const subject of subjects) await subject.stop();
    await agent.stop();
  }
}

async function allKeepUp(subjects: readonly Subject[]): Promise<boolean> {
  const current = await Promise.all(subjects.map((subject) => subject.current()));
  return current.every((count) => count >= LEAST_CURRENT * COUNT);
}

/** CPU of each for one device in one interval, microseconds. @throws When one does not keep up. */
async function measured(subjects: readonly Subject[], { count, intervalS }: Devices): Promise<number[]> {
  for (const subject of subjects) await subject.current();
  const beganMs = performance.now();
  const before = subjects.map((subject) => subject.cpuUs());
  await wait(ROUND_S * 1000);
  const used = subjects.map((subject, at) => subject.cpuUs() - (before[at] ?? 0));
  const polls = (count * (performance.now() - beganMs)) / 1000 / intervalS;
  for (const subject of subjects) {
    const current = await subject.current();
    if (current < LEAST_CURRENT * count)
      throw new Error(`${subject.name} has stored ${current} of ${count} devices in time: it is not the same work`);
  }
  return used.map((us) => us / polls);
}

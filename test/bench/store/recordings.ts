/**
 * Interfaces of real devices: which of them are busy and which never had a packet, how far their counters have come, and
 * at which rate since the device was started, is recorded; how they go on from there is made up. Switches have many ports
 * that nothing is plugged into, so this takes less than devices of which every port is busy.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sharedPath } from '../../support/shared.js';
import { COUNTERS, chance, Device, type InterfaceStart } from './devices.js';
import { chart, DAY, Filling, HOUR, NOW, type Print, SECOND, sizes, withStore } from './filling.js';

const SPAN_MS = 2 * DAY;
const UPTIME = '1.3.6.1.2.1.1.3.0';
const IF_ENTRY = '1.3.6.1.2.1.2.2.1';
const IF_X_ENTRY = '1.3.6.1.2.1.31.1.1.1';
/** Where each of {@link COUNTERS} stands: of 64 bits, where there is one, before that of 32. */
const PLACES: Readonly<Record<(typeof COUNTERS)[number]['metric'], readonly string[]>> = {
  ifInOctets: [`${IF_X_ENTRY}.6`, `${IF_ENTRY}.10`],
  ifOutOctets: [`${IF_X_ENTRY}.10`, `${IF_ENTRY}.16`],
  ifInUcastPkts: [`${IF_X_ENTRY}.7`, `${IF_ENTRY}.11`],
  ifOutUcastPkts: [`${IF_X_ENTRY}.11`, `${IF_ENTRY}.17`],
  ifInErrors: [`${IF_ENTRY}.14`],
  ifOutErrors: [`${IF_ENTRY}.20`],
  ifInDiscards: [`${IF_ENTRY}.13`],
  ifOutDiscards: [`${IF_ENTRY}.19`],
};
/** Of a device whose recording does not say how long it has been up. */
const SOME_UPTIME_S = 100 * 86_400;

/** A recording: one object a line, as `oid|type|value`. Pure. */
export function interfacesOf(text: string): readonly InterfaceStart[] {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [oid = '', type = '', value = ''] = line.split('|');
    if (/^\d+$/.test(type) && /^\d+$/.test(value)) values.set(oid, Number(value));
  }
  const uptimeS = (values.get(UPTIME) ?? 100 * SOME_UPTIME_S) / 100;
  const of = (places: readonly string[], row: string): number => {
    for (const place of places) {
      const value = values.get(`${place}.${row}`);
      if (value !== undefined) return value;
    }
    return 0;
  };
  const rows = [...values.keys()].flatMap((oid) =>
    oid.startsWith(`${IF_ENTRY}.8.`) ? oid.slice(IF_ENTRY.length + 3) : [],
  );
  return rows.map((row) => {
    const counts = COUNTERS.map(({ metric }) => of(PLACES[metric], row));
    return {
      name: `if${row}`,
      counts,
      rates: counts.map((count) => count / uptimeS),
      speed: of([`${IF_ENTRY}.5`], row),
      status: of([`${IF_ENTRY}.8`], row),
    };
  });
}

const SUFFIX = '.snmprec.bz2';

function recordedDevices(folder: string): readonly Device[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .sort();
  return files.map((name, at) => {
    const text = execFileSync('bzip2', ['-dc', join(folder, name)], { encoding: 'latin1', maxBuffer: 2 ** 28 });
    return new Device(name.slice(0, -SUFFIX.length), interfacesOf(text), chance(7 + at));
  });
}

export async function measureRecordings(print: Print, samples: number): Promise<void> {
  const folder = sharedPath('recordings');
  if (folder === undefined) return print('real devices are left out: ../shared/recordings is not beside this checkout');
  const devices = recordedDevices(folder);
  const width = devices.reduce((sum, one) => sum + one.width, 0);
  const intervalMs = Math.max(Math.ceil((SPAN_MS * width) / samples / (30 * SECOND)), 1) * 30 * SECOND;
  await withStore(async (store, dir) => {
    const filling = new Filling(store);
    await filling.fill(devices, NOW - SPAN_MS, intervalMs);
    const { count } = filling;
    print(
      `\n${(count / 1e6).toFixed(1)} million samples of ${devices.length} recorded devices: ${width} values every ${intervalMs / SECOND} s for two days`,
    );
    filling.print(print);
    await store.sealSamples(NOW + DAY, 'all');
    sizes(print, dir, count);
    const [device] = devices.toSorted((a, b) => b.width - a.width);
    const instance = device?.busiest;
    if (!device || instance === undefined) return;
    await chart(print, store, 'an hour (90 s), of the largest', {
      device,
      spanMs: HOUR,
      stepMs: 90 * SECOND,
      instance,
    });
    await chart(print, store, 'a day (5 min), of the largest', { device, spanMs: DAY, stepMs: 300 * SECOND, instance });
  });
}

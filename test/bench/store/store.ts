/**
 * What samples take on disk, what it costs to put them away, and how long charts, figures and retention take.
 *
 *   npm run bench -- store --millions 10
 *
 * Half of the samples are two days of a few devices that are polled every 30 s, the other half is a year of a smaller one.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemEnv } from '../../../src/base/system-env.js';
import { connect } from '../../../src/store/sqlite/driver.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { PollRecord, Store } from '../../../src/store/store.js';
import { median } from '../row.js';
import { Device } from './devices.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
/** The end of all samples: the beginning of a day. */
const NOW = 20_000 * DAY;
/** Polls that share a call. */
const TOGETHER = 50;
const ROUNDS = 7;

type Print = (text: string) => void;

export async function benchStore(print: Print, args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { millions: { type: 'string', default: '10' } } });
  const samples = Number(values.millions) * 1e6;
  const dir = mkdtempSync(join(tmpdir(), 'ptpmgr-bench-store-'));
  try {
    const store = await openSqliteStore({ dir, env: systemEnv('warn'), manager: 'EM1' });
    try {
      await measure(print, store, dir, samples);
    } finally {
      await store.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(print: Print, store: Store, dir: string, samples: number): Promise<void> {
  const small = new Device('year', 3, 1);
  const everyMs = Math.max(Math.round((YEAR * small.width) / (samples / 2) / SECOND), 1) * SECOND;
  let count = 0;
  let [storeMs, sealMs] = [0, 0];
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const fill = async (devices: readonly Device[], from: number, intervalMs: number) => {
    for (let day = from; day < NOW; day += DAY) {
      const polls: PollRecord[] = [];
      for (let time = day; time < Math.min(day + DAY, NOW); time += intervalMs)
        for (const device of devices) polls.push(device.poll(time));
      count += polls.reduce((sum, { measured }) => sum + (measured?.size ?? 0) + 1, 0);
      storeMs += await timed(async () => {
        for (let at = 0; at < polls.length; at += TOGETHER) await store.recordPolls(polls.slice(at, at + TOGETHER));
      });
      sealMs += await timed(() => store.sealSamples(day + DAY + 3 * HOUR));
    }
  };
  await fill([small], NOW - YEAR, everyMs);
  const large = Array.from({ length: Math.max(Math.round(samples / 2 / 5760 / 207), 1) }, (_, at) => {
    return new Device(`large${at}`, 10, 100 + at);
  });
  await fill(large, NOW - 2 * DAY, 30 * SECOND);
  print(
    `${(count / 1e6).toFixed(1)} million samples: ${small.width} values every ${everyMs / SECOND} s for a year, and`,
  );
  print(`${large.length} devices with ${large[0]?.width} values every 30 s for two days`);
  print(`storing them: ${((1e6 * storeMs) / count).toFixed(0)} ns CPU a sample, making them included`);
  print(`putting them away: ${((1e6 * sealMs) / count).toFixed(0)} ns CPU a sample`);
  await store.sealSamples(NOW + DAY, 'all');
  sizes(print, dir, count);

  const to = NOW;
  const chart = async (name: string, spanMs: number, stepMs: number, device: Device) => {
    const query = { element: device.element, metric: 'ifInOctets.rate', instance: 'Ethernet1', from: to - spanMs, to };
    const times: number[] = [];
    let points = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = performance.now();
      points = (await store.querySamples({ ...query, stepMs })).reduce((sum, one) => sum + one.points.length, 0);
      times.push(performance.now() - before);
    }
    print(`chart of ${name}: ${median(times).toFixed(1)} ms, ${points} points`);
  };
  const [first = small] = large;
  await chart('an hour (15 s)', HOUR, 15 * SECOND, first);
  await chart('a day (5 min)', DAY, 300 * SECOND, first);
  await chart('a day (1 min)', DAY, 60 * SECOND, first);
  await chart('a week (30 min)', 7 * DAY, 1800 * SECOND, small);
  await chart('a year (1 day)', YEAR, DAY, small);
  await chart('a year (1 h)', YEAR, HOUR, small);
  for (const [name, spanMs] of [
    ['a day', DAY],
    ['a month', 30 * DAY],
    ['a year', YEAR],
  ] as const) {
    const before = performance.now();
    const { length } = await store.figures(to - spanMs, to, small.element);
    print(`figures of ${name}, ${length} series: ${(performance.now() - before).toFixed(1)} ms`);
  }
  await besidePolls(print, store, large);
}

/** How long polls wait: with nothing else to do, while samples are put away, and while the oldest half is dropped. */
async function besidePolls(print: Print, store: Store, devices: readonly Device[]): Promise<void> {
  let time = NOW;
  const polling = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const waits: number[] = [];
    let isOver = false;
    const before = performance.now();
    const working = work().then(() => {
      isOver = true;
      return performance.now() - before;
    });
    while (!isOver || waits.length < 100) {
      time += 30 * SECOND;
      const polls = devices.map((device) => device.poll(time));
      const begin = performance.now();
      await store.recordPolls(polls);
      waits.push(performance.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const sorted = waits.toSorted((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
    print(
      `${name} (${(await working).toFixed(0)} ms): ${devices.length} polls are stored within ${at(0.5)} ms, 99 of 100 ${at(0.99)}, at most ${at(1)}`,
    );
  };
  await polling('nothing else', async () => {});
  for (let at = 0; at < 400; at += 1) {
    time += 30 * SECOND;
    await store.recordPolls(devices.map((device) => device.poll(time)));
  }
  await polling('putting away', () => store.sealSamples(time, 'all'));
  const kept = { rawMs: DAY, eventsMs: YEAR };
  await polling('dropping', async () => {
    const { samplesDropped } = await store.applyRetention(time, kept);
    print(`${(samplesDropped / 1e6).toFixed(1)} million samples are dropped for their age`);
  });
}

function sizes(print: Print, dir: string, count: number): void {
  const file = join(dir, 'store.db');
  const connection = connect(file);
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const pages = (sql: string) => Number(connection.prepare(sql).first()?.[0] ?? 0);
  const free = pages('PRAGMA freelist_count') * pages('PRAGMA page_size');
  const total = statSync(file).size;
  print(
    `the database: ${((total - free) / count).toFixed(2)} bytes a sample, all included (${(total / count).toFixed(2)} with pages that are free again)`,
  );
  for (const [name, table] of [
    ['samples', 'block'],
    ['5 minutes', 'rollup1'],
    ['hours', 'rollup2'],
    ['days', 'rollup3'],
  ] as const) {
    const bytes = pages(`SELECT sum(length(data)) FROM ${table}`);
    print(
      `  ${name}: ${(bytes / count).toFixed(3)} bytes a sample in ${pages(`SELECT count(*) FROM ${table}`)} blocks`,
    );
  }
  connection.close();
}

/**
 * What samples and events take on disk, what it costs to put them away, and how long charts, figures, pages and retention
 * take.
 *
 *   npm run bench -- store --millions 10 --events 10
 *
 * Of the samples, half are two days of a few devices that are polled every 30 s, the other half is a year of a smaller one.
 */
import { parseArgs } from 'node:util';
import type { Store } from '../../../src/store/store.js';
import { chance, Device, madeUp } from './devices.js';
import { measureEvents } from './events.js';
import { chart, DAY, Filling, HOUR, NOW, type Print, SECOND, sizes, withStore, YEAR } from './filling.js';
import { measureRecordings } from './recordings.js';

/** Of our own: for as long a poll that is due may wait until it is stored. */
const LONGEST_WRITE_MS = 50;

export async function benchStore(print: Print, args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { millions: { type: 'string', default: '10' }, events: { type: 'string', default: '10' } },
  });
  const samples = Number(values.millions) * 1e6;
  const events = Number(values.events) * 1e6;
  if (samples > 0) {
    await withStore((store, dir) => measure(print, store, dir, samples));
    await measureRecordings(print, samples);
  }
  if (events > 0) await withStore((store, dir) => measureEvents(print, store, dir, events));
}

async function measure(print: Print, store: Store, dir: string, samples: number): Promise<void> {
  const device = (id: string, interfaces: number, seed: number): Device => {
    const random = chance(seed);
    return new Device(id, madeUp(interfaces, random), random);
  };
  const small = device('year', 3, 1);
  const everyMs = Math.max(Math.round((YEAR * small.width) / (samples / 2) / SECOND), 1) * SECOND;
  const filling = new Filling(store);
  await filling.fill([small], NOW - YEAR, everyMs);
  const large = Array.from({ length: Math.max(Math.round(samples / 2 / 5760 / 207), 1) }, (_, at) =>
    device(`large${at}`, 10, 100 + at),
  );
  await filling.fill(large, NOW - 2 * DAY, 30 * SECOND);
  const { count } = filling;
  print(
    `\n${(count / 1e6).toFixed(1)} million samples: ${small.width} values every ${everyMs / SECOND} s for a year, and`,
  );
  print(`${large.length} devices with ${large[0]?.width} values every 30 s for two days`);
  filling.print(print);
  await store.sealSamples(NOW + DAY, 'all');
  sizes(print, dir, count);

  const [first = small] = large;
  const charts = [
    ['an hour (15 s)', HOUR, 15 * SECOND, first],
    ['a day (5 min)', DAY, 300 * SECOND, first],
    ['a day (1 min)', DAY, 60 * SECOND, first],
    ['a week (30 min)', 7 * DAY, 1800 * SECOND, small],
    ['a year (1 day)', YEAR, DAY, small],
    ['a year (1 h)', YEAR, HOUR, small],
  ] as const;
  for (const [name, spanMs, stepMs, one] of charts)
    await chart(print, store, name, { device: one, spanMs, stepMs, instance: 'Ethernet1' });
  for (const [name, spanMs] of [
    ['a day', DAY],
    ['a month', 30 * DAY],
    ['a year', YEAR],
  ] as const) {
    const before = performance.now();
    const { length } = await store.figures(NOW - spanMs, NOW, small.element);
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
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const bar = `bar ${LONGEST_WRITE_MS} ms, ${at(1) <= LONGEST_WRITE_MS ? 'met' : 'MISSED'}`;
    print(
      `${name} (${(await working).toFixed(0)} ms): ${devices.length} polls are stored within ${at(0.5).toFixed(1)} ms, 99 of 100 ${at(0.99).toFixed(1)}, at most ${at(1).toFixed(1)} (${bar})`,
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

/** Whether a manager has all that was promised, and everything once. */
import type { Output } from '../../../src/xml/messages/operations.js';
import { pause } from '../trial-pool.js';
import type { DataManager } from './data-manager.js';
import type { Promised, Promises } from './load.js';

type Event = Output<'getEvents'>['events'][number];

const PAGE = 1000;
const LINES_WITHIN_MS = 300_000;
/** More of one kind would say nothing new. */
const MOST_TOLD = 5;

/** What is not as it was promised until a moment, a sentence each. */
export async function brokenPromises(
  manager: DataManager,
  promised: Promised,
  moment?: number,
): Promise<readonly string[]> {
  const promises = promised.until(moment);
  await lastLineIsThere(manager, promised);
  return [
    ...few(await eventFaults(manager, promised.sinceMs, promises)),
    ...few(await pointFaults(manager, promises)),
    ...few(await alarmFaults(manager, promises)),
  ];
}

function few(faults: readonly string[]): readonly string[] {
  if (faults.length <= MOST_TOLD) return faults;
  return [...faults.slice(0, MOST_TOLD), `and ${faults.length - MOST_TOLD} more of this kind`];
}

async function eventsSince(manager: DataManager, from: number): Promise<readonly Event[]> {
  const found: Event[] = [];
  // By time alone, so that nothing is counted that arrives meanwhile.
  const to = Date.now();
  for (let page = 1; ; page += 1) {
    const answer = await manager.ask('getEvents', { from, to, page, pageSize: PAGE });
    found.push(...answer.events);
    if (answer.events.length < PAGE) return found;
  }
}

async function eventFaults(manager: DataManager, sinceMs: number, promised: Promises): Promise<readonly string[]> {
  const events = await eventsSince(manager, sinceMs);
  const byId = new Map(events.map((event) => [event.id, event]));
  const faults: string[] = [];
  if (byId.size < events.length) faults.push(`${events.length - byId.size} ids of events occur twice`);
  for (const [id, text] of promised.sent)
    if (byId.get(id)?.text !== text)
      faults.push(`event ${id} was answered as "${text}" and is ${inWords(byId.get(id))}`);
  for (const [id, event] of promised.seenEvents)
    if (JSON.stringify(byId.get(id)) !== JSON.stringify(event))
      faults.push(`event ${id} was shown as ${inWords(event)} and is ${inWords(byId.get(id))}`);
  const texts = new Map<string, number>();
  for (const { text } of events)
    for (const [own] of text.matchAll(/(?:sent|informed|line) \S+ \d+\./g)) texts.set(own, (texts.get(own) ?? 0) + 1);
  for (const [text, count] of texts) if (count > 1) faults.push(`"${text}" is there ${count} times`);
  for (const text of promised.informed) if (!texts.has(text)) faults.push(`inform "${text}" was answered and is gone`);
  return faults;
}

/** Lines that were read and not stored are read again. */
async function lastLineIsThere(manager: DataManager, { lastLine }: Promised): Promise<void> {
  if (lastLine === '') return;
  const endMs = performance.now() + LINES_WITHIN_MS;
  while ((await manager.ask('getEvents', { text: lastLine, pageSize: 1 })).events.length === 0) {
    if (performance.now() > endMs)
      throw new Error(`"${lastLine}" of the log is not there after ${LINES_WITHIN_MS / 1000} s`);
    await pause(50);
  }
}

/** All lines of a log are there once, over all starts of the manager. */
export async function lineFaults(manager: DataManager, lines: readonly string[]): Promise<readonly string[]> {
  const counts = new Map<string, number>();
  for (let page = 1; ; page += 1) {
    const { events } = await manager.ask('getEvents', { text: 'line ', element: 'logs', page, pageSize: PAGE });
    for (const { text } of events) counts.set(text, (counts.get(text) ?? 0) + 1);
    if (events.length < PAGE) break;
  }
  return few(
    lines.filter((line) => counts.get(line) !== 1).map((line) => `"${line}" is there ${counts.get(line) ?? 0} times`),
  );
}

async function pointFaults(manager: DataManager, promised: Promises): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const [series, points] of promised.points) {
    const [element = '', metric = ''] = series.split(' ');
    const times = [...points.keys()];
    const range = { from: Math.min(...times), to: Math.max(...times) + 1 };
    const answer = await manager.ask('getSamples', { element, metric, ...range });
    const found = answer.series.flatMap((one) => one.points);
    const values = new Map(found.map(({ time, value }) => [time, value]));
    if (values.size < found.length) faults.push(`${series} has ${found.length - values.size} times twice`);
    for (const [time, value] of points)
      if (values.get(time) !== value)
        faults.push(
          `${series} was ${value} at ${new Date(time).toISOString()} and is ${values.get(time) ?? 'not there'}`,
        );
  }
  return faults;
}

async function alarmFaults(manager: DataManager, promised: Promises): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const id of new Set([...promised.alarms.keys(), ...promised.acknowledged.keys()])) {
    const { alarms } = await manager.ask('getAlarms', { alarm: id, state: 'all' });
    const [found, ...others] = alarms;
    if (!found || others.length > 0) {
      faults.push(`alarm ${id} is there ${alarms.length} times`);
      continue;
    }
    const seen = promised.alarms.get(id);
    const isOlder =
      seen && (found.count < seen.count || found.changedAt < seen.changedAt || found.raisedAt !== seen.raisedAt);
    if (isOlder) faults.push(`alarm ${id} was shown as ${inWords(seen)} and is ${inWords(found)}`);
    const note = promised.acknowledged.get(id);
    if (note !== undefined && found.acknowledged?.note !== note)
      faults.push(`alarm ${id} was acknowledged by "${note}" and has ${inWords(found.acknowledged)}`);
  }
  return faults;
}

const inWords = (what: unknown): string => (what === undefined ? 'not there' : JSON.stringify(what));

/** A year of events of 10,000 elements: what they take, and how long pages of them take. */
import { type ElementName, elementName } from '../../../src/model/element.js';
import type { EventPlace, EventQuery, NewEvent } from '../../../src/model/event.js';
import type { Severity } from '../../../src/model/status.js';
import type { Store } from '../../../src/store/store.js';
import { median } from '../row.js';
import { chance } from './devices.js';
import { cpuMsOf, DAY, HOUR, NOW, type Print, sizeOf, YEAR } from './filling.js';

const ELEMENTS = 10_000;
/** Stored in one call. */
const TOGETHER = 2_000;
const PAGE = 50;
const ROUNDS = 5;
/** One in so many says what is looked for later. */
const RARE = 100_003;

const KINDS: readonly (readonly [name: string, severity: Severity, text: (at: number) => string])[] = [
  ['linkDown', 'major', (at) => `interface GigabitEthernet0/${at % 48} of line card ${at % 7} went down`],
  ['linkUp', 'cleared', (at) => `interface GigabitEthernet0/${at % 48} of line card ${at % 7} is up again`],
  ['logLine', 'warning', (at) => `%SYS-4-CPUHOG: task ran for ${2000 + (at % 977)} ms, process Exec ${at % 91}`],
  ['login', 'indeterminate', (at) => `session ${at} of user operator${at % 13} from 192.0.2.${at % 250}`],
  ['thresholdCrossed', 'minor', (at) => `cpuLoad is ${80 + (at % 20)} %, above 80 % for 5 minutes`],
];

export async function measureEvents(print: Print, store: Store, dir: string, count: number): Promise<void> {
  const random = chance(11);
  let middle: EventPlace | undefined;
  const cpuMs = await cpuMsOf(async () => {
    for (let at = 0; at < count; at += TOGETHER) {
      const events = Array.from({ length: Math.min(TOGETHER, count - at) }, (_, more) =>
        eventOf(at + more, count, random),
      );
      const [first] = await store.recordEvents(events);
      if (at >= count / 2 && first) middle ??= { time: first.time, id: first.id };
    }
  });
  const { used, total } = sizeOf(dir);
  print(`\n${count / 1e6} million events of a year, of ${ELEMENTS} elements, ${TOGETHER} in a call`);
  print(`storing them: ${((1000 * cpuMs) / count).toFixed(2)} us CPU an event, making it included`);
  print(
    `the database: ${(used / count).toFixed(1)} bytes an event (${(total / count).toFixed(1)} with pages that are free again)`,
  );

  const page = async (name: string, query: Omit<EventQuery, 'offset' | 'limit'>): Promise<void> => {
    const tookMs: number[] = [];
    const cpusMs: number[] = [];
    let found = '';
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = performance.now();
      cpusMs.push(
        await cpuMsOf(async () => {
          const { rows, total, isTotalLeast } = await store.queryEvents({ ...query, offset: 0, limit: PAGE });
          found = `${rows.length} of ${total}${isTotalLeast ? ' and more' : ''}`;
        }),
      );
      tookMs.push(performance.now() - before);
    }
    print(`page of ${name}: ${median(tookMs).toFixed(1)} ms, CPU ${median(cpusMs).toFixed(1)} ms; ${found}`);
  };
  const element = elementOf(4711);
  await page('the newest', {});
  if (middle) await page('those behind a place in the middle', { after: middle });
  await page('one element', { element });
  await page('one element within a day', { element, from: NOW - DAY, to: NOW });
  await page('an hour a year ago', { from: NOW - YEAR, to: NOW - YEAR + HOUR });
  await page('the critical ones', { severity: 'critical' });
  await page('those with a rare word', { text: 'sesame' });
  await page('those with a word that a fifth has', { text: 'line card' });
  await page('those with a word that none has', { text: 'xylophone' });
  await page('those with two letters that none has', { text: 'qj' });

  const beforeMs = performance.now();
  let dropped = 0;
  const dropMs = await cpuMsOf(async () => {
    dropped = (await store.applyRetention(NOW, { rawMs: DAY, eventsMs: YEAR / 2 })).eventsDropped;
  });
  const { used: left } = sizeOf(dir);
  print(
    `dropping ${(dropped / 1e6).toFixed(1)} million for their age: ${(performance.now() - beforeMs).toFixed(0)} ms, CPU ${dropMs.toFixed(0)} ms; ${(left / 2 ** 20).toFixed(0)} MiB of ${(used / 2 ** 20).toFixed(0)} are left`,
  );
}

const elementOf = (at: number): ElementName => elementName('device', `switch-${at}`);

function eventOf(at: number, count: number, random: () => number): NewEvent {
  const time = NOW - YEAR + Math.floor((YEAR * at) / count);
  const element = elementOf(Math.floor(random() * ELEMENTS));
  if (at % RARE === RARE - 1)
    return {
      time,
      element,
      name: 'fanFailed',
      severity: 'critical',
      text: `fan ${at % 4} failed: sesame in the gears`,
    };
  const [name, severity, text] = KINDS[Math.floor(random() * KINDS.length)] ?? KINDS[0] ?? NOTHING;
  return { time, element, name, severity, text: text(at), source: 'trap' };
}

const NOTHING = ['nothing', 'indeterminate', () => ''] as const;

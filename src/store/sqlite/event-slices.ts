/** Answers of the reader that come in slices, put together; between two of them others are answered. */

import type { ElementName } from '../../model/element.js';
import type { EventPage, EventQuery, PtpEvent } from '../../model/event.js';
import { SEVERITIES, type Severity } from '../../model/status.js';
import type { CountSlice, EventSlice } from './events-reader.js';
import type { ReadVerbs, Window } from './verbs.js';
import type { WorkerClient } from './worker-client.js';

type Read = Pick<WorkerClient<ReadVerbs>, 'call'>;

export async function wholePage(read: Read, query: EventQuery): Promise<EventPage> {
  const { next: further, ...page } = await read.call('queryEvents', query);
  const rows: PtpEvent[] = [...page.rows];
  let next = further;
  while (next) {
    const slice: EventSlice = await read.call('queryEvents', next);
    rows.push(...slice.rows);
    next = slice.next;
  }
  // Counting ended before there were as many as are shown.
  return { ...page, rows, total: page.isTotalLeast ? Math.max(page.total, query.offset + rows.length) : page.total };
}

interface EventCount {
  readonly element: ElementName;
  readonly severity: Severity;
  count: number;
}

export async function wholeCounts(read: Read, window: Window): Promise<readonly EventCount[]> {
  const all = new Map<string, EventCount>();
  for (let begin: number | undefined = 0; begin !== undefined; ) {
    const { counts, next }: CountSlice = await read.call('eventCounts', { window, begin });
    for (const { element, severity, count } of counts) {
      const key = `${severity} ${element}`;
      const known = all.get(key);
      if (known) known.count += count;
      else all.set(key, { element, severity, count });
    }
    begin = next;
  }
  return [...all.values()].sort(byElement);
}

const byElement = (a: EventCount, b: EventCount): number =>
  a.element === b.element
    ? SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
    : a.element < b.element
      ? -1
      : 1;

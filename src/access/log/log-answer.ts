/** A poll of a log, wherever it lies. */
import type { AccessSpec } from '../../model/element.js';
import type { PollAnswer, PollRequest, Reading } from '../access.js';
import { faultOf } from '../options.js';
import { compilePattern } from '../regex-limits.js';
import { type FollowMemory, followLog } from './follow.js';
import { entryStart } from './log-entries.js';
import { LogMatches } from './log-patterns.js';
import type { LogSource } from './log-source.js';

/** Read in one poll; the rest waits for the next and is told as `backlog`. */
export const MOST_LOG_BYTES = 4 * 2 ** 20;

/** @throws PtpError `Access.*` */
export async function pollLog(source: LogSource, request: PollRequest): Promise<PollAnswer> {
  const matches = new LogMatches(request.access, source.place);
  const { from, entry } = request.access.options;
  const followed = await followLog(source, request.memory, {
    fromStart: from === 'start',
    entries: entry === undefined ? undefined : entryStart(entry, source.place),
    mostBytes: MOST_LOG_BYTES,
    take: (lines) => matches.take(lines),
  });
  const memory: FollowMemory = followed.memory;
  const reading = (metric: string, value: number, unit: string): Reading => ({ metric, instance: '', value, unit });
  return {
    readings: [
      reading('lines', matches.lines, '1'),
      reading('size', followed.size, 'By'),
      reading('backlog', followed.backlog, 'By'),
      ...(matches.cut > 0 ? [reading('linesCut', matches.cut, '1')] : []),
      ...matches.readings,
    ],
    events: matches.events,
    memory,
  };
}

/** What is wrong with `from` and `entry`, if anything. */
export function logFaults({ options: { from, entry } }: AccessSpec): string[] {
  return [
    ...(from === undefined || from === 'start' || from === 'end' ? [] : [`from="${from}" should be start or end`]),
    ...(entry === undefined ? [] : faultOf(() => compilePattern(entry))),
  ];
}

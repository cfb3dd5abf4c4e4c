/** What `ptpmgr test` says about one try of an access, and how it finds the element that is meant. */
import type { PollAnswer } from '../access/access.js';
import { MOST_LOG_BYTES } from '../access/log/log-answer.js';
import { type AccessSpec, type ManagedElement, parseElementName } from '../model/element.js';
import { alternatives, nearest } from '../xml/xsd-model.js';
import { oneLine, usageFailure } from './failure.js';

/** `device/core1`, or `core1` where only one kind has it. */
export function findElement(elements: readonly ManagedElement[], named: string): ManagedElement {
  const parsed = parseElementName(named);
  const exact = parsed && elements.find((element) => element.kind === parsed.kind && element.id === parsed.id);
  if (exact) return exact;
  const bare = elements.filter((element) => element.id === named);
  if (bare.length === 1 && bare[0]) return bare[0];
  if (bare.length > 1)
    throw usageFailure(
      `ptpmgr: ${oneLine(named)} is several: ${bare.map((element) => element.name).join(', ')}; name one of them`,
    );
  const names = elements.flatMap((element) => [element.name, element.id]);
  const near = nearest(named, names);
  const known =
    elements.length > 0 ? `there is ${alternatives(elements.map((element) => element.name))}` : 'it has none';
  throw usageFailure(
    `ptpmgr: the configuration has no element ${oneLine(named)}; ${near ? `did you mean ${near}?` : known}`,
  );
}

/** A person sees the outcome at once, without retries, and of a log what is in it rather than what comes. */
export const accessToTry = (access: AccessSpec): AccessSpec => ({
  ...access,
  retries: 0,
  options: isLog(access) ? { ...access.options, from: 'start' } : access.options,
});

const isLog = ({ method }: AccessSpec): boolean => method === 'file' || method === 'ftp';

const LONGEST_VALUE = 200;
/** Shown; how many there are is said. */
const MOST_EVENTS = 20;

/** @param access As configured. */
export function describeAnswer(
  { readings, events, facts, uptimeMs }: PollAnswer,
  access: AccessSpec,
): readonly string[] {
  const names = readings.map(({ metric, instance }) => (instance === '' ? metric : `${metric}[${oneLine(instance)}]`));
  const width = Math.min(Math.max(0, ...names.map((name) => name.length)), 60);
  return [
    ...logNote(readings, access),
    ...Object.entries(facts ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' ? [`  ${name}: ${shown(value)}`] : [],
    ),
    ...(facts?.neighbours ?? []).map(
      ({ via, port, names, remotePort = '' }) =>
        `  neighbour at ${shown(port)} by ${via}: ${shown(`${names[0] ?? ''} ${remotePort}`)}`,
    ),
    ...(uptimeMs === undefined ? [] : [`  up for ${Math.floor(uptimeMs / 1000)} s`]),
    ...readings.map(({ value, unit, counter }, position) => {
      const counted = counter ? `  (counter${counter.bits === undefined ? '' : `, ${counter.bits} bits`})` : '';
      return `  ${(names[position] ?? '').padEnd(width)}  ${shown(String(value))}${unit && unit !== '1' ? ` ${unit}` : ''}${counted}`;
    }),
    ...events.slice(0, MOST_EVENTS).map(({ severity, name, text }) => `  event ${severity} ${name}: ${shown(text)}`),
    ...(events.length > MOST_EVENTS ? [`  and ${events.length - MOST_EVENTS} more events`] : []),
  ];
}

/** An FTP access without a file reads no log. */
function logNote(readings: PollAnswer['readings'], access: AccessSpec): readonly string[] {
  if (!isLog(access) || !readings.some(({ metric }) => metric === 'lines')) return [];
  const later = access.options.from === 'start' ? '' : '; a manager begins at its end and reads what comes';
  return [`  read from the beginning of the log, at most ${MOST_LOG_BYTES / 2 ** 20} MiB${later}`];
}

function shown(text: string): string {
  const line = oneLine(text);
  return line.length > LONGEST_VALUE ? `${line.slice(0, LONGEST_VALUE)}...` : line;
}

/** Which events of a pack a question is about. Pure. */
import type { EventPlace, EventQuery } from '../../model/event.js';
import { SEVERITIES } from '../../model/status.js';
import type { RecurringField, UnpackedEvents } from './event-pack.js';

type Test = (at: number) => boolean;

/** Severities that are asked for, a bit each; all where none is named. */
export function severitiesOf({ severity, whole = [] }: EventQuery): number {
  const all = (1 << SEVERITIES.length) - 1;
  const least = severity === undefined ? all : all & ~((1 << SEVERITIES.indexOf(severity)) - 1);
  return whole.reduce((mask, { column, value }) => {
    if (column !== 'severity') return mask;
    const ranks: readonly string[] = SEVERITIES;
    const rank = ranks.indexOf(value.toLowerCase());
    return rank < 0 ? 0 : mask & (1 << rank);
  }, least);
}

/** Whether everything within a range of time is asked for. */
export const isWhole = (query: EventQuery): boolean =>
  query.element === undefined &&
  !query.text &&
  !query.words?.length &&
  !query.whole?.length &&
  severitiesOf(query) === (1 << SEVERITIES.length) - 1;

/** Places of the events that a question is about, `after` left aside. */
export function matching(events: UnpackedEvents, query: EventQuery): readonly number[] {
  const tests = testsOf(events, query);
  if (!tests) return [];
  const found: number[] = [];
  for (let at = 0; at < events.length; at += 1) if (tests.every((test) => test(at))) found.push(at);
  return found;
}

/** Undefined when nothing can match. */
function testsOf(events: UnpackedEvents, query: EventQuery): readonly Test[] | undefined {
  const { from, to, element, text, words = [], whole = [] } = query;
  const tests: Test[] = [];
  const mask = severitiesOf(query);
  if (from !== undefined) tests.push((at) => (events.times[at] ?? 0) >= from);
  if (to !== undefined) tests.push((at) => (events.times[at] ?? 0) < to);
  if (mask !== (1 << SEVERITIES.length) - 1) tests.push((at) => (mask & (1 << (events.severities[at] ?? 0))) !== 0);
  if (element !== undefined) tests.push(among(events, 'element', (value) => value === element));
  for (const { column, value } of whole) {
    if (column === 'severity') continue;
    const wanted = value.toLowerCase();
    if (column !== 'manager') tests.push(among(events, column, (one) => one.toLowerCase() === wanted));
    else if (events.manager.toLowerCase() !== wanted) return undefined;
  }
  if (text) tests.push(saying(events, text.toLowerCase(), ['name']));
  for (const word of words) {
    const wanted = word.toLowerCase();
    if (!events.manager.toLowerCase().includes(wanted))
      tests.push(saying(events, wanted, ['name', 'element', 'source']));
  }
  return tests;
}

/** What recurs is looked at once. */
function among(events: UnpackedEvents, field: RecurringField, test: (value: string) => boolean): Test {
  const values = events.valuesOf(field).map(test);
  return (at) => values[events.placeOf(field, at)] === true;
}

function saying(events: UnpackedEvents, wanted: string, fields: readonly RecurringField[]): Test {
  const tests = fields.map((field) => among(events, field, (value) => value.toLowerCase().includes(wanted)));
  return (at) => tests.some((test) => test(at)) || (events.texts[at] ?? '').toLowerCase().includes(wanted);
}

/** The order of the log. */
export const compareOldestFirst = (a: EventPlace, b: EventPlace): number => a.time - b.time || a.id - b.id;
export const compareNewestFirst = (a: EventPlace, b: EventPlace): number => compareOldestFirst(b, a);

/** What `ptpmgr test` says about one try of an access, and how it finds the element that is meant. */
import type { PollAnswer } from '../access/access.js';
import { type ManagedElement, parseElementName } from '../model/element.js';
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

const LONGEST_VALUE = 200;

export function describeAnswer({ readings, events, facts, uptimeMs }: PollAnswer): readonly string[] {
  const names = readings.map(({ metric, instance }) => (instance === '' ? metric : `${metric}[${oneLine(instance)}]`));
  const width = Math.min(Math.max(0, ...names.map((name) => name.length)), 60);
  return [
    ...Object.entries(facts ?? {}).map(([name, value]) => `  ${name}: ${shown(String(value))}`),
    ...(uptimeMs === undefined ? [] : [`  up for ${Math.floor(uptimeMs / 1000)} s`]),
    ...readings.map(({ value, unit, counter }, position) => {
      const counted = counter ? `  (counter${counter.bits === undefined ? '' : `, ${counter.bits} bits`})` : '';
      return `  ${(names[position] ?? '').padEnd(width)}  ${shown(String(value))}${unit && unit !== '1' ? ` ${unit}` : ''}${counted}`;
    }),
    ...events.map(({ severity, name, text }) => `  event ${severity} ${name}: ${shown(text)}`),
  ];
}

function shown(text: string): string {
  const line = oneLine(text);
  return line.length > LONGEST_VALUE ? `${line.slice(0, LONGEST_VALUE)}...` : line;
}

/**
 * What may stand in a configuration, is checked, and does nothing yet: said in one line at the start of a manager, so
 * that nobody relies on it. A capability that comes to use a part takes its line out of here.
 */
import type { PositionedElement } from '../xml/positions.js';
import type { ConfigReader } from './reader.js';

type Test = (reader: ConfigReader, element: PositionedElement) => boolean;

const is =
  (name: string, ...values: readonly string[]): Test =>
  (reader, element) =>
    values.some((value) => reader.list(element, name).includes(value));

/** Element, when it has no effect, and how that is said. */
const PARTS: readonly (readonly [element: string, test: Test, phrase: string])[] = [
  [
    'STORE',
    (reader, at) => reader.has(at, 'url') && !is('type', 'postgres')(reader, at),
    'STORE url (data are kept in the data directory)',
  ],
];

export function withoutEffect(reader: ConfigReader, manager: PositionedElement): readonly string[] {
  const found = new Set<string>();
  const visit = (element: PositionedElement): void => {
    for (const [name, test, phrase] of PARTS) if (element.name === name && test(reader, element)) found.add(phrase);
    for (const child of element.children) visit(child);
  };
  for (const part of manager.children) if (!MANAGER_LISTS.has(part.name)) visit(part);
  return PARTS.map(([, , phrase]) => phrase).filter(
    (phrase, index, all) => found.has(phrase) && all.indexOf(phrase) === index,
  );
}

/** What stands in these says something of other managers. */
const MANAGER_LISTS: ReadonlySet<string> = new Set([
  'NEIGHBORS',
  'EMANAGERS',
  'EINTEGRATION_MANAGER',
  'SUPPORT_DEVICES',
]);

/**
 * What an access method itself finds wrong with an `ACCESS`: it has the last word on its own options, and knows what a
 * schema cannot say and what stands behind a reference.
 *
 * Nothing is said twice: what the rules before have found, and what follows from it, is left out. Nor is a method
 * asked where a reference is open, as it would take the value for missing.
 */
import type { AccessSpec, ManagedElement } from '../model/element.js';
import type { PositionedElement } from '../xml/positions.js';
import { placeOf } from './fault-list.js';
import type { ReadAccess } from './read-access.js';
import type { ReadElement } from './read-elements.js';
import type { ConfigReader } from './reader.js';
import { hasReference } from './references.js';

/** What is wrong with an access, found without touching the network; a sentence each. */
export type AccessCheck = (element: ManagedElement, access: AccessSpec) => readonly string[];

/** Attributes of an element by which it is reached. */
const ADDRESS = ['ip', 'dnsname'];

export function checkByMethod(
  reader: ConfigReader,
  { at: elementAt, element }: ReadElement,
  { at, spec }: ReadAccess,
  check: AccessCheck,
): void {
  if (ADDRESS.some((name) => reader.isUnresolved(elementAt, name)) || isOpen(reader, at)) return;
  const general: string[] = [];
  for (const sentence of check(element, spec)) {
    const attribute = attributeOf(at, sentence);
    const metric = reader.children(at, 'METRIC').find((one) => isAbout(reader.text(one, 'name'), sentence));
    if (metric) {
      if (!hasFault(reader, metric)) reader.fault(metric, undefined, sentence);
    } else if (attribute) reader.fault(at, attribute, unrevealed(reader, at, attribute, sentence));
    else general.push(sentence);
  }
  const known = hasFault(reader, at) || hasFault(reader, elementAt, ADDRESS);
  if (general.length > 0 && !known) reader.fault(at, undefined, general.join('; '));
}

const isOpen = (reader: ConfigReader, at: PositionedElement): boolean =>
  [...at.attributes.keys()].some((name) => reader.isUnresolved(at, name)) ||
  at.children.some((child) => isOpen(reader, child));

/** Methods begin with what they speak of: `expect="..." should be ...`. */
function attributeOf(at: PositionedElement, sentence: string): string | undefined {
  const name = /^(\w+)="/.exec(sentence)?.[1];
  return name !== undefined && at.attributes.has(name) ? name : undefined;
}

const isAbout = (metric: string | undefined, sentence: string): boolean =>
  metric !== undefined && sentence.includes(`METRIC ${metric} `);

/** Whether something has been found at the element or at one of these attributes of it. */
function hasFault(reader: ConfigReader, at: PositionedElement, names = [...at.attributes.keys()]): boolean {
  const places = names.flatMap((name) => {
    const attribute = at.attributes.get(name);
    return attribute ? [placeOf(at, attribute)] : [];
  });
  return [placeOf(at), ...places].some((place) => reader.faults.hasFaultAt(place));
}

/** What a reference stands for is not shown. */
function unrevealed(reader: ConfigReader, at: PositionedElement, name: string, sentence: string): string {
  if (!hasReference(at.attributes.get(name)?.value ?? '')) return sentence;
  return `what ${name} refers to is not right; it should be ${reader.words.description(at, name)}`;
}

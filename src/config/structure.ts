/**
 * First half of a check: is every element and attribute known and in its place, and does the schema accept the values?
 *
 * libxml2 decides; but it stops at the first stranger in each element, and its messages repeat values. So strangers
 * are looked for here, all of them, and values that are secret are kept out of what libxml2 found beyond that.
 */
import type { XmlFault } from '../xml/guard.js';
import { locate, type PositionedDocument, type PositionedElement } from '../xml/positions.js';
import { alternatives, type ElementModel, nearest } from '../xml/xsd-model.js';
import { type FaultList, placeOf } from './fault-list.js';
import { type ConfigWords, shorten, wrongValue } from './words.js';

/** Attributes that belong to XML itself and to the editors' way of naming a schema. */
const FOREIGN = /^(xmlns$|xml:|xmlns:|xsi:)/;

/** Whether it makes sense to read on. */
export function checkStructure(
  document: PositionedDocument,
  rootName: string,
  schemaFaults: readonly XmlFault[],
  words: ConfigWords,
  faults: FaultList,
): boolean {
  const { root } = document;
  if (root.name !== rootName) {
    faults.fault(placeOf(root), `the root element is ${shorten(root.name)}; it should be ${rootName}`);
    return false;
  }
  const namespace = root.attributes.get('xmlns');
  if (namespace) {
    faults.fault(placeOf(root, namespace), `${rootName} is in a namespace; it should be in none, remove xmlns`);
    return false;
  }
  findStrangers(root, words, faults);
  for (const fault of schemaFaults) {
    const place = { line: fault.line, column: fault.column ?? 1, path: fault.path ?? root.path };
    const found = locate(document, place.path);
    const below = found && words.of(found.element) === undefined;
    const isValue = / is not right for /.test(fault.message);
    if (below || faults.hasFaultAt(place)) continue;
    faults.fault(place, found && isValue ? wrongValue(found.element, found.attribute?.name, words) : fault.message);
  }
  return true;
}

/** Goes down as far as the schema knows the elements. */
function findStrangers(element: PositionedElement, words: ConfigWords, faults: FaultList): void {
  const word = words.of(element);
  if (!word) return;
  for (const attribute of element.attributes.values()) {
    if (word.attributes.has(attribute.name) || FOREIGN.test(attribute.name)) continue;
    faults.fault(
      placeOf(element, attribute),
      `${element.name} has no attribute ${shorten(attribute.name)}; ${suggestion(attribute.name, [...word.attributes.keys()])}`,
    );
  }
  for (const child of element.children) {
    if (word.children.has(child.name)) findStrangers(child, words, faults);
    else
      faults.fault(
        placeOf(child),
        `${shorten(child.name)} is not known in ${element.name}; ${suggestion(child.name, [...word.children.keys()])}`,
      );
  }
  findMissing(element, word, faults);
}

function findMissing(element: PositionedElement, word: ElementModel, faults: FaultList): void {
  const missing = [...word.attributes.values()].filter((one) => one.required && !element.attributes.has(one.name));
  const [only] = missing;
  if (!only) return;
  const names = missing.map(({ name }) => name);
  faults.fault(
    placeOf(element),
    missing.length === 1
      ? `${element.name} lacks its attribute ${only.name}; it should be ${only.description ?? 'text'}`
      : `${element.name} lacks its attributes ${names.slice(0, -1).join(', ')} and ${names.at(-1)}; add them`,
  );
}

function suggestion(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'it takes none';
  const near = nearest(name, known);
  return near === undefined ? `it takes ${alternatives(known, 30)}` : `did you mean ${near}?`;
}

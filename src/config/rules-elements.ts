/** Rules about elements that a schema cannot say: unique ids, and references between elements. */
import { ELEMENT_KINDS, type ElementKind, elementName, parseElementName } from '../model/element.js';
import type { PositionedElement } from '../xml/positions.js';
import { nearest } from '../xml/xsd-model.js';
import type { ReadElement } from './read-elements.js';
import type { ConfigReader } from './reader.js';

/**
 * @param alone No other manager and no source could define an element, so what is not in this file is nowhere.
 */
export function checkElements(reader: ConfigReader, elements: readonly ReadElement[], alone: boolean): void {
  const byName = new Map<string, ReadElement>();
  for (const one of elements) {
    const { element, at } = one;
    const first = byName.get(element.name);
    const attribute = ['id', 'dnsname', 'ip'].find((name) => reader.has(at, name));
    if (first)
      reader.fault(
        at,
        attribute,
        `${element.name} is defined a second time, the first is in line ${first.at.line}; an id should be unique per kind, add id="..."`,
      );
    else byName.set(element.name, one);
  }
  const references = new References(reader, byName, alone);
  for (const { element, at } of elements) {
    for (const link of reader.children(at, 'LINK')) references.check(element.name, link, 'to', ELEMENT_KINDS);
    for (const parent of reader.children(at, 'PARENT')) references.check(element.name, parent, 'id', ELEMENT_KINDS);
    if (element.device !== undefined) references.check(element.name, at, 'device', ['device']);
  }
  checkCycles(reader, byName);
}

/** Looking for the name that was meant takes time with the number of elements; the first slips show the pattern. */
const MOST_HINTS = 20;

class References {
  private hints = 0;

  constructor(
    private readonly reader: ConfigReader,
    private readonly known: ReadonlyMap<string, ReadElement>,
    private readonly alone: boolean,
  ) {}

  check(from: string, at: PositionedElement, attribute: string, kinds: readonly ElementKind[]): void {
    const { reader } = this;
    const written = reader.text(at, attribute);
    if (written === undefined) return;
    const found = namesOf(written, kinds).filter((name) => this.known.has(name));
    if (found.includes(from))
      reader.fault(at, attribute, `${reader.shown(at, attribute)} is the element itself; it should be another`);
    else if (found.length > 1)
      reader.fault(at, attribute, `${reader.shown(at, attribute)} may be ${found.join(' or ')}; write one of them`);
    else if (found.length === 0) {
      const hint = this.alone ? this.hint(written, kinds) : 'another manager or source has to define it';
      const message = `${reader.shown(at, attribute)} is not in this file; ${hint}`;
      if (this.alone) reader.fault(at, attribute, message);
      else reader.warning(at, attribute, message);
    }
  }

  /** Only for what can be nowhere else: where others define elements, one whose id is alike is mostly not meant. */
  private hint(written: string, kinds: readonly ElementKind[]): string {
    const near = this.hints++ < MOST_HINTS ? nearest(written, this.idsOf(kinds)) : undefined;
    return near ? `did you mean ${near}?` : 'define it or remove the reference';
  }

  private *idsOf(kinds: readonly ElementKind[]): Generator<string> {
    for (const { element } of this.known.values()) if (kinds.includes(element.kind)) yield element.id;
  }
}

/** Full names that a reference may stand for: one that names its kind, or a bare id of any kind. */
function namesOf(written: string, kinds: readonly ElementKind[]): readonly string[] {
  const parsed = parseElementName(written);
  const full = parsed && kinds.includes(parsed.kind) ? [elementName(parsed.kind, parsed.id)] : [];
  return [...full, ...kinds.map((kind) => elementName(kind, written))];
}

/** By an expression without signs that are none of a name: it means one element. */
const LITERAL = /^[\w/-]+$/;

/** A window for an element that is not there silences nothing. Sources may bring it yet. */
export function checkMaintenance(
  reader: ConfigReader,
  manager: PositionedElement,
  elements: readonly ReadElement[],
): void {
  if (reader.children(manager, 'SOURCES', 'DISCOVERY').length > 0) return;
  const names = new Set(elements.flatMap(({ element: { id, name } }) => [id, name]));
  for (const at of reader.children(manager, 'MAINTENANCE')) {
    const written = reader.text(at, 'element');
    if (written !== undefined && LITERAL.test(written) && !names.has(written))
      reader.warning(
        at,
        'element',
        `${reader.shown(at, 'element')} is no element of this file; a window is for elements of its own configuration`,
      );
  }
}

/** An element cannot depend on itself, by way of its parents and of the devices that these run on. */
function checkCycles(reader: ConfigReader, byName: ReadonlyMap<string, ReadElement>): void {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const one = byName.get(name);
    if (!one || done.has(name)) return;
    for (const { at, attribute, kinds } of dependencies(reader, one)) {
      const parent = namesOf(reader.text(at, attribute) ?? '', kinds).find((candidate) => byName.has(candidate));
      if (!parent || parent === name) continue;
      if (path.includes(parent)) {
        const circle = [...path.slice(path.indexOf(parent)), name, parent].join(', ');
        reader.fault(at, attribute, `the parents ${circle} lead in a circle; remove one of them`);
      } else if (path.length < MOST_PARENTS) visit(parent, [...path, name]);
    }
    done.add(name);
  };
  for (const name of byName.keys()) visit(name, []);
}

/** Where it is written on which others an element depends. */
const dependencies = (reader: ConfigReader, { at, element }: ReadElement) => [
  ...reader.children(at, 'PARENT').map((parent) => ({ at: parent, attribute: 'id', kinds: ELEMENT_KINDS })),
  ...(element.device === undefined ? [] : [{ at, attribute: 'device', kinds: ['device'] as const }]),
];

/** Elements one behind the other. */
const MOST_PARENTS = 1000;

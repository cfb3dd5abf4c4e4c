/**
 * The text of a source as elements: XML in the words of the configuration, or rows with named columns.
 *
 * Two steps: what the text says by itself ({@link openElementText}) is found out once; what it means under a
 * configuration ({@link elementsIn}) whenever that changes. The rules are those of the configuration.
 */
import { asPtpError, PtpError } from '../../base/errors.js';
import type { ManagedElement } from '../../model/element.js';
import { XML_LIMITS } from '../../xml/guard.js';
import { type PositionedDocument, type PositionedElement, parsePositioned } from '../../xml/positions.js';
import { FaultList } from '../fault-list.js';
import { ELEMENT_LISTS, type ReadElement, readElementList } from '../read-elements.js';
import { ConfigReader } from '../reader.js';
import { type Environment, hasReference, resolveReferences } from '../references.js';
import { type AccessContext, checkAccess } from '../rules-access.js';
import { checkElements } from '../rules-elements.js';
import type { AccessCheck } from '../rules-methods.js';
import type { ConfigFault, Settings } from '../settings.js';
import { checkStructure } from '../structure.js';
import { configSchema } from '../words.js';
import { type RowPlace, rowsAsXml } from './csv-elements.js';

/** Of one source. */
export const MOST_ELEMENTS = 50_000;
/** Characters of XML: a manager that it is given to takes no more than 512 KiB of it. */
const LONGEST_ELEMENT = 128 * 2 ** 10;

const ROOTS = ['ELEMENTS', 'PTP_CONFIG', ...ELEMENT_LISTS.map(({ list }) => list)];

export interface TextOrigin {
  readonly format: 'xml' | 'csv';
  /**
   * Written by whoever runs this manager: XML may refer to its files and variables, and name files and modules. Rows may
   * not, wherever they lie: they are what somebody else's table had in it.
   */
  readonly local: boolean;
  readonly baseDir: string;
  readonly environment: Environment;
}

/** Text whose form is right; kept as text, as what is parsed takes many times the memory. */
export interface ElementText {
  readonly xml: string;
  readonly local: boolean;
  /** What references stand for, by the offset of their attribute. */
  readonly values: ReadonlyMap<number, string | undefined>;
  readonly places: ReadonlyMap<number, RowPlace> | undefined;
}

export type Opened = { readonly text: ElementText } | { readonly faults: readonly ConfigFault[] };

/** Never rejects for what is wrong with the text. */
export async function openElementText(text: string, origin: TextOrigin): Promise<Opened> {
  let places: ElementText['places'];
  const local = origin.local && origin.format === 'xml';
  try {
    const rows = origin.format === 'csv' ? rowsAsXml(text, MOST_ELEMENTS) : undefined;
    const xml = rows?.text ?? text;
    places = rows?.places;
    const document = parsePositioned(xml);
    const { schema, words } = configSchema();
    const faults = new FaultList();
    const { root } = document;
    if (!ROOTS.includes(root.name))
      return { faults: [{ line: root.line, column: root.column, message: wrongRoot(root.name) }] };
    checkStructure(document, root.name, schema.validate(xml), words, faults);
    const { values, unresolved } = local
      ? await resolveReferences(root, origin.baseDir, origin.environment)
      : { values: new Map(), unresolved: [] };
    for (const { place, message } of unresolved) faults.fault(place, message);
    const found = inRows(faults.faults(), places);
    if (found.length > 0) return { faults: found };
    const byOffset = new Map([...values].map(([attribute, value]) => [attribute.offset, value]));
    return { text: { xml, local, values: byOffset, places } };
  } catch (thrown) {
    const { message, place } = asPtpError(thrown);
    if (!(thrown instanceof PtpError)) throw thrown;
    const { line, column } = place;
    return { faults: inRows([{ ...(line && { line }), ...(column && { column }), message }], places) };
  }
}

const wrongRoot = (name: string): string =>
  `the root element is ${name.slice(0, 60)}; it should be ${ROOTS.slice(0, -1).join(', ')} or ${ROOTS.at(-1)}`;

/** An element and the line of the source in which it stands. */
export interface FoundElement {
  readonly element: ManagedElement;
  readonly line: number;
}

export interface ElementsInText {
  /** Those without a fault. */
  readonly elements: readonly FoundElement[];
  readonly faults: readonly ConfigFault[];
}

/** What the rules need to know of the configuration under which elements are read. */
export interface ElementRules {
  readonly settings: Settings;
  readonly checkAccess: AccessCheck | undefined;
}

export function elementsIn(text: ElementText, rules: ElementRules): ElementsInText {
  const { words } = configSchema();
  const document = parsePositioned(text.xml);
  const faults = new FaultList();
  const reader = new ConfigReader(words, faults, resolvedIn(document, text.values));
  const read = listsOf(document.root).flatMap((list) => readElementList(reader, list, rules.settings.schedule.pullMs));
  const surplus = read[MOST_ELEMENTS];
  if (surplus) {
    const { line, column } = surplus.at;
    return { elements: [], faults: [{ line, column, message: `there are more than ${MOST_ELEMENTS} elements` }] };
  }
  checkElements(reader, read, false);
  const context = accessContext(rules);
  for (const one of read) {
    if (one.at.end - one.at.offset > LONGEST_ELEMENT)
      reader.fault(one.at, undefined, `this element is longer than ${LONGEST_ELEMENT} characters; shorten it`);
    if (!text.local) checkReach(reader, one);
    checkAccess(reader, one, context);
  }
  const found = faults.faults();
  const faulty = new Set(found.map((fault) => fault.path?.replace(PATH_OF_ELEMENT, '$1')));
  return {
    elements: read
      .filter(({ at }) => found.length === 0 || !faulty.has(at.path))
      .map(({ at, element }) => ({ element, line: text.places?.get(at.line)?.line ?? at.line })),
    faults: inRows(found, text.places),
  };
}

/** Whatever lies within an element is its own. */
const PATH_OF_ELEMENT = /^(.*\/(?:DEVICES|SERVICES|APPLICATIONS)\/[A-Z]+(?:\[\d+\])?)(?:\/.*)?$/;

function listsOf(root: PositionedElement): readonly PositionedElement[] {
  const isList = ({ name }: PositionedElement) => ELEMENT_LISTS.some(({ list }) => list === name);
  if (isList(root)) return [root];
  if (root.name === 'ELEMENTS') return root.children.filter(isList);
  // A whole configuration: what its manager has.
  return root.children.filter(({ name }) => name !== 'PTPMANAGER').flatMap(({ children }) => children.filter(isList));
}

function resolvedIn(
  { root }: PositionedDocument,
  values: ElementText['values'],
): ConstructorParameters<typeof ConfigReader>[2] {
  const resolved = new Map();
  if (values.size === 0) return resolved;
  const visit = (element: PositionedElement): void => {
    for (const attribute of element.attributes.values())
      if (values.has(attribute.offset)) resolved.set(attribute, values.get(attribute.offset));
    for (const child of element.children) visit(child);
  };
  visit(root);
  return resolved;
}

/** What comes from elsewhere must not read this machine's files and secrets, or run its modules. */
function checkReach(reader: ConfigReader, { at, access }: ReadElement): void {
  const referring = [at, ...access.flatMap((one) => [one.at, ...one.at.children])];
  for (const element of referring)
    for (const [name, { value }] of element.attributes)
      if (hasReference(value))
        reader.fault(element, name, `${name} is a reference; only a local XML file may have some, write the value`);
  for (const { at: accessAt, spec } of access) {
    if (spec.method === 'api' || spec.method === 'file')
      reader.fault(
        accessAt,
        'method',
        `method="${spec.method}" uses a file of this machine; only a local XML file may say so`,
      );
    for (const name of LOCAL_OPTIONS)
      if (reader.has(accessAt, name))
        reader.fault(accessAt, name, `${name} names a file of this machine; only a local XML file may say so`);
  }
}

const LOCAL_OPTIONS = ['path', 'module', 'knownHosts', 'ca'];

const contexts = new WeakMap<Settings, AccessContext>();

/** The credentials and managers of the configuration, with their places there. */
function accessContext({ settings, checkAccess }: ElementRules): AccessContext {
  const known = contexts.get(settings);
  if (known) return known;
  const { root } = parsePositioned(settings.text, XML_LIMITS);
  const definitions = root.children.flatMap(({ children }) =>
    children.filter(({ name }) => name === 'CREDENTIALS').flatMap((list) => list.children),
  );
  const ids = [...settings.integrationManagers, ...settings.neighbors, ...settings.managers, ...settings.failover];
  const context = {
    self: settings.id,
    credentials: settings.credentials,
    credentialsAt: new Map(definitions.map((one) => [one.attributes.get('id')?.value.trim() ?? '', one])),
    managers: ids.map(({ id }) => id),
    checkAccess,
  };
  contexts.set(settings, context);
  return context;
}

/** Places in the XML that was made of rows are of no use to anybody: those in the rows are told. */
function inRows(faults: readonly ConfigFault[], places: ElementText['places']): readonly ConfigFault[] {
  if (!places) return faults;
  return faults.map(({ line, path, message }) => {
    const row = line === undefined ? undefined : places.get(line);
    if (!row) return { ...(line && { line: 1 }), message };
    const attribute = path === undefined ? undefined : /@(\w+)$/.exec(path)?.[1];
    const column = attribute === undefined ? undefined : row.columns.get(attribute);
    return { line: row.line, ...(column !== undefined && { column }), message };
  });
}

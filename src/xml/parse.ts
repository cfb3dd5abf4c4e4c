/**
 * XML as a tree with namespaces, for messages and documents (for files that are changed in place see positions.ts).
 *
 * The tree is built by fast-xml-parser, which is told to leave every value as it stands: its own handling of numbers,
 * blanks, entities and lists loses what was written. It takes text that is not well-formed, so libxml2 looks first;
 * `docs/decisions/reading-xml.md` has what was measured.
 */
import { XMLParser } from 'fast-xml-parser';
import { PtpError } from '../base/errors.js';
import { guardXml, XML_LIMITS, type XmlLimits } from './guard.js';
import { checkWellFormed } from './well-formed.js';

export interface XmlNode {
  /** Local name. */
  readonly name: string;
  /** Empty when in none. */
  readonly namespace: string;
  /** By local name, or by `{namespace}name` when in one; declarations of namespaces left out. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlNode[];
  /** Text directly in this element, CDATA included, comments left out. */
  readonly text: string;
}

const TEXT = '#text';
const CDATA = '#cdata';
const ATTRIBUTES = ':@';
/** Cannot begin a name in XML, so that an element or attribute called `__proto__` never is a key of that name. */
const PREFIX = '@';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: PREFIX,
  textNodeName: TEXT,
  cdataPropName: CDATA,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: 1000,
  jPath: false,
  transformTagName: (name) => PREFIX + name,
});

/** As fast-xml-parser gives it: one key that is `@name`, or `#text`, or `#cdata`; attributes beside it. */
type Ordered = Readonly<Record<string, unknown>>;
type Scope = ReadonlyMap<string, string>;

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const ROOT_SCOPE: Scope = new Map([
  ['', ''],
  ['xml', XML_NAMESPACE],
]);

/**
 * @param checked The text has just been found well-formed by {@link guardXml} and libxml2, as by a schema.
 * @throws PtpError `Client.Validation`, `Client.TooLarge` or `Client.MediaType`, with line and column.
 */
export function parseXml(text: string, limits: XmlLimits = XML_LIMITS, checked = false): XmlNode {
  if (!checked) {
    guardXml(text, limits);
    checkWellFormed(text);
  }
  const parsed: unknown = parser.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  if (Array.isArray(parsed)) {
    for (const entry of parsed as readonly Ordered[]) {
      const name = nameOf(entry);
      if (name !== TEXT) return element(name, entry, ROOT_SCOPE);
    }
  }
  throw new PtpError('Client.Validation', 'there is no element in this text', { place: { line: 1, column: 1 } });
}

function nameOf(entry: Ordered): string {
  for (const key in entry) if (key !== ATTRIBUTES) return key;
  return TEXT;
}

function element(qname: string, entry: Ordered, outer: Scope): XmlNode {
  const written = entry[ATTRIBUTES];
  let scope = outer;
  let attributes = NO_ATTRIBUTES;
  if (isRecord(written)) {
    scope = declared(written, outer);
    attributes = attributesOf(written, scope);
  }
  const children: XmlNode[] = [];
  let text = '';
  const content = entry[qname];
  if (Array.isArray(content)) {
    for (const part of content as readonly Ordered[]) {
      const name = nameOf(part);
      if (name === TEXT) text += decodeReferences(String(part[TEXT]));
      else if (name === CDATA) text += cdata(part);
      else children.push(element(name, part, scope));
    }
  }
  // An empty-element tag's name is prefixed twice.
  const [prefix, name] = split(qname.replace(/^@+/, ''));
  return { name, namespace: scope.get(prefix) ?? '', attributes, children, text };
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function split(qname: string): [prefix: string, local: string] {
  const colon = qname.indexOf(':');
  return colon === -1 ? ['', qname] : [qname.slice(0, colon), qname.slice(colon + 1)];
}

function cdata(part: Ordered): string {
  const content = part[CDATA];
  const [first] = Array.isArray(content) ? (content as readonly Ordered[]) : [];
  return first ? String(first[TEXT]) : '';
}

/** The scope within an element that declares namespaces; the same one when it does not. */
function declared(written: Record<string, unknown>, outer: Scope): Scope {
  let scope: Map<string, string> | undefined;
  for (const key in written) {
    const name = key.slice(PREFIX.length);
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    scope ??= new Map(outer);
    scope.set(name === 'xmlns' ? '' : name.slice(6), attributeValue(String(written[key])));
  }
  return scope ?? outer;
}

function attributesOf(written: Record<string, unknown>, scope: Scope): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const key in written) {
    const qname = key.slice(PREFIX.length);
    if (qname === 'xmlns' || qname.startsWith('xmlns:')) continue;
    const [prefix, name] = split(qname);
    // An attribute without a prefix is in no namespace, whatever the default is.
    attributes.set(prefix === '' ? name : `{${scope.get(prefix) ?? ''}}${name}`, attributeValue(String(written[key])));
  }
  return attributes;
}

/** White space as written becomes blanks; what was written as a reference stays (XML 1.0, 3.3.3). */
const attributeValue = (raw: string): string => decodeReferences(raw.replace(/[\t\n\r]/g, ' '));

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeReferences(raw: string): string {
  if (!raw.includes('&')) return raw;
  return raw.replace(
    /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      return String.fromCodePoint(hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16));
    },
  );
}

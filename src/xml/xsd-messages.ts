/** libxml2's sentences about a fault, said again in plain words with what would be right. */
import type { PositionedElement } from './positions.js';
import { alternatives, type ElementModel, nearest, type SchemaModel } from './xsd-model.js';

interface Explained {
  readonly message: string;
  /** Name of the attribute at fault, when it is one. */
  readonly attribute?: string;
}

const pathOf = (element: PositionedElement): string[] => {
  const path: string[] = [];
  for (let at: PositionedElement | undefined = element; at; at = at.parent) path.unshift(at.local);
  return path;
};

/** Values in messages are cut: they come from outside. */
const quoted = (value: string, most = 60): string => `"${value.length > most ? `${value.slice(0, most)}...` : value}"`;

const shouldBe = (description: string | undefined): string =>
  description === undefined ? '' : `; it should be ${description}`;

/** Local names out of `( {urn:x}a, b )`. */
const namesIn = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.replace(/\{[^}]*\}/g, '').trim())
    .filter((name) => name !== '' && !name.startsWith('##'));

const HEAD = /^Element '(?:\{[^}]*\})?([^']+)'(?:, attribute '(?:\{[^}]*\})?([^']+)')?: (.*)$/s;

export function explain(message: string, element: PositionedElement, model: SchemaModel): Explained {
  const head = HEAD.exec(message);
  if (!head) return { message: bareSentence(message) };
  const [, , attribute, body = ''] = head;
  const known = model.find(pathOf(element));
  if (attribute !== undefined) return explainAttribute(attribute, body, element, known);
  const missing = /^The attribute '(?:\{[^}]*\})?([^']+)' is required but missing/.exec(body);
  if (missing) {
    const name = missing[1] ?? '';
    return {
      message: `${element.name} lacks its attribute ${name}${shouldBe(known?.attributes.get(name)?.description)}`,
    };
  }
  return { message: explainElement(body, element, model, known) };
}

function explainAttribute(
  name: string,
  body: string,
  element: PositionedElement,
  known: ElementModel | undefined,
): Explained {
  const attribute = [...element.attributes.values()].find((one) => one.name === name || one.local === name);
  const at = attribute ? { attribute: attribute.name } : {};
  if (body.includes('is not allowed')) {
    const names = [...(known?.attributes.keys() ?? [])];
    const near = nearest(name, names);
    const right =
      near !== undefined
        ? `; did you mean ${near}?`
        : names.length > 0
          ? `; it has ${alternatives(names)}`
          : '; it has none';
    return { message: `${element.name} has no attribute ${name}${right}`, ...at };
  }
  const value = attribute?.value ?? '';
  return {
    message: `${quoted(value)} is not right for the attribute ${name} of ${element.name}${right(body, value, known?.attributes.get(name)?.description)}`,
    ...at,
  };
}

/** What would be right: by the schema's words, else by libxml2's. */
function right(body: string, value: string, description: string | undefined): string {
  const set = /is not an element of the set \{(.*)\}/s.exec(body);
  const values = set?.[1]?.match(/'[^']*'/g)?.map((one) => one.slice(1, -1)) ?? [];
  const near = values.length > 0 ? nearest(value, values) : undefined;
  const meant = near === undefined ? '' : ` (did you mean ${near}?)`;
  if (description !== undefined) return `; it should be ${description}${meant}`;
  if (values.length > 0) return `; it should be ${alternatives(values)}${meant}`;
  const pattern = /is not accepted by the pattern '(.*)'/s.exec(body);
  if (pattern) return `; it should have the form ${pattern[1]}`;
  return '';
}

function explainElement(
  body: string,
  element: PositionedElement,
  model: SchemaModel,
  known: ElementModel | undefined,
): string {
  const expected = /Expected is (?:one of )?\( (.*) \)/s.exec(body);
  const names = expected ? namesIn(expected[1] ?? '') : [];
  if (body.startsWith('This element is not expected')) return unexpected(element, names, model);
  if (body.startsWith('Missing child element')) {
    const absent = names.filter((name) => !element.children.some((one) => one.local === name));
    const missing = absent.length > 0 ? absent : names;
    return `${element.name} is not complete; ${missing.length > 1 ? 'one of these is missing' : 'missing is'}: ${alternatives(missing)}`;
  }
  if (body.includes('strict wildcard')) {
    const near = nearest(element.local, model.roots());
    return `${element.name}${namespaceOf(element)} is not known here${near === undefined ? '' : `; did you mean ${near}?`}`;
  }
  if (body.startsWith('No matching global')) {
    return `the root element ${element.name}${namespaceOf(element)} is not known; it should be ${alternatives(model.roots())}`;
  }
  if (body.startsWith('Character content')) {
    const children = [...(known?.children.keys() ?? [])];
    return `${element.name} takes no text of its own: ${quoted(element.text.trim())}${children.length > 0 ? `; it may contain ${alternatives(children)}` : ''}`;
  }
  if (body.startsWith('Element content is not allowed')) {
    return `${element.name} takes no elements${known?.description ? `; it should be ${known.description}` : ''}`;
  }
  const key = /Duplicate key-sequence \[(.*)\] in (?:unique|key) identity-constraint/s.exec(body);
  if (key) return `${element.name} ${key[1]?.replace(/'/g, '"')} stands here for the second time; it should be unique`;
  const reference = /No match found for key-sequence \[(.*)\] of keyref/s.exec(body);
  if (reference)
    return `${element.name} refers to ${reference[1]?.replace(/'/g, '"')}, which is not defined; it should name something that is`;
  const value = element.text.trim();
  if (/^(?:\[facet|')/.test(body)) {
    return `${quoted(value)} is not right for ${element.name}${right(body, value, known?.description)}`;
  }
  return `${element.name}: ${bareSentence(body)}`;
}

function unexpected(element: PositionedElement, expected: readonly string[], model: SchemaModel): string {
  const parent = element.parent;
  const allowed = parent ? [...(model.find(pathOf(parent))?.children.keys() ?? [])].filter((name) => name !== '*') : [];
  const where = parent ? ` in ${parent.name}` : '';
  const next = expected.length > 0 ? `; expected here: ${alternatives(expected)}` : '';
  if (allowed.includes(element.local)) {
    if (expected.includes(element.local))
      return `${element.name} is in the wrong namespace${where}${namespaceOf(element)}`;
    const before = parent?.children.some(
      (one) => one !== element && one.local === element.local && one.offset < element.offset,
    );
    const why =
      before && !expected.length
        ? 'stands here once too often'
        : before
          ? 'stands once too often or in the wrong place'
          : 'stands in the wrong place';
    return `${element.name} ${why}${where}${next || `; the order is ${alternatives(allowed, 20)}`}`;
  }
  const near = nearest(element.local, allowed.length > 0 ? allowed : expected);
  if (near !== undefined) return `${element.name} is not known${where}; did you mean ${near}?`;
  if (allowed.length === 0 && expected.length === 0)
    return `${element.name} is not known${where}, which takes no elements`;
  return `${element.name} is not known${where}${next || `; it may contain ${alternatives(allowed)}`}`;
}

/** ` (namespace "urn:x")`, from the nearest declaration. */
function namespaceOf(element: PositionedElement): string {
  const colon = element.name.indexOf(':');
  const declaration = colon === -1 ? 'xmlns' : `xmlns:${element.name.slice(0, colon)}`;
  for (let at: PositionedElement | undefined = element; at; at = at.parent) {
    const found = at.attributes.get(declaration);
    if (found) return ` (namespace ${quoted(found.value)})`;
  }
  return ' (no namespace)';
}

/** A sentence of libxml2 without namespaces in braces and its full stop, cut: it may quote what came from outside. */
export const bareSentence = (message: string): string =>
  message
    .slice(0, 500)
    .replace(/\{[^}]*\}/g, '')
    .replace(/\.?\s*$/, '');

const SYNTAX: readonly (readonly [RegExp, string])[] = [
  [
    /^Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)/,
    '<$1> of line $2 is closed by </$3>; it should be closed by </$1>',
  ],
  [/^Premature end of data in tag (\S+) line (\d+)/, '<$1> of line $2 is not closed; </$1> is missing'],
  [/^Attribute (\S+) redefined/, 'the attribute $1 stands twice in one element; leave one away'],
  [
    /^Entity '(.*)' not defined/,
    'the entity &$1; is not known; only &amp; &lt; &gt; &quot; &apos; and &#number; are, and a plain "&" is written "&amp;"',
  ],
  [
    /^Namespace prefix (\S+)(?: for \S+)? on (\S+) is not defined/,
    'the prefix $1 of $2 is not declared; xmlns:$1="..." is missing',
  ],
  [
    /^Extra content at the end of the document/,
    'something follows the end of the root element; there may be only one root element',
  ],
  [/^Unescaped '<' not allowed in attributes values/, 'a "<" in an attribute\'s value is written "&lt;"'],
  [/^AttValue: " or ' expected/, 'the value of an attribute stands in quotes'],
  [/^xmlParseEntityRef: no name/, 'a plain "&" is written "&amp;"'],
  [/^EntityRef: expecting ';'/, 'a reference ends with ";", and a plain "&" is written "&amp;"'],
  [/^Start tag expected, '<' not found/, 'there is no element here; the text should begin with one'],
  [/^Document is empty/, 'the text is empty; it should be an XML document'],
  [/^Excessive depth/, 'the elements are nested too deeply'],
];

/** What libxml2 says of text that is not well-formed. */
export function plainSyntax(message: string): string {
  const first = message.trim().split('\n', 1)[0] ?? '';
  for (const [pattern, text] of SYNTAX) {
    if (pattern.test(first)) return first.replace(pattern, text);
  }
  return `this is not well-formed XML: ${bareSentence(first.replace(/^xml\w+: /, ''))}`;
}

/**
 * What a schema allows where, read from the schema itself: for the "what would be right" half of a message, which
 * libxml2 leaves out. Only hints come from here; whether a document is valid is libxml2's word alone.
 *
 * Understands what the schemas of this package use: named and anonymous types, groups, references and extension.
 * A documented simple type is described by its documentation, so write that as it should read after "should be".
 */
import { type PositionedElement, parsePositioned } from './positions.js';

export interface AttributeModel {
  readonly name: string;
  readonly required: boolean;
  /** What a value should be, such as `a whole number from 1 to 65535`. */
  readonly description: string | undefined;
}

export interface ElementModel {
  readonly name: string;
  /** By local name. */
  readonly children: ReadonlyMap<string, PositionedElement>;
  readonly attributes: ReadonlyMap<string, AttributeModel>;
  /** What its text should be, when its content is simple. */
  readonly description: string | undefined;
}

const XSD = 'http://www.w3.org/2001/XMLSchema';

const BUILT_IN: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  int: 'a whole number',
  integer: 'a whole number',
  long: 'a whole number',
  short: 'a whole number',
  nonNegativeInteger: 'a whole number from 0',
  positiveInteger: 'a whole number from 1',
  unsignedInt: 'a whole number from 0 to 4294967295',
  unsignedLong: 'a whole number from 0',
  unsignedShort: 'a whole number from 0 to 65535',
  unsignedByte: 'a whole number from 0 to 255',
  decimal: 'a decimal number such as 1.5',
  double: 'a number',
  dateTime: 'a time such as 2026-01-31T12:00:00Z',
  date: 'a date such as 2026-01-31',
  anyURI: 'an address',
  NMTOKEN: 'a word without blanks',
  token: 'text',
  normalizedString: 'text',
  string: 'text',
};

const attribute = (node: PositionedElement, name: string): string | undefined => node.attributes.get(name)?.value;
const childrenNamed = (node: PositionedElement, ...names: string[]): PositionedElement[] =>
  node.children.filter((child) => names.includes(child.local));

export class SchemaModel {
  /** Global declarations by kind, namespace and name. */
  private readonly globals = new Map<string, PositionedElement>();

  constructor(files: Iterable<string>) {
    for (const text of files) {
      const schema = parsePositioned(text).root;
      const namespace = attribute(schema, 'targetNamespace') ?? '';
      for (const node of schema.children) {
        const kind = node.local === 'simpleType' || node.local === 'complexType' ? 'type' : node.local;
        const name = attribute(node, 'name');
        if (name !== undefined) this.globals.set(`${kind} {${namespace}}${name}`, node);
      }
    }
  }

  /** Names of the elements that a document may begin with. */
  roots(): string[] {
    return [...this.globals.keys()]
      .filter((key) => key.startsWith('element '))
      .map((key) => key.slice(key.indexOf('}') + 1));
  }

  /** The element at the end of a path of local names, beginning at a document's root. */
  find(path: readonly string[]): ElementModel | undefined {
    const [first, ...rest] = path;
    const key = [...this.globals.keys()].find((one) => one.startsWith('element ') && one.endsWith(`}${first}`));
    let declared = key === undefined ? undefined : this.globals.get(key);
    for (const step of rest) {
      if (!declared) return undefined;
      const children = new Map<string, PositionedElement>();
      this.collect(declared, children, new Map());
      declared = children.get(step) ?? (children.has('*') ? this.anywhere(step) : undefined);
    }
    return declared && this.element(declared);
  }

  /** What stands for `xs:any`: a global element of that name. */
  private anywhere(name: string): PositionedElement | undefined {
    const key = [...this.globals.keys()].find((one) => one.startsWith('element ') && one.endsWith(`}${name}`));
    return key === undefined ? undefined : this.globals.get(key);
  }

  private element(declared: PositionedElement): ElementModel {
    const children = new Map<string, PositionedElement>();
    const attributes = new Map<string, AttributeModel>();
    this.collect(declared, children, attributes);
    const type = this.typeOf(declared);
    return {
      name: attribute(declared, 'name') ?? '',
      children,
      attributes,
      description: children.size > 0 ? undefined : this.describe(declared, type),
    };
  }

  private resolve(kind: string, qname: string, at: PositionedElement): PositionedElement | undefined {
    return this.globals.get(`${kind} {${namespaceIn(qname, at)}}${qname.slice(qname.indexOf(':') + 1)}`);
  }

  /** The type of an element or attribute declaration; undefined for a built-in one. */
  private typeOf(node: PositionedElement): PositionedElement | undefined {
    const name = attribute(node, 'type');
    if (name !== undefined) return this.resolve('type', name, node);
    return childrenNamed(node, 'complexType', 'simpleType')[0];
  }

  /** Gathers child elements and attributes below a declaration, type or model group. */
  private collect(
    from: PositionedElement,
    children: Map<string, PositionedElement>,
    attributes: Map<string, AttributeModel>,
    depth = 0,
  ): void {
    if (depth > 32) return;
    const deeper = (next: PositionedElement | undefined): void => {
      if (next) this.collect(next, children, attributes, depth + 1);
    };
    if (from.local === 'element') deeper(this.typeOf(from));
    for (const node of from.children) {
      const reference = attribute(node, 'ref');
      if (node.local === 'element') {
        const declared = reference === undefined ? node : this.resolve('element', reference, node);
        if (declared) children.set(attribute(declared, 'name') ?? '', declared);
      } else if (node.local === 'any') children.set('*', node);
      else if (node.local === 'attribute') {
        const declared = reference === undefined ? node : this.resolve('attribute', reference, node);
        if (declared) this.addAttribute(declared, attribute(node, 'use') === 'required', attributes);
      } else if (node.local === 'group' || node.local === 'attributeGroup') {
        if (reference !== undefined) deeper(this.resolve(node.local, reference, node));
      } else if (node.local === 'extension' || node.local === 'restriction') {
        const base = attribute(node, 'base');
        if (base !== undefined && node.local === 'extension') deeper(this.resolve('type', base, node));
        deeper(node);
      } else if (['sequence', 'choice', 'all', 'complexContent', 'simpleContent'].includes(node.local)) deeper(node);
    }
  }

  private addAttribute(declared: PositionedElement, required: boolean, attributes: Map<string, AttributeModel>): void {
    const name = attribute(declared, 'name') ?? '';
    attributes.set(name, { name, required, description: this.describe(declared, this.typeOf(declared)) });
  }

  /** In words, what a value of this declaration should be. */
  private describe(declared: PositionedElement, type: PositionedElement | undefined): string | undefined {
    if (!type) return this.builtIn(attribute(declared, 'type') ?? attribute(declared, 'base'), declared);
    const said = documentation(type);
    if (type.local === 'complexType') {
      const [content] = childrenNamed(type, 'simpleContent');
      const [derived] = content ? childrenNamed(content, 'extension', 'restriction') : [];
      return derived && this.describeBase(derived);
    }
    if (said !== undefined) return said;
    const [restriction] = childrenNamed(type, 'restriction');
    return restriction && this.describeRestriction(restriction);
  }

  private describeBase(node: PositionedElement): string | undefined {
    const base = attribute(node, 'base');
    if (base === undefined) return undefined;
    const type = this.resolve('type', base, node);
    return type ? this.describe(type, type) : this.builtIn(base, node);
  }

  private describeRestriction(restriction: PositionedElement): string | undefined {
    const facet = (name: string): string | undefined => {
      const [node] = childrenNamed(restriction, name);
      return node && attribute(node, 'value');
    };
    const values = childrenNamed(restriction, 'enumeration').map((node) => attribute(node, 'value') ?? '');
    if (values.length > 0) return alternatives(values);
    const [low, high] = [facet('minInclusive'), facet('maxInclusive')];
    const base = this.describeBase(restriction);
    if (low !== undefined || high !== undefined) {
      const plain = base?.replace(/ from .*$/, '') ?? 'a number';
      return `${plain}${low === undefined ? '' : ` from ${low}`}${high === undefined ? '' : low === undefined ? ` up to ${high}` : ` to ${high}`}`;
    }
    const [shortest, longest] = [facet('minLength'), facet('maxLength')];
    if (longest !== undefined) return `text of ${shortest ?? '0'} to ${longest} characters`;
    if (shortest === '1') return 'text that is not empty';
    const pattern = facet('pattern');
    return pattern === undefined ? base : `text of the form ${pattern}`;
  }

  private builtIn(qname: string | undefined, at: PositionedElement): string | undefined {
    if (qname === undefined || namespaceIn(qname, at) !== XSD) return undefined;
    const name = qname.slice(qname.indexOf(':') + 1);
    return Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  }
}

/** The namespace of a qualified name, by the declarations around the place where it stands. */
function namespaceIn(qname: string, at: PositionedElement): string {
  const colon = qname.indexOf(':');
  const declaration = colon === -1 ? 'xmlns' : `xmlns:${qname.slice(0, colon)}`;
  for (let node: PositionedElement | undefined = at; node; node = node.parent) {
    const namespace = attribute(node, declaration);
    if (namespace !== undefined) return namespace;
  }
  return '';
}

function documentation(node: PositionedElement): string | undefined {
  const [annotation] = childrenNamed(node, 'annotation');
  const [text] = annotation ? childrenNamed(annotation, 'documentation') : [];
  const said = text?.text.replace(/\s+/g, ' ').trim();
  return said || undefined;
}

/** `a, b or c`; long lists are cut. */
export function alternatives(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most);
  if (names.length > most) return `${shown.join(', ')} or another (${names.length} in all)`;
  const last = shown.pop() ?? '';
  return shown.length > 0 ? `${shown.join(', ')} or ${last}` : last;
}

/** The known name that was probably meant; undefined when none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: { name: string; distance: number } | undefined;
  for (const one of known) {
    const distance = editDistance(wanted, one.toLowerCase());
    const most = Math.floor(Math.min(name.length, one.length) / 3);
    if (distance <= most && (!best || distance < best.distance)) best = { name: one, distance };
  }
  return best?.name;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : replaced;
      row.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}

/**
 * XML with the place of everything in it: for messages that name line and column, and for changing a file by splicing
 * at offsets so that every other byte stays as its author wrote it.
 *
 * Offsets count UTF-16 units of the text that was given, so `text.slice(offset, end)` is the element.
 */
import { parseXml as parse, XmlElement, XmlError, XmlText } from '@rgrove/parse-xml';
import { PtpError } from '../base/errors.js';
import { guardXml, XML_LIMITS, type XmlLimits } from './guard.js';

export interface PositionedAttribute {
  /** With its prefix. */
  readonly name: string;
  readonly local: string;
  /** References replaced, white space normalised. */
  readonly value: string;
  readonly line: number;
  readonly column: number;
  /** Of the name. */
  readonly offset: number;
  /** Of the value as written, without its quotes. */
  readonly valueOffset: number;
  readonly valueEnd: number;
  /** After the closing quote. */
  readonly end: number;
}

export interface PositionedElement {
  /** With its prefix. */
  readonly name: string;
  readonly local: string;
  /** By name with prefix, in the order of the text. */
  readonly attributes: ReadonlyMap<string, PositionedAttribute>;
  readonly children: readonly PositionedElement[];
  readonly parent?: PositionedElement;
  /** Text directly in this element, CDATA included, comments left out. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Of the `<` of the start tag. */
  readonly offset: number;
  /** After the `>` of the start tag. */
  readonly startTagEnd: number;
  /** Of the `<` of the end tag; of an empty-element tag the same as `startTagEnd`. */
  readonly contentEnd: number;
  /** After the `>` of the end tag. */
  readonly end: number;
  /** Written as `<name/>`. */
  readonly selfClosing: boolean;
  /** Such as `/PTP_CONFIG/EMANAGER/DEVICES/DEVICE[2]`; an index only where the name repeats. */
  readonly path: string;
}

export interface PositionedDocument {
  readonly text: string;
  readonly root: PositionedElement;
  /** Line and column of any offset, both from 1. */
  positionAt(offset: number): { readonly line: number; readonly column: number };
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/**
 * @throws PtpError `Client.Validation` or `Client.TooLarge` with line and column.
 */
export function parsePositioned(text: string, limits: XmlLimits = XML_LIMITS): PositionedDocument {
  guardXml(text, limits);
  const lines = new Lines(text);
  const offsets = new LineEnds(text);
  let root: XmlElement | null;
  try {
    root = parse(offsets.normalised, { includeOffsets: true }).root;
  } catch (cause) {
    if (!(cause instanceof XmlError)) throw cause;
    const place = lines.at(offsets.original(unitOffset(offsets.normalised, cause.pos)));
    throw new PtpError('Client.Validation', plainMessage(cause), { place, cause });
  }
  if (!root)
    throw new PtpError('Client.Validation', 'there is no element in this text', { place: { line: 1, column: 1 } });
  return {
    text,
    root: new Builder(text, lines, offsets).element(root, `/${root.name}`),
    positionAt: (offset) => lines.at(offset),
  };
}

/**
 * The text with its line ends as XML 1.0 section 2.11 wants them, and the way back to the offsets of the original.
 * The parser could normalise by itself, but takes time with the square of the number of carriage returns.
 */
class LineEnds {
  readonly normalised: string;
  /** Where, in the normalised text, a carriage return was dropped: ascending. */
  private readonly dropped: number[] = [];

  constructor(text: string) {
    for (let at = text.indexOf('\r\n'); at !== -1; at = text.indexOf('\r\n', at + 2))
      this.dropped.push(at - this.dropped.length);
    this.normalised = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }

  original(offset: number): number {
    let low = 0;
    let high = this.dropped.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.dropped[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return offset + low;
  }
}

/** parse-xml says where it failed in characters; offsets here are UTF-16 units. */
function unitOffset(text: string, characters: number): number {
  if (!/[\uD800-\uDBFF]/.test(text)) return characters;
  let offset = 0;
  for (let i = 0; i < characters && offset < text.length; i++)
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}

/** The parser's sentence without its own "(line, column)" and excerpt. */
function plainMessage(error: XmlError): string {
  const first = error.message.split('\n', 1)[0] ?? error.message;
  const sentence = first.replace(/ \(line \d+, column \d+\)$/, '');
  return `this is not well-formed XML: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

class Lines {
  private readonly starts: number[];

  constructor(text: string) {
    this.starts = [text.charCodeAt(0) === 0xfeff ? 1 : 0];
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) this.starts.push(end + 1);
  }

  at(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.starts[low] ?? 0) + 1 };
  }
}

const ATTRIBUTE = /[\t\n\r ]+([^\t\n\r =>/]+)[\t\n\r ]*=[\t\n\r ]*("[^"]*"|'[^']*')/y;

class Builder {
  constructor(
    private readonly text: string,
    private readonly lines: Lines,
    private readonly offsets: LineEnds,
  ) {}

  element(source: XmlElement, path: string, parent?: PositionedElement): PositionedElement {
    const { text } = this;
    const offset = this.offsets.original(source.start);
    const end = Math.min(this.offsets.original(source.end), text.length);
    const tag = this.startTag(source, offset);
    const selfClosing = text[tag.end - 2] === '/' && tag.end === end;
    const children: PositionedElement[] = [];
    const element: PositionedElement = {
      name: source.name,
      local: local(source.name),
      attributes: tag.attributes,
      children,
      ...(parent && { parent }),
      text: source.children.map((node) => (node instanceof XmlText ? node.text : '')).join(''),
      ...this.lines.at(offset),
      offset,
      startTagEnd: tag.end,
      contentEnd: selfClosing ? end : text.lastIndexOf('</', end - 1),
      end,
      selfClosing,
      path,
    };
    const elements = source.children.filter((node) => node instanceof XmlElement);
    const totals = countNames(elements);
    const seen = new Map<string, number>();
    for (const child of elements) {
      const index = (seen.get(child.name) ?? 0) + 1;
      seen.set(child.name, index);
      const step = totals.get(child.name) === 1 ? child.name : `${child.name}[${index}]`;
      children.push(this.element(child, `${path}/${step}`, element));
    }
    return element;
  }

  private startTag(source: XmlElement, start: number): { attributes: Map<string, PositionedAttribute>; end: number } {
    const attributes = new Map<string, PositionedAttribute>();
    let end = start + 1 + source.name.length;
    ATTRIBUTE.lastIndex = end;
    for (let match = ATTRIBUTE.exec(this.text); match; match = ATTRIBUTE.exec(this.text)) {
      end = ATTRIBUTE.lastIndex;
      const [whole, name = '', quoted = ''] = match;
      const offset = match.index + whole.indexOf(name);
      attributes.set(name, {
        name,
        local: local(name),
        value: source.attributes[name] ?? '',
        ...this.lines.at(offset),
        offset,
        valueOffset: end - quoted.length + 1,
        valueEnd: end - 1,
        end,
      });
    }
    return { attributes, end: this.text.indexOf('>', end) + 1 };
  }
}

function countNames(elements: readonly XmlElement[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { name } of elements) totals.set(name, (totals.get(name) ?? 0) + 1);
  return totals;
}

/**
 * The element, or the attribute of an element, at a path as libxml2 gives it: `/a/b[2]/@c`, with `*` for names in a
 * default namespace. `text()` and `comment()` lead to the element that they are in. Undefined when nothing is there.
 */
export function locate(
  document: PositionedDocument,
  path: string,
): { readonly element: PositionedElement; readonly attribute?: PositionedAttribute } | undefined {
  let element: PositionedElement | undefined;
  let siblings: readonly PositionedElement[] = [document.root];
  for (const step of path.split('/').slice(1)) {
    if (step.startsWith('@')) {
      const attribute = element?.attributes.get(step.slice(1));
      return element && { element, ...(attribute && { attribute }) };
    }
    if (step.includes('(')) break;
    const match = /^([^[]+)(?:\[(\d+)\])?$/.exec(step);
    if (!match) return undefined;
    const [, name, index = '1'] = match;
    const named = name === '*' ? siblings : siblings.filter((one) => one.name === name);
    element = named[Number(index) - 1];
    if (!element) return undefined;
    siblings = element.children;
  }
  return element && { element };
}

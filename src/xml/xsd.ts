/**
 * Validation by XML Schema: libxml2 finds the faults, a position-keeping parser says where they are, the schema what
 * would be right.
 */
import { XsdValidator } from 'libxml2-wasm';
import { PtpError } from '../base/errors.js';
import { guardXml, XML_LIMITS, type XmlFault, type XmlLimits } from './guard.js';
import { faultsOf, type LibxmlFault, openDocument, sources, withDocument } from './libxml2.js';
import { locate, type PositionedDocument, parsePositioned } from './positions.js';
import { bareSentence, explain, plainSyntax } from './xsd-messages.js';
import { SchemaModel } from './xsd-model.js';

export interface Schema {
  /** Name of the main file. */
  readonly name: string;
  /**
   * All faults of a text, in the order of the text, at most 50; none when it is valid. Text that is not well-formed or
   * goes beyond the limits gives one fault.
   */
  validate(text: string, limits?: XmlLimits): XmlFault[];
  /** @throws PtpError `Client.Validation` (or what the guard says) with the first fault, placed. */
  require(text: string, limits?: XmlLimits): void;
}

/** Several schemas of one program may have files of the same name. */
let compiled = 0;

/**
 * Compiles a schema once, for the life of the process.
 *
 * @param files All files by name, the main one first; `schemaLocation` finds the others by these names.
 * @throws Error when the schema itself is wrong: a defect of this package.
 */
export function compileSchema(files: ReadonlyMap<string, string>): Schema {
  const [main] = files;
  if (!main) throw new Error('a schema needs at least one file');
  const base = `schema:/${++compiled}/`;
  for (const [name, text] of files) sources.addBuffer(base + name, Buffer.from(text));
  try {
    // The document stays open: the compiled schema points into it.
    const validator = XsdValidator.fromDoc(openDocument(main[1], base + main[0]));
    return new CompiledSchema(main[0], validator, new SchemaModel(files.values()));
  } catch (cause) {
    const [first] = faultsOf(cause);
    throw new Error(`schema ${first?.file ?? main[0]}, line ${first?.line}: ${first?.message.trim()}`, { cause });
  } finally {
    for (const name of files.keys()) sources.removeBuffer(base + name);
  }
}

/** Finding columns in more than this would hold up everything else for seconds; libxml2's own line must do. */
const MAX_PLACED_LENGTH = 2 * 2 ** 20;

function unplaced(fault: LibxmlFault): XmlFault {
  const path = fault.xpath === undefined ? {} : { path: fault.xpath };
  return { line: fault.line, ...path, message: bareSentence(fault.message) };
}

class CompiledSchema implements Schema {
  constructor(
    readonly name: string,
    private readonly validator: XsdValidator,
    private readonly model: SchemaModel,
  ) {}

  validate(text: string, limits: XmlLimits = XML_LIMITS): XmlFault[] {
    try {
      guardXml(text, limits);
    } catch (thrown) {
      if (!(thrown instanceof PtpError)) throw thrown;
      return [{ line: thrown.place.line ?? 1, ...thrown.place, message: thrown.message }];
    }
    return this.check(text, limits);
  }

  require(text: string, limits: XmlLimits = XML_LIMITS): void {
    guardXml(text, limits);
    const [first] = this.check(text, limits);
    if (!first) return;
    const { message, ...place } = first;
    throw new PtpError('Client.Validation', message, { place });
  }

  private check(text: string, limits: XmlLimits): XmlFault[] {
    let found: readonly LibxmlFault[];
    try {
      withDocument(text, (document) => this.validator.validate(document));
      return [];
    } catch (thrown) {
      found = faultsOf(thrown);
    }
    const syntax = found.find((fault) => fault.xpath === undefined);
    if (syntax) {
      // libxml2 counts columns in bytes; the other parser, where it sees the same fault, in characters.
      return [{ line: syntax.line, column: Math.max(1, syntax.col), message: plainSyntax(syntax.message) }];
    }
    if (text.length > MAX_PLACED_LENGTH) return found.map(unplaced);
    return this.placed(parsePositioned(text, limits), found);
  }

  private placed(document: PositionedDocument, found: readonly LibxmlFault[]): XmlFault[] {
    const faults: XmlFault[] = [];
    for (const fault of found) {
      const element = fault.xpath === undefined ? undefined : locate(document, fault.xpath)?.element;
      if (!element) {
        faults.push(unplaced(fault));
        continue;
      }
      const { message, attribute } = explain(fault.message.trim(), element, this.model);
      const place = (attribute !== undefined && element.attributes.get(attribute)) || element;
      const path = attribute === undefined ? element.path : `${element.path}/@${attribute}`;
      // A wrong facet comes with a second fault that says the same in general.
      if (faults.some((one) => one.path === path && one.line === place.line && sameFault(one.message, message)))
        continue;
      faults.push({ line: place.line, column: place.column, path, message });
    }
    return faults.sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
  }
}

const sameFault = (a: string, b: string): boolean =>
  a.startsWith('"') && b.startsWith('"') && a.split(' is not ')[0] === b.split(' is not ')[0];

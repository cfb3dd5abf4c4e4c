/**
 * xslt-processor, the second engine: JavaScript only, much slower, and without some of XSLT 1.0 (sorting by text,
 * doctypes). Only for a thread of its own: endless recursion can end the thread.
 *
 * It loses variables of included sheets, so includes are put in their place before it sees a sheet.
 */
import { XmlParser, Xslt } from 'xslt-processor';
import { PtpError } from '../../base/errors.js';
import { parsePositioned } from '../positions.js';
import { SheetFault, type XsltEngine } from './engine.js';
import { type Sheet, SheetFolders, unchanged } from './sheets.js';

interface Merged {
  readonly text: string;
  readonly parts: readonly Sheet[];
}

const XSL = 'http://www.w3.org/1999/XSL/Transform';
const MAX_INCLUDES = 32;

export class XsltProcessorEngine implements XsltEngine {
  private readonly cache = new Map<string, Merged>();

  constructor(private readonly folders: SheetFolders) {}

  async render(sheet: string, xml: string): Promise<string> {
    const text = this.merged(sheet);
    const parser = new XmlParser();
    const xslt = new Xslt({
      escape: true,
      cData: true,
      selfClosingTags: false,
      outputMethod: 'html',
      fetchFunction: (address) =>
        Promise.reject(new SheetFault(`${address} cannot be read: sheets refer to sheets beside them only`, sheet)),
    });
    try {
      const html = await xslt.xsltProcess(parser.xmlParse(xml), parser.xmlParse(text));
      if (html.trim() === '') throw new SheetFault('the stylesheet gave nothing', sheet);
      return doctypeOf(text) + html;
    } catch (thrown) {
      if (thrown instanceof SheetFault) throw thrown;
      const recursion = thrown instanceof RangeError;
      const message = recursion
        ? 'the stylesheet calls itself without an end'
        : thrown instanceof Error
          ? thrown.message
          : String(thrown);
      throw new SheetFault(message.slice(0, 500), sheet, undefined, recursion);
    }
  }

  private merged(name: string): string {
    const known = this.cache.get(name);
    if (known && unchanged(this.folders, known.parts)) return known.text;
    const parts: Sheet[] = [];
    const text = this.merge(name, name, parts).whole;
    this.cache.set(name, { text, parts });
    return text;
  }

  /** A sheet's text with what it includes in the place of `xsl:include`; imports go first, so that they lose. */
  private merge(
    name: string,
    from: string,
    parts: Sheet[],
  ): { whole: string; content: string; declarations: Map<string, string> } {
    const sheet = this.folders.find(name);
    if (!sheet) throw new SheetFault(`there is no stylesheet ${name}`, from);
    if (parts.length >= MAX_INCLUDES) throw new SheetFault(`more than ${MAX_INCLUDES} sheets include each other`, from);
    parts.push(sheet);
    const text = this.folders.read(sheet);
    const root = parsedRoot(text, name);
    const declarations = new Map(
      [...root.attributes].filter(([key]) => key.startsWith('xmlns')).map(([key, one]) => [key, one.value]),
    );
    let content = '';
    let at = root.startTagEnd;
    for (const node of root.children) {
      const prefix = node.name.slice(0, -node.local.length - 1);
      if (
        declarations.get(prefix ? `xmlns:${prefix}` : 'xmlns') !== XSL ||
        (node.local !== 'include' && node.local !== 'import')
      )
        continue;
      const target = SheetFolders.nameOf(node.attributes.get('href')?.value ?? '');
      if (target === undefined)
        throw new SheetFault('a sheet is included by its plain name, and stands in the same folders', name, node.line);
      const inner = this.merge(target, name, parts);
      for (const [key, value] of inner.declarations) if (!declarations.has(key)) declarations.set(key, value);
      content += text.slice(at, node.offset) + inner.content;
      at = node.end;
    }
    content += text.slice(at, root.contentEnd);
    const own = [...declarations]
      .filter(([key]) => !root.attributes.has(key))
      .map(([key, value]) => ` ${key}="${value.replaceAll('&', '&amp;')}"`);
    const head = `${text.slice(root.offset, root.startTagEnd - 1)}${own.join('')}>`;
    return {
      whole: root.selfClosing ? text : `${head}${content}</${root.name}>`,
      content: root.selfClosing ? '' : content,
      declarations,
    };
  }
}

/** The engine writes none, so it is put before what it wrote; as libxslt does, `about:legacy-compat` in short form. */
function doctypeOf(sheet: string): string {
  const system = /<xsl:output\b[^>]*\bdoctype-system="([^"]*)"/.exec(sheet)?.[1];
  if (system === undefined) return '';
  return system === 'about:legacy-compat' ? '<!DOCTYPE html>\n' : `<!DOCTYPE html SYSTEM "${system}">\n`;
}

function parsedRoot(text: string, name: string) {
  try {
    return parsePositioned(text).root;
  } catch (thrown) {
    if (thrown instanceof PtpError) throw new SheetFault(thrown.message, name, thrown.place.line);
    throw thrown;
  }
}

/** What XPath expressions find in an XML document. Runs in a thread of its own: see `thread.ts`. */
import { ParseOption, XmlDocument, XmlElement, type XmlNode } from 'libxml2-wasm';
import { PtpError } from '../../base/errors.js';
import { guardXml, XML_LIMITS } from '../../xml/guard.js';

/** Nodes that one expression may find. */
export const MOST_FOUND = 5000;
const LONGEST_NAME = 256;
/** Characters of a found text that can make a difference: what is longer is cut when it becomes a value. */
const LONGEST_CONTENT = 4096;

const OPTIONS =
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_BIG_LINES |
  ParseOption.XML_PARSE_NOERROR |
  ParseOption.XML_PARSE_NOWARNING;

/** The value of an expression, or the nodes that it found, each with its attribute `name` or `id`, if any. */
export type XPathFound =
  | { readonly value: string | number | boolean }
  | { readonly nodes: readonly { readonly name: string; readonly content: string }[] };

/** In the order of the expressions, or what is wrong with the document or with one of them. */
export type XPathAnswer =
  | { readonly found: readonly XPathFound[] }
  | { readonly badDocument: string }
  | { readonly badExpression: string };

export function searchXml(text: string, expressions: readonly string[], maxBytes: number): XPathAnswer {
  let document: XmlDocument;
  try {
    guardXml(text, { ...XML_LIMITS, maxBytes });
    document = XmlDocument.fromString(text, { option: OPTIONS });
  } catch (cause) {
    return { badDocument: cause instanceof PtpError ? cause.message : 'it is not well-formed' };
  }
  try {
    const found: XPathFound[] = [];
    for (const expression of expressions) {
      try {
        found.push(foundBy(document, expression));
      } catch {
        return { badExpression: expression };
      }
    }
    return { found };
  } finally {
    document.dispose();
  }
}

function foundBy(document: XmlDocument, expression: string): XPathFound {
  const found = document.eval(expression);
  if (!Array.isArray(found)) return { value: typeof found === 'string' ? cut(found) : found };
  return { nodes: found.slice(0, MOST_FOUND).map((node) => ({ name: nameOf(node), content: cut(node.content) })) };
}

const cut = (text: string): string => text.trim().slice(0, LONGEST_CONTENT);

const nameOf = (node: XmlNode): string =>
  (node instanceof XmlElement ? ((node.attr('name') ?? node.attr('id'))?.value ?? '') : '').slice(0, LONGEST_NAME);

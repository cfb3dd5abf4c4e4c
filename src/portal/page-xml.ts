/** A page as XML: `PAGE` with its own small elements and the answers as they go over SOAP. */
import { encodeMessage } from '../xml/messages/encode.js';
import type { OperationName } from '../xml/messages/operations.js';
import { cleanText, escapeAttribute } from '../xml/write.js';
import type { Answer, AnswerTo, PageNode, Scalar } from './page-data.js';

/**
 * @param stylesheet Address of the sheet that turns this into HTML, for a reader that can do that itself.
 */
export function pageXml(frame: PageNode, own: PageNode, answers: readonly Answer[], stylesheet: string): string {
  const inner = [
    ...Object.entries(own).map(([name, value]) => childrenXml(name, value)),
    ...answers.map(answerXml),
  ].join('\n');
  const instruction = `<?xml-stylesheet type="text/xsl" href="${escapeXml(stylesheet)}"?>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${instruction}\n<PAGE${attributesXml(frame)}>\n${inner}\n</PAGE>\n`;
}

const answerXml = <O extends OperationName>({ operation, content }: AnswerTo<O>): string =>
  encodeMessage<O>(operation, 'answer', content);

function childrenXml(name: string, value: Scalar | PageNode | readonly PageNode[] | undefined): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map((node) => nodeXml(name, node)).join('\n');
  return typeof value === 'object' ? nodeXml(name, value) : '';
}

function nodeXml(name: string, node: PageNode): string {
  const inner = Object.entries(node)
    .map(([child, value]) => childrenXml(child, value))
    .join('');
  return inner ? `<${name}${attributesXml(node)}>${inner}</${name}>` : `<${name}${attributesXml(node)}/>`;
}

const isList = (value: Scalar | PageNode | readonly PageNode[]): value is readonly PageNode[] => Array.isArray(value);

const attributesXml = (node: PageNode): string =>
  Object.entries(node)
    .filter(([, value]) => value !== undefined && typeof value !== 'object')
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');

/** What a person typed into an address is shown all the same: forbidden characters as U+FFFD. */
const escapeXml = (text: string): string => escapeAttribute(cleanText(text));

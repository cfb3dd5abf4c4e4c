/** A SOAP answer as a person wants to see it: its body's XML, indented, or its fault. */
import { parseXml, XmlCdata, XmlElement, XmlText } from '@rgrove/parse-xml';
import { PtpError } from '../../base/errors.js';
import { escapeAttribute, escapeText } from '../../xml/write.js';

export interface SoapFault {
  /** Such as `Client.NotFound`. */
  readonly code: string;
  readonly message: string;
  /** Of the element that is wrong. */
  readonly path?: string;
  readonly line?: string;
  readonly column?: string;
}

export type Answer = { readonly xml: string } | { readonly fault: SoapFault };

/** @throws PtpError `Server.Unavailable` when it is no SOAP envelope of either version. */
export function readEnvelope(text: string): Answer {
  let body: XmlElement | undefined;
  try {
    const envelope = parseXml(text).root;
    body = envelope && localName(envelope) === 'Envelope' ? child(envelope, 'Body') : undefined;
  } catch (cause) {
    throw notSoap(cause);
  }
  const content = body && elements(body)[0];
  if (!content) throw notSoap();
  return localName(content) === 'Fault'
    ? { fault: readFault(content) }
    : { xml: indented(content, inherited(content)) };
}

const notSoap = (cause?: unknown): PtpError =>
  new PtpError(
    'Server.Unavailable',
    'the answer is no SOAP envelope; the URL should be that of a manager, such as http://127.0.0.1:18080/ptpmgr/eim',
    { cause },
  );

const elements = (parent: XmlElement): XmlElement[] => parent.children.filter((one) => one instanceof XmlElement);
const localName = ({ name }: XmlElement): string => name.slice(name.indexOf(':') + 1);
const child = (parent: XmlElement, name: string): XmlElement | undefined =>
  elements(parent).find((one) => localName(one) === name);
const textOf = (parent: XmlElement | undefined, ...path: readonly string[]): string | undefined =>
  path.reduce<XmlElement | undefined>((at, name) => at && child(at, name), parent)?.text.trim() || undefined;

function readFault(fault: XmlElement): SoapFault {
  const own = ['detail', 'Detail'].map((name) => child(fault, name)).find(Boolean);
  const detail = own && child(own, 'Fault');
  const standardCode =
    textOf(fault, 'Code', 'Subcode', 'Value') ?? textOf(fault, 'Code', 'Value') ?? textOf(fault, 'faultcode');
  const [path, line, column] = ['path', 'line', 'column'].map((name) => textOf(detail, name));
  return {
    code: textOf(detail, 'code') ?? standardCode?.replace(/^.*:/, '') ?? 'Server.Internal',
    message:
      textOf(detail, 'message') ??
      textOf(fault, 'Reason', 'Text') ??
      textOf(fault, 'faultstring') ??
      'no reason was given',
    ...(path ? { path } : {}),
    ...(line ? { line } : {}),
    ...(column ? { column } : {}),
  };
}

/** Namespaces that are declared further out and used here. */
function inherited(content: XmlElement): Readonly<Record<string, string>> {
  const declared: Record<string, string> = {};
  for (let at = content.parent; at instanceof XmlElement; at = at.parent) {
    for (const [name, uri] of Object.entries(at.attributes)) if (/^xmlns(:|$)/.test(name)) declared[name] ??= uri;
  }
  const used = new Set<string>();
  const visit = (element: XmlElement): void => {
    for (const name of [element.name, ...Object.keys(element.attributes)]) {
      const colon = name.indexOf(':');
      used.add(colon < 0 ? 'xmlns' : `xmlns:${name.slice(0, colon)}`);
    }
    elements(element).forEach(visit);
  };
  visit(content);
  return Object.fromEntries(
    Object.entries(declared).filter(([name]) => used.has(name) && !(name in content.attributes)),
  );
}

function indented(element: XmlElement, more: Readonly<Record<string, string>> = {}, indent = ''): string {
  const attributes = Object.entries({ ...more, ...element.attributes })
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
  const start = `${indent}<${element.name}${attributes}`;
  const inside = elements(element);
  if (inside.length > 0)
    return `${start}>\n${inside.map((one) => indented(one, {}, `${indent}  `)).join('\n')}\n${indent}</${element.name}>`;
  const text = element.children
    .map((one) => (one instanceof XmlText || one instanceof XmlCdata ? one.text : ''))
    .join('');
  return text === '' ? `${start}/>` : `${start}>${escapeText(text)}</${element.name}>`;
}

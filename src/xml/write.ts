/** Text as it stands in XML, so that any parser reads back exactly what was written. */
import { PtpError } from '../base/errors.js';

/** Not in XML 1.0 in any form, lone surrogates included. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const ALL_FORBIDDEN = new RegExp(FORBIDDEN.source, 'gu');

/** One look tells whether anything at all must be done; most text is plain. */
const TEXT_SPECIAL = /[&<>\r]|[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const ATTRIBUTE_SPECIAL = /[&<>"\t\n\r]|[^\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** A carriage return goes as a reference, or reading would turn it into a line feed. */
const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

const refer = (char: string): string => REFERENCES[char] ?? char;

function refuseForbidden(text: string): void {
  const found = FORBIDDEN.exec(text);
  if (!found) return;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  throw new PtpError('Client.Validation', `the character U+${code} cannot stand in XML; it should be left out`);
}

/** @throws PtpError `Client.Validation` for a character that XML 1.0 cannot carry. */
export function escapeText(text: string): string {
  if (!TEXT_SPECIAL.test(text)) return text;
  refuseForbidden(text);
  return text.replace(/[&<>\r]/g, refer);
}

/** For between double quotes. @throws PtpError `Client.Validation` for a character that XML 1.0 cannot carry. */
export function escapeAttribute(text: string): string {
  if (!ATTRIBUTE_SPECIAL.test(text)) return text;
  refuseForbidden(text);
  return text.replace(/[&<>"\t\n\r]/g, refer);
}

/** What a device sent, fit for XML: every character that XML 1.0 cannot carry becomes U+FFFD. */
export const cleanText = (text: string): string =>
  FORBIDDEN.test(text) ? text.replace(ALL_FORBIDDEN, '\uFFFD') : text;

/**
 * What stands before every XML parser: refuses, in one pass over the text and without building anything, what a parser
 * might choke on (size, depth, numbers of elements and attributes) and what this program never accepts (a DOCTYPE and
 * with it entities, other encodings than UTF-8, characters outside XML 1.0).
 *
 * It does not decide whether the text is well-formed; where it cannot go on because it is not, it says so.
 */
import { PtpError } from '../base/errors.js';

export interface XmlLimits {
  /** Of the whole text in UTF-8. */
  readonly maxBytes: number;
  /** Elements within elements; libxml2 itself ends at 256. */
  readonly maxDepth: number;
  readonly maxElements: number;
  /** Of one element. */
  readonly maxAttributes: number;
  /** Characters of one attribute's value as written. */
  readonly maxAttributeLength: number;
  /**
   * Comments, CDATA sections and processing instructions between two tags: libxml2 puts the pieces of a text together
   * in time with their number times their length.
   */
  readonly maxPieces: number;
  /** Characters of the name of an element or attribute with its prefix. */
  readonly maxNameLength: number;
}

/** For everything that comes from a network or a person, unless the place says otherwise. */
export const XML_LIMITS: XmlLimits = {
  maxBytes: 16 * 2 ** 20,
  maxDepth: 64,
  maxElements: 500_000,
  maxAttributes: 64,
  maxAttributeLength: 8 * 2 ** 20,
  maxPieces: 500,
  maxNameLength: 256,
};

/** Something wrong in an XML text. Lines and columns count from 1. */
export interface XmlFault {
  readonly line: number;
  readonly column?: number;
  /** Such as `/PTP_CONFIG/EMANAGER/DEVICES/DEVICE[2]/@ip`. */
  readonly path?: string;
  readonly message: string;
}

/** Line and column (in UTF-16 units) of an offset, both from 1. Lines end at LF, as in libxml2. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < offset; end = text.indexOf('\n', start)) {
    line++;
    start = end + 1;
  }
  return { line, column: offset - start + 1 };
}

/** A fault at an offset as the error that callers of a parser get. */
function faultAt(
  text: string,
  offset: number,
  message: string,
  code: 'Client.Validation' | 'Client.TooLarge' = 'Client.Validation',
): PtpError {
  return new PtpError(code, message, { place: positionAt(text, offset) });
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 3 : 0)} MiB`;

function tooLarge(maxBytes: number): PtpError {
  return new PtpError('Client.TooLarge', `the XML text is too large: at most ${megabytes(maxBytes)} are taken`);
}

/**
 * Bytes from outside as text: UTF-8, with or without a byte order mark, which is removed.
 *
 * @throws PtpError `Client.TooLarge`; `Client.MediaType` for another encoding; `Client.Validation` for broken UTF-8.
 */
export function decodeXml(bytes: Uint8Array, limits: XmlLimits = XML_LIMITS): string {
  if (bytes.byteLength > limits.maxBytes) throw tooLarge(limits.maxBytes);
  const wide =
    (bytes[0] === 0xfe && bytes[1] === 0xff) ||
    (bytes[0] === 0xff && bytes[1] === 0xfe) ||
    bytes[0] === 0 ||
    bytes[1] === 0;
  if (wide && bytes.byteLength > 1)
    throw new PtpError('Client.MediaType', 'the XML text is in UTF-16 or UTF-32; it should be in UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PtpError('Client.Validation', 'the XML text is not valid UTF-8', { place: brokenByte(bytes), cause });
  }
}

/** Where UTF-8 breaks: the longest prefix that decodes, found by halving. */
function brokenByte(bytes: Uint8Array): { line: number; column: number } {
  const valid = (length: number): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let good = 0;
  let bad = bytes.byteLength + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (valid(middle)) good = middle;
    else bad = middle;
  }
  const prefix = new TextDecoder('utf-8').decode(bytes.subarray(0, good), { stream: true });
  return positionAt(prefix, prefix.length);
}

/** All that XML 1.0 cannot carry, lone surrogates included. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const DECLARATION =
  /^<\?xml[\t\n\r ]+version[\t\n\r ]*=[\t\n\r ]*(["'])(.*?)\1(?:[\t\n\r ]+encoding[\t\n\r ]*=[\t\n\r ]*(["'])(.*?)\3)?/;

/**
 * @throws PtpError `Client.TooLarge`, `Client.MediaType` (encoding) or `Client.Validation`, with line and column.
 */
export function guardXml(text: string, limits: XmlLimits = XML_LIMITS): void {
  if (
    text.length > limits.maxBytes ||
    (text.length * 3 > limits.maxBytes && Buffer.byteLength(text) > limits.maxBytes)
  ) {
    throw tooLarge(limits.maxBytes);
  }
  const bad = FORBIDDEN.exec(text);
  if (bad) {
    const code = (bad[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    throw faultAt(text, bad.index, `the character U+${code} cannot stand in XML 1.0; remove it`);
  }
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (/^\s*$/.test(text)) throw faultAt(text, 0, 'the text is empty; it should be an XML document');
  checkDeclaration(text, start);
  new Scan(text, limits).run(start);
}

function checkDeclaration(text: string, start: number): void {
  const declaration = DECLARATION.exec(text.slice(start, start + 256));
  if (!declaration) return;
  const [, , version, , encoding] = declaration;
  if (version !== '1.0') throw faultAt(text, start, `this is XML ${version}; it should be XML 1.0`);
  if (encoding !== undefined && !/^(utf-?8|us-ascii|ascii)$/i.test(encoding)) {
    throw new PtpError('Client.MediaType', `the XML declaration says encoding "${encoding}"; it should say UTF-8`, {
      place: positionAt(text, start),
    });
  }
}

const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const GREATER = 0x3e;
const LESS = 0x3c;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

/** Walks from markup to markup, counting; every character is passed at most twice. */
class Scan {
  private depth = 0;
  private elements = 0;
  private pieces = 0;

  constructor(
    private readonly text: string,
    private readonly limits: XmlLimits,
  ) {}

  run(start: number): void {
    const { text } = this;
    for (let at = text.indexOf('<', start); at !== -1; at = text.indexOf('<', at)) {
      const next = text.charCodeAt(at + 1);
      if (next === BANG || next === QUESTION) this.countPiece(at);
      else this.pieces = 0;
      if (next === BANG) at = this.declaration(at);
      else if (next === QUESTION)
        at = this.upTo(at, 2, '?>', 'this processing instruction does not end; "?>" is missing');
      else if (next === SLASH) {
        this.depth--;
        at = this.upTo(at, 2, '>', 'this end tag does not end; ">" is missing');
      } else at = this.startTag(at);
    }
  }

  private countPiece(at: number): void {
    if (++this.pieces <= this.limits.maxPieces) return;
    const message = `too many comments, CDATA sections or processing instructions in a row: at most ${this.limits.maxPieces} are taken`;
    throw faultAt(this.text, at, message, 'Client.TooLarge');
  }

  private upTo(at: number, skip: number, end: string, message: string): number {
    const found = this.text.indexOf(end, at + skip);
    if (found === -1) throw faultAt(this.text, at, message);
    return found + end.length;
  }

  private declaration(at: number): number {
    const { text } = this;
    if (text.startsWith('<!--', at)) return this.upTo(at, 4, '-->', 'this comment does not end; "-->" is missing');
    if (text.startsWith('<![CDATA[', at))
      return this.upTo(at, 9, ']]>', 'this CDATA section does not end; "]]>" is missing');
    if (/^<!doctype/i.test(text.slice(at, at + 9))) {
      throw faultAt(text, at, "a DOCTYPE is not accepted, nor are entities of one's own; remove it");
    }
    throw faultAt(text, at, 'this "<!" begins neither a comment nor a CDATA section; "<" in text is written "&lt;"');
  }

  private startTag(at: number): number {
    const { text, limits } = this;
    this.depth++;
    this.elements++;
    if (this.depth > limits.maxDepth) {
      throw faultAt(
        text,
        at,
        `the elements are nested too deeply: at most ${limits.maxDepth} levels are taken`,
        'Client.TooLarge',
      );
    }
    if (this.elements > limits.maxElements) {
      throw faultAt(
        text,
        at,
        `there are too many elements: at most ${limits.maxElements} are taken`,
        'Client.TooLarge',
      );
    }
    let attributes = 0;
    let word = at + 1;
    for (let i = at + 1; i < text.length; i++) {
      const char = text.charCodeAt(i);
      if (char === GREATER) {
        if (text.charCodeAt(i - 1) === SLASH) this.depth--;
        return i + 1;
      }
      if (char === QUOTE || char === APOSTROPHE) {
        if (++attributes > limits.maxAttributes) {
          throw faultAt(
            text,
            i,
            `this element has too many attributes: at most ${limits.maxAttributes} are taken`,
            'Client.TooLarge',
          );
        }
        const end = text.indexOf(char === QUOTE ? '"' : "'", i + 1);
        if (end === -1)
          throw faultAt(text, i, 'the value of this attribute does not end; the closing quote is missing');
        if (end - i > limits.maxAttributeLength) {
          throw faultAt(
            text,
            i,
            `this attribute is too long: at most ${limits.maxAttributeLength} characters are taken`,
            'Client.TooLarge',
          );
        }
        i = end;
        word = i + 1;
      } else if (char === LESS) {
        throw faultAt(text, at, 'this start tag does not end; ">" is missing before the next "<"');
      } else if (char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09 || char === 0x3d || char === SLASH) {
        word = i + 1;
      } else if (i - word >= limits.maxNameLength) {
        throw faultAt(
          text,
          word,
          `this name is too long: at most ${limits.maxNameLength} characters are taken`,
          'Client.TooLarge',
        );
      }
    }
    throw faultAt(text, at, 'this start tag does not end; ">" is missing');
  }
}

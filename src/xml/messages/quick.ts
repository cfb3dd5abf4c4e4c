/**
 * The quick way in for messages as encode.ts writes them, which is how managers write to each other, thousands of times
 * a second.
 *
 * What is read here is exactly what the schema would let in and decode.ts would make of it: the same table says both.
 * Anything else (another prefix, blanks between elements, comments, a reference that encode.ts does not write, a wrong
 * value) is not refused but left to the schema, which then says what is wrong. So this is never the one that lets
 * something in that the schema would not.
 */
import { parseNumber, parseWrittenTime } from '../lexical.js';
import { ID_LENGTH, TEXT_LENGTH } from './bounds.js';
import type { Message } from './decode.js';
import { type Direction, messageName } from './encode.js';
import type { Field, Fields, FieldType } from './fields.js';
import { NAMESPACE, OPERATION_NAMES, OPERATIONS, type OperationName } from './operations.js';

/** Where the reading is. */
interface Cursor {
  readonly text: string;
  at: number;
  /** That may still come. */
  elements: number;
}

/** What every reader answers with when it has come upon something else. */
const OTHER = Symbol('other');

/** Reads from behind the start tag to behind the end tag. */
type Read = (cursor: Cursor) => unknown;

/** All that XML 1.0 cannot carry, and carriage returns, which are line feeds to every reader. */
const UNUSUAL = /[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/**
 * The message that begins at `from` and ends at `to`; undefined when it is not written in the one form that is read here.
 *
 * @param maxElements More are left to the schema, and its limits.
 */
export function readQuickly(text: string, from: number, to: number, maxElements: number): Message | undefined {
  if (text[from] !== '<' || UNUSUAL.test(text)) return undefined;
  const end = text.indexOf(' ', from);
  if (end === -1 || end - from > LONGEST_NAME) return undefined;
  const reader = messageReaders().get(text.slice(from + 1, end));
  if (!reader || !text.startsWith(DECLARATION, end)) return undefined;
  const cursor = { text, at: end + DECLARATION.length, elements: maxElements - AROUND };
  const content = reader.read(cursor);
  if (content === OTHER || cursor.at !== to) return undefined;
  // As in decode.ts: made from the fields of this very operation and direction.
  return { operation: reader.operation, direction: reader.direction, content } as Message;
}

const DECLARATION = ` xmlns="${NAMESPACE}"`;
const LONGEST_NAME = 100;
/** Envelope, body and the message itself. */
const AROUND = 3;

interface MessageReader {
  readonly operation: OperationName;
  readonly direction: Direction;
  readonly read: Read;
}

let readers: ReadonlyMap<string, MessageReader> | undefined;

function messageReaders(): ReadonlyMap<string, MessageReader> {
  if (readers) return readers;
  const made = new Map<string, MessageReader>();
  for (const operation of OPERATION_NAMES) {
    const { input, output } = OPERATIONS[operation];
    for (const [direction, fields] of [
      ['request', input],
      ['answer', output],
    ] as const) {
      const name = messageName(operation, direction);
      const inner = recordReader(fields, name);
      if (inner) made.set(name, { operation, direction, read: messageReader(inner, fields) });
    }
  }
  readers = made;
  return made;
}

/** Behind the declaration: the rest of the tag, or of one without content. */
function messageReader(inner: Read, fields: Fields): Read {
  const isEmpty = Object.values(fields).every(({ occurs }) => occurs !== 'one');
  const lists = Object.keys(fields).filter((name) => fields[name]?.occurs === 'list');
  return (cursor) => {
    if (cursor.text.startsWith('/>', cursor.at)) {
      if (!isEmpty) return OTHER;
      cursor.at += 2;
      return Object.fromEntries(lists.map((name) => [name, []]));
    }
    if (cursor.text[cursor.at] !== '>') return OTHER;
    cursor.at += 1;
    return inner(cursor);
  };
}

interface FieldReader {
  readonly name: string;
  readonly open: string;
  readonly occurs: Field['occurs'];
  readonly read: Read;
}

/** Undefined when the record has, at any depth, something that is not read here: the common data format, values. */
function recordReader(fields: Fields, element: string): Read | undefined {
  const members: FieldReader[] = [];
  for (const [name, { occurs, type }] of Object.entries(fields)) {
    const read = typeReader(type, name);
    if (!read) return undefined;
    members.push({ name, open: `<${name}>`, occurs, read });
  }
  const close = `</${element}>`;
  return (cursor) => {
    const record: Record<string, unknown> = {};
    for (const { name, open, occurs, read } of members) {
      if (occurs === 'list') {
        const list: unknown[] = [];
        while (enters(cursor, open)) {
          const value = read(cursor);
          if (value === OTHER) return OTHER;
          list.push(value);
        }
        record[name] = list;
      } else if (enters(cursor, open)) {
        const value = read(cursor);
        if (value === OTHER) return OTHER;
        record[name] = value;
      } else if (occurs === 'one') return OTHER;
    }
    return enters(cursor, close) ? record : OTHER;
  };
}

function enters(cursor: Cursor, tag: string): boolean {
  if (!cursor.text.startsWith(tag, cursor.at)) return false;
  cursor.at += tag.length;
  cursor.elements -= 1;
  return cursor.elements >= 0;
}

function typeReader(type: FieldType, name: string): Read | undefined {
  switch (type.is) {
    case 'ptpStore':
    case 'message':
      return undefined;
    case 'record':
      return recordReader(type.fields, name);
    case 'enum': {
      const values = new Set(type.values);
      return textReader(name, (text) => (values.has(text) ? text : OTHER));
    }
    case 'scalar':
      switch (type.scalar) {
        case 'string':
          return textReader(name, (text) => (text.length <= TEXT_LENGTH ? text : OTHER));
        case 'id':
          return textReader(name, (text) => (text !== '' && text.length <= ID_LENGTH ? text : OTHER));
        case 'int':
          return textReader(name, integer);
        case 'decimal':
          return textReader(name, decimal);
        case 'boolean':
          return textReader(name, (text) => (text === 'true' ? true : text === 'false' ? false : OTHER));
        case 'time':
          return textReader(name, instant);
        case 'value':
          return undefined;
      }
  }
}

/** No element within, and no reference but those that are written by write.ts. */
function textReader(name: string, value: (text: string) => unknown): Read {
  const close = `</${name}>`;
  return (cursor) => {
    const { text, at } = cursor;
    const end = text.indexOf('<', at);
    if (end === -1 || !text.startsWith(close, end)) return OTHER;
    cursor.at = end + close.length;
    const raw = text.slice(at, end);
    if (raw.includes('>')) return OTHER;
    if (!raw.includes('&')) return value(raw);
    const plain = unescaped(raw);
    return plain === undefined ? OTHER : value(plain);
  };
}

const WRITTEN: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&#13;': '\r' };

function unescaped(raw: string): string | undefined {
  let isOther = false;
  const plain = raw.replace(/&[^;]{0,8};?/g, (reference) => {
    const char = WRITTEN[reference];
    if (char === undefined) isOther = true;
    return char ?? '';
  });
  return isOther ? undefined : plain;
}

/** In the one form in which times are written here; any other is left to the schema. */
const instant = (text: string): unknown => parseWrittenTime(text) ?? OTHER;

function integer(text: string): unknown {
  if (!/^(?:0|-?[1-9]\d{0,15})$/.test(text)) return OTHER;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : OTHER;
}

function decimal(text: string): unknown {
  // What parseNumber takes and has no blanks around it is what xs:double takes.
  if (!/^-?\d[\d.eE+-]*$/.test(text)) return OTHER;
  const value = parseNumber(text);
  return value === undefined || !Number.isFinite(value) ? OTHER : value;
}

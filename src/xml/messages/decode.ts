/**
 * Messages from XML: the other half of encode.ts. Made for messages that the schema has found valid, but refuses, with
 * the path, whatever is not in the table.
 *
 * Only names of the table become keys of what is returned; what stands in a message never does.
 */
import { PtpError } from '../../base/errors.js';
import { parseBoolean, parseInteger, parseNumber, parseTime, parseValue } from '../lexical.js';
import type { XmlNode } from '../parse.js';
import { readPtpStore } from '../ptp-store-codec.js';
import { ID_LENGTH, TEXT_LENGTH } from './bounds.js';
import { type Direction, messageName } from './encode.js';
import type { EmbeddedMessage, Field, Fields, FieldType, ScalarName } from './fields.js';
import { type Input, NAMESPACE, OPERATION_NAMES, OPERATIONS, type OperationName, type Output } from './operations.js';

/** A decoded message; its operation and direction tell the type of its content. */
export type Message = {
  readonly [O in OperationName]:
    | { readonly operation: O; readonly direction: 'request'; readonly content: Input<O> }
    | { readonly operation: O; readonly direction: 'answer'; readonly content: Output<O> };
}[OperationName];

type Read = (node: XmlNode, path: string) => unknown;

interface Reader {
  readonly operation: OperationName;
  readonly direction: Direction;
  readonly read: (node: XmlNode, path: string) => Record<string, unknown>;
}

let readers: ReadonlyMap<string, Reader> | undefined;

/** By the name of the message's element; made at the first use. */
function messageReaders(): ReadonlyMap<string, Reader> {
  if (readers) return readers;
  const made = new Map<string, Reader>();
  for (const operation of OPERATION_NAMES) {
    const { input, output } = OPERATIONS[operation];
    made.set(messageName(operation, 'request'), { operation, direction: 'request', read: recordReader(input) });
    made.set(messageName(operation, 'answer'), { operation, direction: 'answer', read: recordReader(output) });
  }
  readers = made;
  return made;
}

/**
 * @param node The element within the SOAP body.
 * @throws PtpError `Client.Validation` with the path of what is wrong.
 */
export function decodeMessage(node: XmlNode): Message {
  const path = `/${node.name}`;
  if (node.namespace !== NAMESPACE) {
    throw wrong(
      path,
      `is in ${node.namespace === '' ? 'no namespace' : `the namespace "${node.namespace.slice(0, 100)}"`}; it should be in "${NAMESPACE}"`,
    );
  }
  const reader = messageReaders().get(node.name);
  if (!reader) throw wrong(path, `is no message; it should be one of ${OPERATION_NAMES.join(', ')}`);
  // The reader was made from the fields of this very operation and direction, from which the type is made, too.
  return {
    operation: reader.operation,
    direction: reader.direction,
    content: reader.read(node, path),
  } as unknown as Message;
}

function wrong(path: string, what: string): PtpError {
  return new PtpError('Client.Validation', `${path.slice(path.lastIndexOf('/') + 1)} ${what}`, { place: { path } });
}

function recordReader(fields: Fields): Reader['read'] {
  const entries = Object.entries(fields).map(([name, field]) => ({
    name,
    field,
    read: typeReader(field.type),
    namespace: namespaceOf(field),
  }));
  return (node, path) => {
    const record: Record<string, unknown> = {};
    const { children } = node;
    let at = 0;
    for (const { name, field, read, namespace } of entries) {
      const isHere = (): boolean => children[at]?.name === name && children[at]?.namespace === namespace;
      const next = (): unknown => {
        const child = children[at++];
        return child && read(child, `${path}/${name}`);
      };
      if (field.occurs === 'list') {
        const list: unknown[] = [];
        while (isHere()) list.push(next());
        record[name] = list;
      } else if (isHere()) record[name] = next();
      else if (field.occurs === 'one') {
        const found = children[at];
        if (!found) throw wrong(path, `is not complete; missing is: ${name}`);
        const what =
          found.name === name
            ? `${name} in the wrong namespace`
            : `${found.name.slice(0, 60)} where ${name} is expected`;
        throw wrong(path, `has ${what}`);
      }
    }
    const more = children[at];
    if (more) {
      const known = Object.hasOwn(fields, more.name)
        ? 'once too often or in the wrong place'
        : `, which is not known; it may contain ${Object.keys(fields).join(', ') || 'nothing'}`;
      throw wrong(path, `has ${more.name.slice(0, 60)}${known.startsWith(',') ? '' : ' '}${known}`);
    }
    return record;
  };
}

const namespaceOf = (field: Field): string => (field.type.is === 'ptpStore' ? '' : NAMESPACE);

function typeReader(type: FieldType): Read {
  switch (type.is) {
    case 'ptpStore':
      return readPtpStore;
    case 'message':
      return (node, path) => readEmbedded(node, type.direction, path);
    case 'record':
      return recordReader(type.fields);
    case 'enum': {
      const values = new Set(type.values);
      return (node, path) => {
        if (!values.has(node.text))
          throw wrong(path, `is "${node.text.slice(0, 60)}"; it should be one of ${type.values.join(', ')}`);
        return node.text;
      };
    }
    case 'scalar': {
      const { parse, right } = SCALARS[type.scalar];
      return (node, path) => {
        const value = parse(node);
        if (value === undefined) throw wrong(path, `is "${node.text.slice(0, 60)}"; it should be ${right}`);
        return value;
      };
    }
  }
}

const long = (text: string, most: number): boolean => text.length > most && [...text].length > most;

const SCALARS: Readonly<Record<ScalarName, { parse: (node: XmlNode) => unknown; right: string }>> = {
  string: {
    parse: ({ text }) => (long(text, TEXT_LENGTH) ? undefined : text),
    right: `text of at most ${TEXT_LENGTH} characters`,
  },
  id: {
    parse: ({ text }) => (text === '' || long(text, ID_LENGTH) ? undefined : text),
    right: `text of 1 to ${ID_LENGTH} characters`,
  },
  int: { parse: ({ text }) => parseInteger(text), right: 'a whole number' },
  decimal: {
    parse: ({ text }) => {
      const value = parseNumber(text);
      return Number.isFinite(value) ? value : undefined;
    },
    right: 'a finite number',
  },
  boolean: { parse: ({ text }) => parseBoolean(text), right: 'true or false' },
  time: { parse: ({ text }) => parseTime(text), right: 'a time such as 2026-01-31T12:00:00Z' },
  value: {
    parse: (node) => parseValue(node.text, node.attributes.get('type')),
    right: 'a value of the type that it says',
  },
};

function readEmbedded(node: XmlNode, direction: Direction, path: string): EmbeddedMessage {
  const [child, ...more] = node.children;
  const reader = child?.namespace === NAMESPACE ? messageReaders().get(child.name) : undefined;
  if (!child || !reader || reader.direction !== direction || more.length > 0) {
    throw wrong(path, `should contain exactly one ${direction} of an operation`);
  }
  return { operation: reader.operation, content: reader.read(child, `${path}/${child.name}`) };
}

/**
 * Messages as XML: `<op>` or `<opResponse>` in the namespace of all messages, fields in the order of the table.
 *
 * A writer is made once for each record of the table; writing an answer is then string concatenation only.
 */
import { PtpError } from '../../base/errors.js';
import type { PtpStore } from '../../model/ptp-store.js';
import { formatNumber, formatTime, formatValue, valueType } from '../lexical.js';
import { embedPtpStore } from '../ptp-store-codec.js';
import { writeAhead } from '../ptp-store-write.js';
import { escapeText } from '../write.js';
import { ID_LENGTH, TEXT_LENGTH } from './bounds.js';
import type { EmbeddedMessage, Field, Fields, FieldType, ScalarName } from './fields.js';
import { type Input, isOperation, NAMESPACE, OPERATIONS, type OperationName, type Output } from './operations.js';

export type Direction = 'request' | 'answer';

/** Name of the element of a request or answer. */
export const messageName = (operation: string, direction: Direction): string =>
  direction === 'request' ? operation : `${operation}Response`;

/** Writes a value's content, without the element around it. `path` names the place for messages. */
type Write = (value: unknown, path: string) => string;

/**
 * @returns One element that declares the namespace, ready for a SOAP body or a socket's frame.
 * @throws PtpError `Client.Validation` when the content is not what the table says, or is text that XML cannot carry.
 */
export function encodeMessage<O extends OperationName>(operation: O, direction: 'request', content: Input<O>): string;
export function encodeMessage<O extends OperationName>(operation: O, direction: 'answer', content: Output<O>): string;
export function encodeMessage(operation: OperationName, direction: Direction, content: unknown): string {
  return writeMessage(operation, direction, content, ` xmlns="${NAMESPACE}"`, operation);
}

/** As {@link encodeMessage}; a large store is written with pauses, in which others have their turn. */
export async function encodeAnswerInTurns<O extends OperationName>(
  operation: O,
  content: Output<O>,
  pause: () => Promise<void>,
): Promise<string> {
  const store = 'PTP_STORE' in content ? content.PTP_STORE : undefined;
  const done = isStore(store) ? await writeAhead(store, pause) : () => {};
  try {
    return encodeMessage(operation, 'answer', content);
  } finally {
    done();
  }
}

function writeMessage(
  operation: OperationName,
  direction: Direction,
  content: unknown,
  declaration: string,
  path: string,
): string {
  const name = messageName(operation, direction);
  const body = messageWriter(operation, direction)(content, path);
  return body === '' ? `<${name}${declaration}/>` : `<${name}${declaration}>${body}</${name}>`;
}

const messages = new Map<string, Write>();

function messageWriter(operation: OperationName, direction: Direction): Write {
  const key = messageName(operation, direction);
  let write = messages.get(key);
  if (!write) {
    const definition = OPERATIONS[operation];
    write = recordWriter(direction === 'request' ? definition.input : definition.output);
    messages.set(key, write);
  }
  return write;
}

function wrong(path: string, value: unknown, right: string): PtpError {
  const shown =
    typeof value === 'string'
      ? `"${value.slice(0, 60)}"`
      : value === undefined
        ? 'nothing'
        : typeof value === 'object'
          ? 'a structure'
          : String(value);
  return new PtpError('Client.Validation', `${path} is ${shown}; it should be ${right}`, { place: { path } });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function recordWriter(fields: Fields): Write {
  const writers = Object.entries(fields).map(([name, field]) => [name, fieldWriter(name, field)] as const);
  return (value, path) => {
    if (!isRecord(value)) throw wrong(path, value, 'a structure');
    let out = '';
    for (const [name, write] of writers) out += write(value[name], path);
    return out;
  };
}

function fieldWriter(name: string, field: Field): Write {
  const one = elementWriter(name, field.type);
  if (field.occurs === 'optional') return (value, path) => (value === undefined ? '' : one(value, path));
  if (field.occurs === 'one') return one;
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(`${path}/${name}`, value, 'a list');
    let out = '';
    for (const entry of value) out += one(entry, path);
    return out;
  };
}

function elementWriter(name: string, type: FieldType): Write {
  const open = `<${name}>`;
  const close = `</${name}>`;
  switch (type.is) {
    case 'ptpStore':
      return (value, path) => embedPtpStore(storeOf(value, `${path}/${name}`));
    case 'message':
      return (value, path) => open + embeddedMessage(value, type.direction, `${path}/${name}`) + close;
    case 'record': {
      const write = recordWriter(type.fields);
      return (value, path) => open + write(value, `${path}/${name}`) + close;
    }
    case 'enum': {
      const values = new Set<unknown>(type.values);
      return (value, path) => {
        if (!values.has(value)) throw wrong(`${path}/${name}`, value, `one of ${type.values.join(', ')}`);
        return `${open}${value}${close}`;
      };
    }
    case 'scalar': {
      if (type.scalar === 'value') {
        return (value, path) => {
          if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') {
            throw wrong(`${path}/${name}`, value, 'a number or text');
          }
          const text = typeof value === 'string' ? bounded(value, `${path}/${name}`) : formatValue(value);
          return `<${name} type="${valueType(value)}">${text}${close}`;
        };
      }
      const write = SCALARS[type.scalar];
      return (value, path) => open + write(value, `${path}/${name}`) + close;
    }
  }
}

/** Characters are counted as XML Schema does, but only where that can matter. */
function bounded(value: string, path: string): string {
  if (value.length > TEXT_LENGTH && [...value].length > TEXT_LENGTH) {
    throw wrong(path, value, `text of at most ${TEXT_LENGTH} characters`);
  }
  return escapeText(value);
}

const SCALARS: Readonly<Record<Exclude<ScalarName, 'value'>, Write>> = {
  string(value, path) {
    if (typeof value !== 'string') throw wrong(path, value, 'text');
    return bounded(value, path);
  },
  id(value, path) {
    if (typeof value !== 'string' || value === '' || (value.length > ID_LENGTH && [...value].length > ID_LENGTH)) {
      throw wrong(path, value, `text of 1 to ${ID_LENGTH} characters`);
    }
    return escapeText(value);
  },
  int(value, path) {
    if (!Number.isSafeInteger(value)) throw wrong(path, value, 'a whole number');
    return String(value);
  },
  decimal(value, path) {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(path, value, 'a finite number');
    return formatNumber(value);
  },
  boolean(value, path) {
    if (typeof value !== 'boolean') throw wrong(path, value, 'true or false');
    return String(value);
  },
  time(value, path) {
    const text = typeof value === 'number' ? formatTime(value) : undefined;
    if (text === undefined) throw wrong(path, value, 'a time between the years 1 and 9999');
    return text;
  },
};

const isStore = (value: unknown): value is PtpStore =>
  typeof value === 'object' && value !== null && 'managers' in value && 'integrationManagers' in value;

function storeOf(value: unknown, path: string): PtpStore {
  if (!isStore(value)) throw wrong(path, value, 'the common data format');
  return value;
}

const isEmbedded = (value: unknown): value is EmbeddedMessage =>
  typeof value === 'object' && value !== null && 'operation' in value && 'content' in value;

function embeddedMessage(value: unknown, direction: Direction, path: string): string {
  if (!isEmbedded(value) || !isOperation(value.operation)) throw wrong(path, value, `the ${direction} of an operation`);
  return writeMessage(value.operation, direction, value.content, '', path);
}

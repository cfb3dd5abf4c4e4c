/**
 * `name=value` words of the command line as the content of a request, typed by the table of messages.
 *
 * Parts of a record are named with dots (`manager.id=EM1`). A list is a repeated name; of a list of records, a part
 * that is given again begins the next record. `@FILE` stands for a file's text, `@@` for a leading `@`.
 */

import type { Field, Fields, ScalarName } from '../../xml/messages/fields.js';
import { isOperation, OPERATION_NAMES, OPERATIONS } from '../../xml/messages/operations.js';
import { nearest } from '../../xml/xsd-model.js';
import { usageFailure } from '../failure.js';

export type Content = Record<string, unknown>;

export interface ParameterSources {
  /** Text of a file named by `@FILE`. */
  readonly readFile: (path: string) => string;
  /** Milliseconds since 1970, for `now` and `-1h`. */
  readonly nowMs: number;
}

/**
 * @param of What the parameters belong to, such as `getSamples`, for messages.
 * @throws CommandFailure with exit code 2, one line for each thing that is wrong.
 */
export function parseParameters(
  words: readonly string[],
  fields: Fields,
  of: string,
  sources: ParameterSources,
): Content {
  const content: Content = {};
  const faults: string[] = [];
  const noted = (run: () => void) => {
    try {
      run();
    } catch (thrown) {
      if (!(thrown instanceof ParameterFault)) throw thrown;
      faults.push(`ptpmgr: ${thrown.message}`);
    }
  };
  for (const word of words) noted(() => assign(content, fields, of, word, sources));
  if (faults.length === 0) noted(() => requireAll(content, fields, of, ''));
  if (faults.length > 0) throw usageFailure(...faults);
  return content;
}

class ParameterFault extends Error {}

function assign(content: Content, fields: Fields, of: string, word: string, sources: ParameterSources): void {
  const equals = word.indexOf('=');
  if (equals < 1) throw new ParameterFault(`"${word}" should be name=value`);
  const name = word.slice(0, equals);
  const written = word.slice(equals + 1);
  const value = written.startsWith('@@')
    ? written.slice(1)
    : written.startsWith('@')
      ? sources.readFile(written.slice(1))
      : written;
  place(content, fields, { of, name, path: name.split('.'), value, nowMs: sources.nowMs });
}

interface Assignment {
  readonly of: string;
  /** As written, for messages. */
  readonly name: string;
  /** What is left of it at this level. */
  readonly path: readonly string[];
  readonly value: string;
  readonly nowMs: number;
}

function place(content: Content, fields: Fields, assignment: Assignment): void {
  const [name = '', ...rest] = assignment.path;
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!field) throw unknown(name, fields, assignment);
  const below = { ...assignment, path: rest };
  const { type } = field;
  switch (type.is) {
    case 'scalar':
    case 'enum': {
      if (rest.length > 0) throw new ParameterFault(`${assignment.name} names a part of ${name}, which has none`);
      const value = type.is === 'enum' ? oneOf(type.values, assignment) : scalar(type.scalar, assignment);
      if (field.occurs === 'list') content[name] = [...listAt(content, name), value];
      else if (name in content) throw new ParameterFault(`${assignment.name} is given twice`);
      else content[name] = value;
      return;
    }
    case 'record': {
      if (rest.length === 0) {
        throw new ParameterFault(
          `${assignment.name} has parts: ${Object.keys(type.fields)
            .map((part) => `${assignment.name}.${part}`)
            .join(', ')}`,
        );
      }
      place(recordAt(content, name, field, rest), type.fields, below);
      return;
    }
    case 'message':
      placeMessage(content, name, below);
      return;
    case 'ptpStore':
      throw new ParameterFault(`${assignment.name} cannot be given on the command line`);
  }
}

/** `request=getStatus`, `request.getStatus.scope=pool`: the request of another operation within this one. */
function placeMessage(content: Content, name: string, assignment: Assignment): void {
  const [part, ...rest] = assignment.path;
  const operation = part ?? assignment.value;
  if (!isOperation(operation)) {
    throw new ParameterFault(`${assignment.name} should name an operation${meant(operation, OPERATION_NAMES)}`);
  }
  const present = content[name];
  const message = isMessage(present) ? present : { operation, content: {} };
  if (message.operation !== operation)
    throw new ParameterFault(`${assignment.name} is the request of another operation than ${message.operation}`);
  content[name] = message;
  if (part !== undefined)
    place(message.content, OPERATIONS[operation].input, { ...assignment, of: operation, path: rest });
}

interface Message {
  readonly operation: string;
  readonly content: Content;
}
const isRecord = (value: unknown): value is Content =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isMessage = (value: unknown): value is Message =>
  isRecord(value) && isRecord(value.content) && typeof value.operation === 'string';
const listAt = (content: Content, name: string): readonly unknown[] => {
  const present = content[name];
  return Array.isArray(present) ? present : [];
};

/** The record that a part goes into: the only one, the list's last one, or a new one when that has the part already. */
function recordAt(content: Content, name: string, field: Field, path: readonly string[]): Content {
  const present = field.occurs === 'list' ? listAt(content, name).at(-1) : content[name];
  if (
    isRecord(present) &&
    (field.occurs !== 'list' || field.type.is !== 'record' || !taken(present, field.type.fields, path))
  )
    return present;
  const fresh: Content = {};
  content[name] = field.occurs === 'list' ? [...listAt(content, name), fresh] : fresh;
  return fresh;
}

function taken(content: Content, fields: Fields, [name = '', ...rest]: readonly string[]): boolean {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  const present = content[name];
  if (!field || present === undefined || field.occurs === 'list') return false;
  return field.type.is !== 'record' || (isRecord(present) && taken(present, field.type.fields, rest));
}

function requireAll(content: Content, fields: Fields, of: string, prefix: string): void {
  const missing = Object.keys(fields).filter((name) => fields[name]?.occurs === 'one' && !(name in content));
  if (missing.length > 0)
    throw new ParameterFault(`${of} needs ${missing.map((name) => `${prefix}${name}=...`).join(' ')}`);
  for (const [name, value] of Object.entries(content)) {
    const type = fields[name]?.type;
    if (type?.is === 'record') {
      for (const one of Array.isArray(value) ? value : [value])
        if (isRecord(one)) requireAll(one, type.fields, of, `${prefix}${name}.`);
    }
    if (type?.is === 'message' && isMessage(value) && isOperation(value.operation)) {
      requireAll(
        value.content,
        OPERATIONS[value.operation].input,
        value.operation,
        `${prefix}${name}.${value.operation}.`,
      );
    }
  }
}

function unknown(name: string, fields: Fields, { of, name: written }: Assignment): ParameterFault {
  const known = Object.keys(fields);
  const has = known.length > 0 ? `it has ${known.join(', ')}` : 'it has none';
  const where = written === name ? of : `${written.slice(0, Math.max(0, written.length - name.length - 1))} of ${of}`;
  return new ParameterFault(`${name} is no parameter of ${where}${meant(name, known) || `; ${has}`}`);
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near ? `; did you mean ${near}?` : '';
}

function oneOf(values: readonly string[], { name, value }: Assignment): string {
  if (values.includes(value)) return value;
  throw new ParameterFault(`${name}=${value} should be one of ${values.join(', ')}`);
}

function scalar(type: ScalarName, { name, value, nowMs }: Assignment): unknown {
  const wrong = (right: string) => new ParameterFault(`${name}=${value} should be ${right}`);
  switch (type) {
    case 'string':
    case 'value':
      return value;
    case 'id':
      if (value.length >= 1 && value.length <= 1024) return value;
      throw new ParameterFault(`${name} should have 1 to 1024 characters`);
    case 'int': {
      const number = /^[+-]?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
      if (Number.isSafeInteger(number)) return number;
      throw wrong('a whole number');
    }
    case 'decimal': {
      const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(value) ? Number(value) : Number.NaN;
      if (Number.isFinite(number)) return number;
      throw wrong('a number');
    }
    case 'boolean':
      if (['true', '1', 'yes'].includes(value)) return true;
      if (['false', '0', 'no'].includes(value)) return false;
      throw wrong('true or false');
    case 'time': {
      const time = parseTime(value, nowMs);
      if (time !== undefined) return time;
      throw wrong('a time such as 2026-11-30T22:00:00Z, now, or -1h');
    }
  }
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** ISO 8601 with a zone, `now`, or so much before now: `-90s`, `-15m`, `-1h`, `-7d`. */
function parseTime(text: string, nowMs: number): number | undefined {
  if (text === 'now') return nowMs;
  const ago = /^-(\d{1,9})([smhd])$/.exec(text);
  if (ago) return nowMs - Number(ago[1]) * (SECONDS[ago[2] ?? ''] ?? 0) * 1000;
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

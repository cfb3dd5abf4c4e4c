/**
 * Between the content of messages as this project's code has it and the way in which a client in another language says
 * the same: plans are made from content, and what a client printed is read back to be compared.
 */
import type { PtpStore } from '../../../src/model/ptp-store.js';
import { type Direction, encodeMessage, messageName } from '../../../src/xml/messages/encode.js';
import type { EmbeddedMessage, Field, Fields, FieldType } from '../../../src/xml/messages/fields.js';
import { isOperation, OPERATION_NAMES, OPERATIONS, type OperationName } from '../../../src/xml/messages/operations.js';
import type { Content } from './content.js';
import { plannedStore } from './store-plan.js';

/** The codec for operations that are known at run time only; it checks the content by itself. */
export const encodeAny = encodeMessage as (operation: OperationName, direction: Direction, content: unknown) => string;

/** As a plan for the clients says it (JSON). */
export function asPlan(fields: Fields, content: Content): Content {
  const plan: Content = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = content[name];
    if (value === undefined) continue;
    plan[name] = Array.isArray(value) ? value.map((one) => planned(field.type, one)) : planned(field.type, value);
  }
  return plan;
}

function planned(type: FieldType, value: unknown): unknown {
  if (type.is === 'record') return asPlan(type.fields, value as Content);
  if (type.is === 'message') {
    const { operation, content } = value as EmbeddedMessage;
    return { [messageName(operation, type.direction)]: asPlan(fieldsOf(operation, type.direction), content) };
  }
  if (type.is === 'ptpStore') return plannedStore(value as PtpStore);
  if (type.is === 'scalar' && type.scalar === 'time') return { $time: new Date(Number(value)).toISOString() };
  if (type.is === 'scalar' && type.scalar === 'value') return String(value);
  return value;
}

/** What a client said, in a form that is the same for all clients: scalars as text, lists as lists, absent things absent. */
export function normalized(fields: Fields, said: unknown): Content {
  const result: Content = {};
  const record = isRecord(said) ? said : {};
  for (const [name, field] of Object.entries(fields)) {
    const value = record[name];
    if (field.occurs === 'list') result[name] = asList(value).map((one) => normalizedValue(field, one));
    // An empty PTP_STORE is nothing to some clients.
    else if (field.type.is === 'ptpStore') result[name] = storeSummary(value);
    else if (value !== undefined && value !== null) result[name] = normalizedValue(field, value);
  }
  return result;
}

/** The same for content as this project's code has it. */
export const expected = normalized;

function normalizedValue(field: Field, value: unknown): unknown {
  const type = field.type;
  switch (type.is) {
    case 'record':
      return normalized(type.fields, value);
    case 'enum':
      return String(value);
    case 'ptpStore':
      return storeSummary(value);
    case 'message':
      return normalizedMessage(type.direction, value);
    case 'scalar':
      if (type.scalar === 'int' || type.scalar === 'decimal') return Number(value);
      if (type.scalar === 'boolean') return value === true || value === 'true' || value === '1';
      if (type.scalar === 'time')
        return typeof value === 'number' ? value : new Date(value instanceof Date ? value : String(value)).getTime();
      return isRecord(value) ? ownText(value) : String(value);
  }
}

/** A message within a message is the only child of its element; in this project's code it is named beside its content. */
function normalizedMessage(direction: Direction, value: unknown): unknown {
  const message = isRecord(value) ? value : {};
  const operation = OPERATION_NAMES.find((one) =>
    'operation' in message ? message.operation === one : isRecord(message[messageName(one, direction)]),
  );
  if (!operation) return message;
  const content = 'operation' in message ? message.content : message[messageName(operation, direction)];
  return { operation, content: normalized(fieldsOf(operation, direction), content) };
}

function fieldsOf(operation: string, direction: Direction): Fields {
  if (!isOperation(operation)) throw new Error(`there is no operation ${operation}`);
  return direction === 'request' ? OPERATIONS[operation].input : OPERATIONS[operation].output;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asList = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

/** The attributes of an element beside its children: one client keeps them apart. */
const flattened = (value: unknown): Record<string, unknown> => {
  if (!isRecord(value)) return {};
  return isRecord(value.attributes) ? { ...value, ...value.attributes } : value;
};

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** The text of an element that has attributes, too. */
const ownText = (value: Record<string, unknown>): string => text(value._value_1 ?? value._ ?? value.$value);

/**
 * A few words for each element of a `PTP_STORE`, in the order of the document, whether it is told by this project's
 * model (`devices`, `metrics`) or by a client with the names of the XML (`Devices/Device`, `Metrics/Metric`).
 */
export function storeSummary(store: unknown): string[] {
  const top = flattened(store);
  return asList(top.managers ?? top.EMANAGER).flatMap((one) => {
    const manager = flattened(one);
    const elements = ['Device', 'Service', 'Application'].flatMap((kind) =>
      asList(manager[`${kind.toLowerCase()}s`] ?? flattened(manager[`${kind}s`])[kind]).map((element) =>
        elementSummary(kind, flattened(element)),
      ),
    );
    return [`manager|${text(manager.id)}|${text(manager.name)}`, ...elements];
  });
}

function elementSummary(kind: string, element: Record<string, unknown>): string {
  const metrics = asList(element.metrics ?? flattened(element.Metrics).Metric).map(flattened);
  const values = metrics.map(
    (metric) => `${text(metric.name)}=${'value' in metric ? text(metric.value) : ownText(metric)}`,
  );
  return [kind, text(element.id), text(element.label), text(element.status), ...values].join('|');
}

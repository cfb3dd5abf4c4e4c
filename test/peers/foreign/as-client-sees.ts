/**
 * Between the content of messages as this project's code has it and the way in which a client in another language says
 * the same: plans are made from content, and what a client printed is read back to be compared.
 */
import type { Field, Fields, FieldType } from '../../../src/xml/messages/fields.js';
import type { Content } from './content.js';

/** As a plan for the clients says it (JSON). */
export function asPlan(
  fields: Fields,
  content: Content,
  embedded: (type: FieldType, value: unknown) => unknown,
): Content {
  const plan: Content = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = content[name];
    if (value === undefined) continue;
    plan[name] = Array.isArray(value)
      ? value.map((one) => planned(field.type, one, embedded))
      : planned(field.type, value, embedded);
  }
  return plan;
}

function planned(type: FieldType, value: unknown, embedded: (type: FieldType, value: unknown) => unknown): unknown {
  if (type.is === 'record') return asPlan(type.fields, value as Content, embedded);
  if (type.is === 'ptpStore' || type.is === 'message') return embedded(type, value);
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
      return 'embedded';
    case 'scalar':
      if (type.scalar === 'int' || type.scalar === 'decimal') return Number(value);
      if (type.scalar === 'boolean') return value === true || value === 'true' || value === '1';
      if (type.scalar === 'time') return typeof value === 'number' ? value : Date.parse(String(value));
      return String(value);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asList = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

/**
 * A few words for each element of a `PTP_STORE`, in the order of the document, whether it is told by this project's
 * model (`devices`, `metrics`) or by a client with the names of the XML (`Devices/Device`, `Metric`).
 */
export function storeSummary(store: unknown): string[] {
  const lines: string[] = [];
  const visit = (node: unknown, kind: string) => {
    for (const one of asList(node)) {
      if (!isRecord(one)) continue;
      const metrics = asList(one.metrics ?? (isRecord(one.Metrics) ? one.Metrics.Metric : one.Metric)).filter(isRecord);
      const values = metrics.map(
        (metric) => `${text(metric.name)}=${text(metric.value ?? metric._value_1 ?? metric._ ?? metric.$value)}`,
      );
      lines.push([kind, text(one.id), text(one.label), text(one.status), ...values].join('|'));
    }
  };
  for (const manager of asList(isRecord(store) ? (store.managers ?? store.EMANAGER) : undefined)) {
    if (!isRecord(manager)) continue;
    lines.push(`manager|${text(manager.id)}|${text(manager.name)}`);
    for (const kind of ['Device', 'Service', 'Application']) {
      const group = manager[`${kind}s`];
      visit(manager[`${kind.toLowerCase()}s`] ?? (isRecord(group) ? group[kind] : undefined), kind);
    }
  }
  return lines;
}

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

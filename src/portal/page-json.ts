/** A page as JSON: the same names as its XML. Answers follow the table of messages. */
import type { PtpStore } from '../model/ptp-store.js';
import type { Field, Fields } from '../xml/messages/fields.js';
import { isOperation, OPERATIONS } from '../xml/messages/operations.js';
import { type Json, ptpStoreToJson } from '../xml/ptp-store-json.js';
import { isoTime } from './format.js';
import type { Answer, PageNode } from './page-data.js';

/** `{ "PAGE": { title, ..., QUERY: {...}, getDevicesResponse: {...} } }` as text. */
export function pageJson(frame: PageNode, own: PageNode, answers: readonly Answer[]): string {
  const page: Record<string, unknown> = { ...frame, ...own };
  for (const { operation, content, repeats } of answers) {
    const name = `${operation}Response`;
    const json = recordJson(OPERATIONS[operation].output, content);
    page[name] = repeats ? [...(Array.isArray(page[name]) ? page[name] : []), json] : json;
  }
  return `${JSON.stringify({ PAGE: page }, null, 1)}\n`;
}

function recordJson(fields: Fields, content: object): Json {
  const values = new Map<string, unknown>(Object.entries(content));
  const json: Record<string, Json | undefined> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = values.get(name);
    if (field.occurs === 'list') json[name] = Array.isArray(value) ? value.map((item) => valueJson(field, item)) : [];
    else if (value !== undefined) json[name] = valueJson(field, value);
  }
  return json;
}

function valueJson({ type }: Field, value: unknown): Json {
  switch (type.is) {
    case 'record':
      return typeof value === 'object' && value !== null ? recordJson(type.fields, value) : null;
    case 'ptpStore':
      return isStore(value) ? storeJson(value) : null;
    case 'message':
      return messageJson(type.direction, value);
    case 'enum':
      return String(value);
    case 'scalar':
      if (type.scalar === 'time') return isoTime(Number(value));
      // Ids are text even when they look like numbers, and so are whole numbers that a double would spoil.
      if (typeof value === 'number' || typeof value === 'boolean') return value;
      return String(value);
  }
}

/** The field is itself called `PTP_STORE`: what is within it is wanted. */
function storeJson(store: PtpStore): Json {
  const json = ptpStoreToJson(store);
  return typeof json === 'object' && json !== null && 'PTP_STORE' in json ? (json.PTP_STORE ?? null) : null;
}

const isStore = (value: unknown): value is PtpStore =>
  typeof value === 'object' && value !== null && 'integrationManagers' in value;

function messageJson(direction: 'request' | 'answer', value: unknown): Json {
  if (typeof value !== 'object' || value === null || !('operation' in value) || !('content' in value)) return null;
  const { operation, content } = value;
  if (typeof operation !== 'string' || !isOperation(operation) || typeof content !== 'object' || content === null)
    return null;
  const fields = direction === 'request' ? OPERATIONS[operation].input : OPERATIONS[operation].output;
  return { [direction === 'request' ? operation : `${operation}Response`]: recordJson(fields, content) };
}

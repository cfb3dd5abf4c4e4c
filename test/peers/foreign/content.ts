/** Content for any message of the table: with lists of none, one or many, and with text that wants to break out. */
import type { Field, Fields, FieldType, ScalarName } from '../../../src/xml/messages/fields.js';
import { SAMPLE_STORES } from './sample-stores.js';

export const SIZES = ['none', 'one', 'many'] as const;
export type Size = (typeof SIZES)[number];

/** Markup, both quotes, the end of a CDATA section, white space of all kinds, accents and an astral character. */
export const HOSTILE = `</x><b a="1">&amp; ]]> 'q' "q" \t tab \n line \r\n return é 😀 &#x26;`;

/** Numbers that some fields bound. */
const SMALL: Readonly<Record<string, number>> = { page: 2, pageSize: 100, port: 8080, line: 7, column: 9 };

const SCALARS: { readonly [S in ScalarName]: (name: string, index: number) => unknown } = {
  string: (_name, index) => `${HOSTILE} ${index}`,
  id: (name, index) => `${name}/<&"'>é😀-${index}`,
  int: (name, index) => SMALL[name] ?? Number.MAX_SAFE_INTEGER - index,
  decimal: (_name, index) => 0.1 + 0.2 + index,
  boolean: (_name, index) => index % 2 === 0,
  // Milliseconds must survive, and so must a time before 1970's first billion seconds.
  time: (_name, index) => Date.UTC(2026, 1, 28, 23, 59, 59, 7) + index * 86_400_000,
  value: (_name, index) => [18_446_744_073_709_551_615n, 0.1 + 0.2, `007 ${HOSTILE}`][index % 3],
};

export type Content = Record<string, unknown>;

/** Values for all fields, as handlers and callers have them. `none`: also without what is optional. */
export function content(fields: Fields, size: Size, index = 0): Content {
  const made: Content = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = fieldContent(name, field, size, index);
    if (value !== undefined) made[name] = value;
  }
  return made;
}

function fieldContent(name: string, field: Field, size: Size, index: number): unknown {
  if (field.occurs === 'optional' && size === 'none') return undefined;
  if (field.occurs !== 'list') return single(name, field.type, size, index);
  const count = { none: 0, one: 1, many: 3 }[size];
  return Array.from({ length: count }, (_, at) => single(name, field.type, size, index + at));
}

function single(name: string, type: FieldType, size: Size, index: number): unknown {
  switch (type.is) {
    case 'scalar':
      return SCALARS[type.scalar](name, index);
    case 'enum':
      return type.values[index % type.values.length];
    case 'record':
      return content(type.fields, size, index);
    case 'ptpStore':
      return SAMPLE_STORES[size];
    case 'message':
      return EMBEDDED[type.direction];
  }
}

/** What is passed on within a `relay`. */
const EMBEDDED = {
  request: { operation: 'pollNow', content: { element: 'device/<&"\'>é😀' } },
  answer: {
    operation: 'pollNow',
    content: {
      element: 'device/a',
      manager: 'EM1',
      status: 'normal',
      values: [],
      faults: [{ method: 'snmp', message: HOSTILE }],
    },
  },
} as const;

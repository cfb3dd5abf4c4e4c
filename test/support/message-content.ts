/** Arbitrary content for any message of the table, as fast-check makes it. */
import fc from 'fast-check';
import type { Field, Fields, FieldType } from '../../src/xml/messages/fields.js';
import { OPERATIONS, type OperationName } from '../../src/xml/messages/operations.js';
import { cleanText } from '../../src/xml/write.js';

const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.constantFrom('', ' ', '<a>&</a>', ']]>', '\r\n', '\t', '007', '+49', 'true', '__proto__', '\u{1F600}'),
  )
  .map(cleanText);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const store = fc.constantFrom(
  { managers: [], integrationManagers: [] },
  {
    managers: [{ id: 'EM1', failover: ['EM2'], devices: [], services: [], applications: [] }],
    integrationManagers: [],
  },
);

function arbitraryOf(type: FieldType): fc.Arbitrary<unknown> {
  switch (type.is) {
    case 'enum':
      return fc.constantFrom(...type.values);
    case 'record':
      return content(type.fields);
    case 'ptpStore':
      return store;
    case 'message':
      return fc.constantFrom<OperationName>('areYouThere', 'getDevices', 'pollNow').chain((operation) => {
        const { input, output } = OPERATIONS[operation];
        return content(type.direction === 'request' ? input : output).map((inner) => ({ operation, content: inner }));
      });
    case 'scalar':
      return {
        string: text,
        id: text.map((value) => value || 'x'),
        int: fc.maxSafeInteger().map((value) => value + 0),
        decimal: finite,
        boolean: fc.boolean(),
        time: fc.integer({ min: -6e13, max: 2.5e14 }),
        value: fc.oneof(fc.double(), fc.bigInt(), text),
      }[type.scalar];
  }
}

function fieldOf(field: Field): fc.Arbitrary<unknown> {
  const one = arbitraryOf(field.type);
  if (field.occurs === 'list') return fc.array(one, { maxLength: 3 });
  return field.occurs === 'optional' ? fc.option(one, { nil: undefined }) : one;
}

/** Content for all fields of a message, as handlers and callers have it. */
export const content = (fields: Fields): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldOf(field)])))
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));

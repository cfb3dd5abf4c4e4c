/** Operations on where elements come from besides the configuration: sources of elements. */
import { id, int, list, oneOf, operation, optional, record, string, time } from './fields.js';

const elementSource = record('ElementSource', {
  /** By which it is named: its type and place. */
  source: id,
  type: id,
  /** Elements in its list in force. */
  elements: int,
  /** Those of them that something before it defines as well, which then counts. */
  shadowed: int,
  /** When the list in force was read. */
  readAt: optional(time),
  triedAt: optional(time),
  /** Why the newest reading was not taken: place and reason. */
  fault: optional(string),
  /** A list that waits for a second reading, or, where it is empty, for a person. */
  inDoubt: optional(record('ListInDoubt', { elements: int, missing: int })),
});

export const ORIGIN_OPERATIONS = {
  getSources: operation({
    doc: 'Where the elements of a manager come from besides its configuration, and with an element where that one does.',
    role: 'viewer',
    input: { element: optional(id) },
    output: {
      manager: id,
      sources: list(elementSource),
      origin: optional(record('Origin', { source: string, line: optional(int) })),
    },
  }),
  changeSource: operation({
    doc: 'Reads a source now, or confirms a list of it that lacks much of what is in force.',
    role: 'admin',
    input: { source: id, action: oneOf('SourceAction', ['read', 'confirm']) },
    output: { source: elementSource },
  }),
} as const;

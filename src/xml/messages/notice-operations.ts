/** Operations on whom a manager tells of alarms and events. */
import { decimal, id, int, list, oneOf, operation, optional, record, string, time } from './fields.js';

const destination = record('Destination', {
  id,
  type: oneOf('DestinationType', ['trap', 'webhook', 'syslog', 'store', 'smtp']),
  /** Without anything secret. */
  place: string,
  /** Troubled: a try has failed; failing: three in a row. */
  condition: oneOf('DestinationCondition', ['untried', 'working', 'troubled', 'failing']),
  /** Notices that are still to be sent. */
  waiting: int,
  /** Since the start: messages that were taken, tries that failed, notices that were given up. */
  sent: int,
  failed: int,
  lost: int,
  lastSent: optional(time),
  lastFailure: optional(record('DestinationFailure', { at: time, reason: string })),
  /** What it took only in part. */
  remark: optional(string),
  /** Seconds until the next try. */
  retryIn: optional(decimal),
});

export const NOTICE_OPERATIONS = {
  getDestinations: operation({
    doc: 'Whom a manager tells of alarms and events, or sends its data, and how they fare.',
    role: 'viewer',
    input: {},
    output: { manager: id, destinations: list(destination) },
  }),
  testDestination: operation({
    doc: 'Sends a test message to a destination now, whatever waits; to one of type store the data. A fault says why it was not taken.',
    role: 'operator',
    input: { destination: id },
    output: { manager: id, destination },
  }),
} as const;

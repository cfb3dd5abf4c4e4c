/** Operations on alarms: what stands, who looks after it, and what is over. */
import { ALARM_STATES } from '../../model/alarm.js';
import { boolean, decimal, id, int, list, oneOf, operation, optional, record, string, time } from './fields.js';
import { listed, listing, severity, severityCount } from './parts.js';

/** Who acknowledged or cleared it, and when; `ptpmgr` where the condition has gone by itself. */
const alarmAction = record('AlarmAction', { by: string, at: time, note: optional(string) });

export const alarm = record('Alarm', {
  /** Unique in the pool for good. */
  id,
  /** Absent: a condition of the manager itself. */
  element: optional(id),
  /** The element of which a manager was told something while another watched it. */
  about: optional(id),
  /** The owner of the element now; of a condition of its own, the manager. */
  manager: id,
  /** Of that ownership, as `term.number.giver`. */
  epoch: optional(id),
  /** Seconds since this was known to be right. */
  age: decimal,
  /** Of the condition, within its element or manager. */
  key: id,
  name: id,
  /** `cleared` once it is over; the worst that it has been stands beside it. */
  severity,
  worst: severity,
  state: oneOf('AlarmState', ALARM_STATES),
  text: string,
  source: optional(string),
  raisedAt: time,
  changedAt: time,
  /** When the condition was last told of, and how often. */
  lastAt: time,
  count: int,
  acknowledged: optional(alarmAction),
  cleared: optional(alarmAction),
  /** It comes and goes so often that it stays open until it has been calm for a while. */
  flapping: boolean,
  /** What it follows from. */
  root: optional(record('AlarmRoot', { element: id, alarm: optional(id), why: string })),
  /** The maintenance window that silences it. */
  silencedBy: optional(string),
  /** The other manager that has its newest change on disk, too; absent where the owner is alone with it. */
  keptBy: optional(id),
});

/** Which alarms are meant: those of one state, all that are not over, or all that are remembered. */
export const ALARM_CHOICES = ['open', ...ALARM_STATES, 'all'] as const;

/** What came of it. */
const done = {
  alarm,
  /** No other manager has it on disk yet: it would be lost with the disk of this one. */
  alone: boolean,
} as const;

export const ALARM_OPERATIONS = {
  getAlarms: operation({
    doc: 'Alarms that are open, the worst first; with state cleared or all the history, what changed last first.',
    role: 'viewer',
    input: {
      /** Default open. */
      state: optional(oneOf('AlarmChoice', ALARM_CHOICES)),
      element: optional(id),
      /** One alarm by its id, open or over. */
      alarm: optional(id),
      /** This severity or worse; of one that is over, the worst that it was. */
      severity: optional(severity),
      /** Of the history: raised, changed or cleared within [from, to). */
      from: optional(time),
      to: optional(time),
      text: optional(string),
      ...listing,
    },
    output: {
      alarms: list(alarm),
      /** Of all pages, as the filter leaves them, by severity as of now. */
      counts: list(severityCount),
      ...listed,
    },
  }),
  acknowledgeAlarm: operation({
    doc: 'Says that somebody looks after an open alarm. Asked again by the same person with the same note, it is answered as before.',
    role: 'operator',
    input: { alarm: id, note: optional(string) },
    output: done,
  }),
  clearAlarm: operation({
    doc: 'Ends an alarm; should the condition be told of again, it is raised anew. Asked again by the same person with the same note, it is answered as before.',
    role: 'operator',
    input: { alarm: id, note: optional(string) },
    output: done,
  }),
} as const;

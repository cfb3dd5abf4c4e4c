/** Operations by which managers keep each other's alarms: what counts as raised is on two disks. */
import { decimal, id, int, list, oneOf, operation, optional, record, string } from './fields.js';

/** Element, or `manager/ID` for the conditions of a manager itself; and its ownership as `term.number.giver`. */
const subject = { subject: id, epoch: id } as const;

/** Start of the owner, and which of its messages began a copy: the higher, the newer. */
const begun = { epoch: id, incarnation: int, number: int } as const;

export const ALARM_KEEPING_OPERATIONS = {
  keepAlarms: operation({
    doc: 'Has a manager keep alarms of another; answers when they are on its disk.',
    role: 'peer',
    input: {
      owner: id,
      /** Start of the owner, and a number that rises with each of its messages: an older one is refused. */
      incarnation: int,
      number: int,
      subjects: list(
        record('SubjectAlarms', {
          ...subject,
          /** Whether they are all that are open, so that others that are kept of the subject are out of date. */
          kind: oneOf('KeptKind', ['all', 'changes']),
          /** With all: the newest copy of former owners that is in it. */
          since: optional(record('KeptVersion', begun)),
          /** JSON of one alarm each. */
          alarms: list(string),
        }),
      ),
      /** They need not be kept any more. */
      released: list(record('ReleasedSubject', subject)),
    },
    output: {
      /** Subjects of which a newer ownership is known. */
      stale: list(id),
      /** Subjects of which all alarms have to be sent, as there is nothing here that changes would go on from. */
      lacking: list(id),
      /** Subjects of which a former owner's copy is here that the new one does not know of: it has to be asked for first. */
      unmerged: list(id),
    },
  }),
  passAlarms: operation({
    doc: 'Gives the owner of elements what was told of them at another manager; answers when it goes on with that.',
    role: 'peer',
    input: {
      /** JSON of alarms that say whom they are about, and the seconds since each was last told of; 200 at most. */
      alarms: list(record('PassedAlarm', { alarm: string, age: decimal })),
      /** Conditions that are over; 500 at most. */
      ended: list(
        record('EndedCondition', {
          id,
          element: id,
          key: id,
          name: string,
          text: string,
          source: optional(string),
          /** Seconds since. */
          age: decimal,
        }),
      ),
    },
    output: {
      /** Ids of those that it has; the others are of elements that are not polled there. */
      taken: list(id),
    },
  }),
  getKeptAlarms: operation({
    doc: 'What a manager has of the alarms of these elements: its own, or those that it keeps for another.',
    role: 'peer',
    input: {
      /** Elements, or `manager/ID`; 500 at most. */
      subjects: list(id),
    },
    output: {
      copies: list(
        record('AlarmCopy', {
          subject: id,
          owner: id,
          ...begun,
          alarms: list(string),
        }),
      ),
      /** Did not fit into this answer. */
      left: list(id),
    },
  }),
} as const;

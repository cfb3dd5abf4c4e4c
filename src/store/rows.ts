/** Rows that both engines have alike, as what they are. */
import { invariant } from '../base/errors.js';
import type { HandOver } from '../model/hand-over.js';
import { type AlarmSubject, type KeptAlarm, type KeptSet, parseSubject } from '../model/kept-alarm.js';
import { type AnyColumn, asNumber, asText, elementOf } from './columns.js';

type AnyRow = readonly AnyColumn[];

export const KEPT_SET_COLUMNS = 'subject, owner, term, number, giver, incarnation, message';

export function keptSetOf(row: AnyRow): KeptSet {
  const [subject, owner, term, number, giver, incarnation, message] = row;
  return {
    subject: subjectOf(subject),
    owner: asText(owner),
    epoch: { term: asNumber(term), number: asNumber(number), giver: asText(giver) },
    incarnation: asNumber(incarnation),
    number: asNumber(message),
  };
}

export const KEPT_ALARM_COLUMNS = 'id, subject, at, body';

export const keptAlarmOf = ([id, subject, at, body]: AnyRow): KeptAlarm => ({
  id: asText(id),
  subject: subjectOf(subject),
  at: asNumber(at),
  body: asText(body),
});

function subjectOf(column: AnyColumn | undefined): AlarmSubject {
  const text = asText(column);
  const subject = parseSubject(text);
  invariant(subject, `${text} has alarms`);
  return subject;
}

/** Time, name of the element, and then {@link HAND_OVER_COLUMNS}. */
export function handOverOf(row: AnyRow): HandOver {
  const [time, element, former, owner, reason, term, number, giver, takeover, missed, doubled, seconds] = row;
  return {
    time: asNumber(time),
    element: elementOf(element),
    ...(typeof former === 'string' && { from: former }),
    to: asText(owner),
    reason: asText(reason),
    epoch: { term: asNumber(term), number: asNumber(number), giver: asText(giver) },
    // SQLite has no truth of its own.
    takeover: takeover === true || takeover === 1,
    missed: asNumber(missed),
    doubled: asNumber(doubled),
    seconds: asNumber(seconds),
  };
}

export const HAND_OVER_COLUMNS = 'former, owner, reason, term, number, giver, takeover, missed, doubled, seconds';

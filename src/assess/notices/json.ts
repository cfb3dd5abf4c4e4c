/** Messages as JSON, as webhooks get them: docs/notifications.md tells of each name. Pure. */
import type { AlarmAction } from '../../model/alarm.js';
import type { Counts, Gathered, Message, Told } from './message.js';
import { headline, type Telling } from './wording.js';

type Named = { readonly [name: string]: Json };
type Json = string | number | boolean | undefined | readonly Json[] | Named;

/** `text` is what chat services show. Times are ISO 8601 in UTC; what is absent does not stand there. */
export function jsonBody(message: Message, telling: Telling): string {
  const { id, content, unsent } = message;
  const body: Json = {
    id,
    manager: telling.manager,
    destination: telling.destination,
    time: time(telling.nowMs),
    text: headline(message),
    ...(content.is === 'gathered'
      ? { kind: 'gathered', url: telling.pageOf(undefined), gathered: gatheredJson(content.all, telling) }
      : { kind: content.notice.kind, url: telling.pageOf(content.notice.element), notice: noticeJson(content.notice) }),
    unsent: unsent && { count: unsent.count, names: unsent.names.map(({ of, count }) => ({ name: of, count })) },
  };
  return JSON.stringify(body);
}

const noticeJson = (notice: Told): Named => ({
  id: notice.id,
  kind: notice.kind,
  alarm: notice.alarm,
  change: notice.change,
  name: notice.name,
  severity: notice.severity,
  worst: notice.worst,
  element: notice.element,
  manager: notice.manager,
  text: notice.text,
  source: notice.source,
  time: time(notice.at),
  since: notice.since === undefined ? undefined : time(notice.since),
  count: notice.count,
  acknowledged: actionJson(notice.acknowledged),
  cleared: actionJson(notice.cleared),
  flapping: notice.isFlapping,
  followUp: notice.isFollowUp,
  behind: notice.behind && { ...notice.behind },
});

const actionJson = (action: AlarmAction | undefined): Json =>
  action && { by: action.by, time: time(action.at), note: action.note };

const gatheredJson = (all: Gathered, { pageOf }: Telling): Json => ({
  count: all.count,
  worst: all.worst,
  from: time(all.from),
  to: time(all.to),
  severities: all.severities.map(({ severity, count }) => ({ severity, count })),
  names: countsJson(all.names, 'name'),
  elements: countsJson(all.elements, 'element'),
  notices: all.listed.map((notice) => ({ ...noticeJson(notice), url: pageOf(notice.element) })),
  unlisted: all.unlisted,
});

const countsJson = ({ counted, others }: Counts, word: string): Json => ({
  counted: counted.map(({ of, count }) => ({ [word]: of, count })),
  others: { ...others },
});

const time = (ms: number): string => new Date(ms).toISOString();

/** What people are told of, as it waits for one destination: a change of an alarm, or an event. Pure; JSON-able. */
import { type Alarm, type AlarmAction, type AlarmState, alarmState } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { PtpEvent } from '../../model/event.js';
import { SEVERITIES, type Severity } from '../../model/status.js';

/** What has become of an alarm, or that something happened once. */
export const NOTICE_KINDS = ['raised', 'changed', 'acknowledged', 'cleared', 'event'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export interface Notice {
  readonly kind: NoticeKind;
  /** The same for the same change, whoever tells it and however often: a receiver knows by it what it has had before. */
  readonly id: string;
  /** Number of the event at its manager. */
  readonly event?: number;
  /** Of an alarm. */
  readonly alarm?: string;
  readonly change?: number;
  readonly name: string;
  /** As of now, `cleared` once it is over. */
  readonly severity: Severity;
  /** The worst that the alarm has been; of an event, its severity. */
  readonly worst: Severity;
  readonly manager: string;
  readonly element?: ElementName;
  readonly text: string;
  readonly source?: string;
  /** When this happened, milliseconds since 1970. */
  readonly at: number;
  /** Of an alarm: when it was raised. */
  readonly since?: number;
  /** How often the condition was told of. */
  readonly count?: number;
  readonly acknowledged?: AlarmAction;
  readonly cleared?: AlarmAction;
  readonly isFlapping?: true;
  /** Told once more, as meanwhile there are elements behind it. */
  readonly isFollowUp?: true;
}

/** Longer texts are cut: notices are kept in thousands, and read on telephones. */
const MOST_TEXT = 2000;
const MOST_NAME = 255;

/** Cut between characters. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 2)) ? most - 2 : most - 1;
  return `${text.slice(0, end)}…`;
}

export function alarmNotice(alarm: Alarm): Notice {
  const { id, name, severity, worst, manager, element, text, source, raisedAt, changedAt, count } = alarm;
  const { acknowledged, cleared, change, isFlapping } = alarm;
  return {
    kind: kindOf(alarm),
    id: `${id}.${change}`,
    alarm: id,
    change,
    name: cut(name, MOST_NAME),
    severity,
    worst,
    manager,
    ...(element && { element }),
    text: cut(text, MOST_TEXT),
    ...(source && { source: cut(source, MOST_NAME) }),
    at: changedAt,
    since: raisedAt,
    count,
    ...(acknowledged && { acknowledged: brief(acknowledged) }),
    ...(cleared && { cleared: brief(cleared) }),
    ...(isFlapping && { isFlapping }),
  };
}

function kindOf(alarm: Alarm): NoticeKind {
  const state = alarmState(alarm);
  if (state === 'cleared') return 'cleared';
  if (state === 'acknowledged' && alarm.acknowledged?.at === alarm.changedAt) return 'acknowledged';
  return alarm.change === 1 ? 'raised' : 'changed';
}

const brief = ({ by, at, note }: AlarmAction): AlarmAction => ({
  by: cut(by, MOST_NAME),
  at,
  ...(note && { note: cut(note, MOST_NAME) }),
});

export const eventNotice = ({ id, name, severity, manager, element, text, source, time }: PtpEvent): Notice => ({
  kind: 'event',
  id: `${manager}-event-${id}`,
  event: id,
  name: cut(name, MOST_NAME),
  severity,
  worst: severity,
  manager,
  ...(element && { element }),
  text: cut(text, MOST_TEXT),
  ...(source && { source: cut(source, MOST_NAME) }),
  at: time,
});

/** Of the notice of an alarm. */
export const alarmStateOf = ({ severity, acknowledged }: Notice): AlarmState =>
  alarmState({ severity, ...(acknowledged && { acknowledged }) });

export const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** What stands first, then by how bad it is, or has been. */
export const worstFirst = (a: Notice, b: Notice): number =>
  rank(b.severity) - rank(a.severity) || rank(b.worst) - rank(a.worst) || a.at - b.at;

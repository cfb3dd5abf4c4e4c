/** `schemas/PTPMGR-MIB` in both directions: what is told as a notification, and an event back. Pure. */

import type { Message } from '../../../assess/notices/message.js';
import { alarmStateOf, type Notice } from '../../../assess/notices/notice.js';
import { headline } from '../../../assess/notices/wording.js';
import { type ElementName, parseElementName } from '../../../model/element.js';
import type { Severity } from '../../../model/status.js';
import type { OutgoingBinding } from '../message/pdu.js';
import { octetsBinding, oidBinding, smallBinding, ticksBinding, unsignedBinding } from './contents.js';
import { type Notification, SNMP_TRAP_OID, SYS_UP_TIME } from './notification.js';

const PTPMGR = '1.3.6.1.4.1.8072.9999.9999.8084';
const PTPMGR_EVENT = `${PTPMGR}.0.1`;
const PTPMGR_ALARM = `${PTPMGR}.0.2`;
const PTPMGR_GATHERED = `${PTPMGR}.0.3`;
const OBJECTS = `${PTPMGR}.1`;

/** Instances of the scalars, in the order of the MIB. */
const OBJECT = {
  manager: `${OBJECTS}.1.0`,
  id: `${OBJECTS}.2.0`,
  time: `${OBJECTS}.3.0`,
  severity: `${OBJECTS}.4.0`,
  name: `${OBJECTS}.5.0`,
  element: `${OBJECTS}.6.0`,
  text: `${OBJECTS}.7.0`,
  source: `${OBJECTS}.8.0`,
  notice: `${OBJECTS}.9.0`,
  alarm: `${OBJECTS}.10.0`,
  change: `${OBJECTS}.11.0`,
  state: `${OBJECTS}.12.0`,
  count: `${OBJECTS}.13.0`,
} as const;

/** PtpmgrSeverity */
const SEVERITY: Readonly<Record<Severity, number>> = {
  cleared: 1,
  indeterminate: 2,
  critical: 3,
  major: 4,
  minor: 5,
  warning: 6,
};
const SEVERITY_OF = new Map(Object.entries(SEVERITY).map(([name, number]) => [number, name as Severity]));

/** PtpmgrLifeState */
const STATE = { raised: 1, acknowledged: 2, cleared: 3 } as const;

/** Octets of a PtpmgrText. */
const MOST_TEXT = 1024;

/**
 * What a notification carries, with its frame: an event, a change of an alarm, or what many together come to.
 *
 * @param manager Id of the sender. @param upTime sysUpTime of the sender.
 */
export function messageBindings(message: Message, manager: string, upTime: number): readonly OutgoingBinding[] {
  const { content, id } = message;
  if (content.is === 'one') return noticeBindings(content.notice, upTime);
  const { worst, to, count } = content.all;
  return [
    ...frame(PTPMGR_GATHERED, upTime),
    octetsBinding(OBJECT.manager, textContent(manager)),
    octetsBinding(OBJECT.time, dateAndTime(to)),
    smallBinding(OBJECT.severity, SEVERITY[worst]),
    octetsBinding(OBJECT.text, textContent(headline(message))),
    octetsBinding(OBJECT.notice, textContent(id)),
    unsignedBinding(OBJECT.count, count),
  ];
}

const frame = (trapOid: string, upTime: number): readonly OutgoingBinding[] => [
  ticksBinding(SYS_UP_TIME, upTime),
  oidBinding(SNMP_TRAP_OID, trapOid),
];

function noticeBindings(notice: Notice, upTime: number): readonly OutgoingBinding[] {
  const { manager, at, severity, name, element = '', text, source = '', alarm, change = 0 } = notice;
  const told = [
    octetsBinding(OBJECT.time, dateAndTime(at)),
    smallBinding(OBJECT.severity, SEVERITY[severity]),
    octetsBinding(OBJECT.name, textContent(name)),
    octetsBinding(OBJECT.element, textContent(element)),
    octetsBinding(OBJECT.text, textContent(text)),
    octetsBinding(OBJECT.source, textContent(source)),
  ];
  const teller = octetsBinding(OBJECT.manager, textContent(manager));
  if (alarm === undefined)
    return [...frame(PTPMGR_EVENT, upTime), teller, unsignedBinding(OBJECT.id, eventNumber(notice)), ...told];
  return [
    ...frame(PTPMGR_ALARM, upTime),
    teller,
    ...told,
    octetsBinding(OBJECT.alarm, textContent(alarm)),
    unsignedBinding(OBJECT.change, change % 2 ** 32),
    smallBinding(OBJECT.state, STATE[alarmStateOf(notice)]),
  ];
}

const eventNumber = ({ event = 0 }: Notice): number => event % 2 ** 32;

/** Cut between characters. */
function textContent(text: string): Buffer {
  const bytes = Buffer.from(text.slice(0, MOST_TEXT));
  let end = Math.min(bytes.length, MOST_TEXT);
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/** DateAndTime (RFC 2579) in UTC, eleven octets. */
function dateAndTime(ms: number): Buffer {
  const date = new Date(ms);
  const bytes = Buffer.alloc(11);
  bytes.writeUInt16BE(date.getUTCFullYear(), 0);
  bytes.set(
    [
      date.getUTCMonth() + 1,
      date.getUTCDate(),
      date.getUTCHours(),
      date.getUTCMinutes(),
      date.getUTCSeconds(),
      Math.floor(date.getUTCMilliseconds() / 100),
      '+'.charCodeAt(0),
    ],
    2,
  );
  return bytes;
}

export interface RelayedEvent {
  readonly manager: string;
  readonly severity: Severity;
  readonly name: string;
  readonly text: string;
  readonly element: ElementName | undefined;
}

/** The event, or the change of an alarm, that a manager tells of; undefined for any other notification, and where it lacks what an event has. */
export function relayedEvent({ trapOid, bindings }: Notification): RelayedEvent | undefined {
  if (trapOid !== PTPMGR_EVENT && trapOid !== PTPMGR_ALARM) return undefined;
  const valueAt = (oid: string) => bindings.find((one) => one.oid === oid)?.value;
  const textAt = (oid: string): string => {
    const value = valueAt(oid);
    return Buffer.isBuffer(value) ? value.toString('utf8').slice(0, MOST_TEXT) : '';
  };
  const severity = SEVERITY_OF.get(Number(valueAt(OBJECT.severity)));
  const [manager, name] = [textAt(OBJECT.manager), textAt(OBJECT.name)];
  if (!severity || !manager || !name) return undefined;
  const element = parseElementName(textAt(OBJECT.element));
  return { manager, severity, name, text: textAt(OBJECT.text), element: element && `${element.kind}/${element.id}` };
}

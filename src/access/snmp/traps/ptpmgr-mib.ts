/** `schemas/PTPMGR-MIB` in both directions: an event as the notification `ptpmgrEvent`, and back. Pure. */
import { type ElementName, parseElementName } from '../../../model/element.js';
import type { PtpEvent } from '../../../model/event.js';
import type { Severity } from '../../../model/status.js';
import type { OutgoingBinding } from '../message/pdu.js';
import { octetsBinding, oidBinding, smallBinding, ticksBinding, unsignedBinding } from './contents.js';
import { type Notification, SNMP_TRAP_OID, SYS_UP_TIME } from './notification.js';

const PTPMGR = '1.3.6.1.4.1.8072.9999.9999.8084';
export const PTPMGR_EVENT = `${PTPMGR}.0.1`;
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

/** Octets of a PtpmgrText. */
const MOST_TEXT = 1024;

/** What the notification carries, with its frame. @param upTime sysUpTime of the sender. */
export const eventBindings = (event: PtpEvent, upTime: number): readonly OutgoingBinding[] => [
  ticksBinding(SYS_UP_TIME, upTime),
  oidBinding(SNMP_TRAP_OID, PTPMGR_EVENT),
  octetsBinding(OBJECT.manager, textContent(event.manager)),
  unsignedBinding(OBJECT.id, event.id % 2 ** 32),
  octetsBinding(OBJECT.time, dateAndTime(event.time)),
  smallBinding(OBJECT.severity, SEVERITY[event.severity]),
  octetsBinding(OBJECT.name, textContent(event.name)),
  octetsBinding(OBJECT.element, textContent(event.element ?? '')),
  octetsBinding(OBJECT.text, textContent(event.text)),
  octetsBinding(OBJECT.source, textContent(event.source ?? '')),
];

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

/** The event that a manager tells of; undefined for any other notification, and where it lacks what an event has. */
export function relayedEvent({ trapOid, bindings }: Notification): RelayedEvent | undefined {
  if (trapOid !== PTPMGR_EVENT) return undefined;
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

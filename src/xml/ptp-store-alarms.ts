/** Open alarms in the common data format: to XML, from XML, to JSON. */
import { PtpError } from '../base/errors.js';
import type { AlarmEntry } from '../model/ptp-store.js';
import { SEVERITIES, type Severity } from '../model/status.js';
import { parseBoolean, parseInteger, parseTime } from './lexical.js';
import type { XmlNode } from './parse.js';
import { cleanText, escapeAttribute, escapeText } from './write.js';

const text = (value: string): string => escapeText(cleanText(value));
const attr = (name: string, value: string | number | undefined): string =>
  value === undefined ? '' : ` ${name}="${escapeAttribute(cleanText(String(value)))}"`;

/** @param isoTime As all times of the format are written. */
export function writeAlarms(alarms: readonly AlarmEntry[] | undefined, isoTime: (time: number) => string): string {
  return alarms && alarms.length > 0
    ? `<Alarms>${alarms.map((alarm) => writeAlarm(alarm, isoTime)).join('')}</Alarms>`
    : '';
}

function writeAlarm(alarm: AlarmEntry, isoTime: (time: number) => string): string {
  const { id, key, name, severity, worst, source, count, acknowledged, root, flapping, silencedBy, keptBy } = alarm;
  let out = `<Alarm${attr('id', id)}${attr('key', key)}${attr('name', name)}${attr('severity', severity)}${attr('worst', worst)}`;
  out += `${attr('raised', isoTime(alarm.raisedAt))}${attr('changed', isoTime(alarm.changedAt))}${attr('last', isoTime(alarm.lastAt))}`;
  out += `${attr('count', count)}${attr('source', source)}${attr('flapping', flapping && 'true')}`;
  out += `${attr('silencedBy', silencedBy)}${attr('keptBy', keptBy)}><Text>${text(alarm.text)}</Text>`;
  if (acknowledged) {
    const { by, at, note } = acknowledged;
    out += `<Acknowledged${attr('by', by)}${attr('time', isoTime(at))}${attr('note', note)}/>`;
  }
  if (root) out += `<Root${attr('element', root.element)}${attr('alarm', root.alarm)}${attr('why', root.why)}/>`;
  return `${out}</Alarm>`;
}

const child = (node: XmlNode, name: string): XmlNode | undefined => node.children.find((one) => one.name === name);

/** Undefined where there are none. */
export function readAlarms(node: XmlNode): readonly AlarmEntry[] | undefined {
  const alarms = child(node, 'Alarms')?.children.filter(({ name }) => name === 'Alarm') ?? [];
  return alarms.length > 0 ? alarms.map(readAlarm) : undefined;
}

function readAlarm(node: XmlNode): AlarmEntry {
  const { attributes } = node;
  const [source, silencedBy, keptBy] = ['source', 'silencedBy', 'keptBy'].map((name) => attributes.get(name));
  const acknowledged = child(node, 'Acknowledged');
  const root = child(node, 'Root');
  const alarm = root?.attributes.get('alarm');
  const note = acknowledged?.attributes.get('note');
  return {
    id: required(node, 'id'),
    key: required(node, 'key'),
    name: required(node, 'name'),
    severity: severityOf(node, 'severity'),
    worst: severityOf(node, 'worst'),
    text: child(node, 'Text')?.text ?? '',
    ...(source !== undefined && { source }),
    raisedAt: timeOf(node, 'raised'),
    changedAt: timeOf(node, 'changed'),
    lastAt: timeOf(node, 'last'),
    count: parseInteger(attributes.get('count') ?? '') ?? 1,
    ...(acknowledged && {
      acknowledged: {
        by: acknowledged.attributes.get('by') ?? '',
        at: timeOf(acknowledged, 'time'),
        ...(note !== undefined && { note }),
      },
    }),
    ...(root && {
      root: {
        element: required(root, 'element'),
        ...(alarm !== undefined && { alarm }),
        why: root.attributes.get('why') ?? '',
      },
    }),
    ...(parseBoolean(attributes.get('flapping') ?? '') && { flapping: true as const }),
    ...(silencedBy !== undefined && { silencedBy }),
    ...(keptBy !== undefined && { keptBy }),
  };
}

function required(node: XmlNode, name: string): string {
  const value = node.attributes.get(name);
  if (value === undefined || value === '') throw wrong(node, `lacks its attribute ${name}`);
  return value;
}

function severityOf(node: XmlNode, name: string): Severity {
  const written = required(node, name);
  const severity = SEVERITIES.find((one) => one === written);
  if (severity && severity !== 'cleared') return severity;
  const right = SEVERITIES.filter((one) => one !== 'cleared').join(', ');
  throw wrong(node, `has "${written.slice(0, 40)}" as ${name}; of an open alarm it is one of ${right}`);
}

function timeOf(node: XmlNode, name: string): number {
  const written = required(node, name);
  const time = parseTime(written);
  if (time !== undefined) return time;
  throw wrong(node, `has "${written.slice(0, 40)}" as ${name}; it should be a time such as 2026-01-31T12:00:00Z`);
}

const wrong = (node: XmlNode, what: string): PtpError =>
  new PtpError('Client.Validation', `${node.name} ${what}`, { place: { path: node.name } });

/** The names of the XML; what can repeat is a list, also an empty one. */
export const alarmsToJson = (alarms: readonly AlarmEntry[] | undefined, isoTime: (time: number) => string) => ({
  Alarm: (alarms ?? []).map(({ acknowledged, root, raisedAt, changedAt, lastAt, text: Text, flapping, ...others }) => ({
    ...others,
    raised: isoTime(raisedAt),
    changed: isoTime(changedAt),
    last: isoTime(lastAt),
    flapping,
    Text,
    Acknowledged: acknowledged && { by: acknowledged.by, time: isoTime(acknowledged.at), note: acknowledged.note },
    Root: root && { ...root },
  })),
});

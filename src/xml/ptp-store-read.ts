/** The common data format from XML to the model. */
import { PtpError } from '../base/errors.js';
import { DISCOVERIES, type ElementKind, type Link } from '../model/element.js';
import { parseEpoch } from '../model/manager.js';
import type {
  AccessState,
  ElementEntry,
  HostEntry,
  IntegrationSection,
  ManagerSection,
  MetricValue,
  PartSource,
  PtpStore,
  SiteEntry,
} from '../model/ptp-store.js';
import { SEVERITIES, STATUSES, type Status } from '../model/status.js';
import { parseBoolean, parseNumber, parseTime, parseValue, trimXml } from './lexical.js';
import type { XmlNode } from './parse.js';
import { readAlarms } from './ptp-store-alarms.js';
import { ELEMENT_TAGS, NAMED_METRICS } from './ptp-store-write.js';

function wrong(node: XmlNode, what: string): PtpError {
  return new PtpError('Client.Validation', `${node.name} ${what}`, { place: { path: node.name } });
}

/**
 * @param node A `PTP_STORE` element in no namespace, best after validation: what the schema forbids is passed over or
 *   refused with less help.
 * @throws PtpError `Client.Validation`
 */
export function readPtpStore(node: XmlNode): PtpStore {
  if (node.name !== 'PTP_STORE' || node.namespace !== '') {
    throw wrong(
      node,
      `${node.namespace ? `in the namespace "${node.namespace}" ` : ''}is not the common data format; it should be PTP_STORE in no namespace`,
    );
  }
  return {
    managers: named(node, 'EMANAGER').map(readManager),
    integrationManagers: named(node, 'EIMANAGER').map(readIntegration),
  };
}

const named = (node: XmlNode, name: string): XmlNode[] => node.children.filter((child) => child.name === name);
const child = (node: XmlNode, name: string): XmlNode | undefined => node.children.find((one) => one.name === name);
const within = (node: XmlNode, list: string, name: string): XmlNode[] => {
  const found = child(node, list);
  return found ? named(found, name) : [];
};
const trimmed = (value: string | undefined): string | undefined => (value === undefined ? undefined : trimXml(value));

/** Leaves out what is undefined, so that what was written compares equal to what is read. */
function present<T extends object>(entry: T): T {
  for (const key of Object.keys(entry) as (keyof T)[]) if (entry[key] === undefined) delete entry[key];
  return entry;
}

function id(node: XmlNode, name = 'id'): string {
  const value = node.attributes.get(name);
  if (value === undefined || value === '') throw wrong(node, `lacks its attribute ${name}`);
  return value;
}

function status(node: XmlNode): Status | undefined {
  const value = node.attributes.get('status');
  if (value === undefined) return undefined;
  const known = STATUSES.find((one) => one === value);
  if (!known)
    throw wrong(node, `has the unknown status "${value.slice(0, 40)}"; it should be one of ${STATUSES.join(', ')}`);
  return known;
}

function numeric(node: XmlNode, name: string): number | undefined {
  const value = node.attributes.get(name);
  if (value === undefined) return undefined;
  const number = parseNumber(value);
  if (number === undefined) throw wrong(node, `has "${value.slice(0, 40)}" as ${name}; it should be a number`);
  return number;
}

function instant(node: XmlNode, name: string): number | undefined {
  const value = node.attributes.get(name);
  if (value === undefined) return undefined;
  const time = parseTime(value);
  if (time === undefined)
    throw wrong(node, `has "${value.slice(0, 40)}" as ${name}; it should be a time such as 2026-01-31T12:00:00Z`);
  return time;
}

function requiredTime(node: XmlNode): number {
  const time = instant(node, 'time');
  if (time === undefined) throw wrong(node, 'lacks its attribute time');
  return time;
}

const PART_SOURCES: readonly PartSource[] = ['memory', 'store', 'cache'];

function readManager(node: XmlNode): ManagerSection {
  const source = node.attributes.get('source');
  const elements = (kind: ElementKind): ElementEntry[] =>
    within(node, ELEMENT_TAGS[kind].list, ELEMENT_TAGS[kind].entry).map((one) => readElement(kind, one));
  return present({
    id: id(node),
    name: node.attributes.get('name'),
    status: status(node),
    age: numeric(node, 'age'),
    source: PART_SOURCES.find((one) => one === source),
    host: readHost(node),
    site: readSite(node),
    failover: readFailover(node),
    devices: elements('device'),
    services: elements('service'),
    applications: elements('application'),
    alarms: readAlarms(node),
  });
}

function readIntegration(node: XmlNode): IntegrationSection {
  return present({
    id: id(node),
    name: node.attributes.get('name'),
    host: readHost(node),
    managers: within(node, 'EMANAGERLIST', 'EMANAGER').map((one) =>
      present({
        id: id(one),
        name: one.attributes.get('name'),
        status: status(one),
        site: readSite(one),
        portal: trimmed(child(one, 'Portal')?.text),
        failover: readFailover(one),
      }),
    ),
  });
}

const readFailover = (node: XmlNode): string[] =>
  named(node, 'FAILOVER_EM').flatMap((one) => one.attributes.get('id') ?? []);

function readHost(node: XmlNode): HostEntry | undefined {
  const host = child(node, 'HOST');
  if (!host) return undefined;
  const server = child(host, 'HTTP_SERVER')?.attributes;
  return present({
    dnsname: host.attributes.get('dnsname'),
    uri: trimmed(server?.get('URI') ?? server?.get('uri')),
    context: trimmed(server?.get('context')),
    portal: trimmed(child(host, 'Portal')?.text),
  });
}

function readSite(node: XmlNode): SiteEntry | undefined {
  const site = child(node, 'Site');
  return site && present({ id: id(site), label: site.attributes.get('label'), status: status(site) });
}

function readElement(kind: ElementKind, node: XmlNode): ElementEntry {
  const { attributes } = node;
  const written = attributes.get('epoch');
  const epoch = written === undefined ? undefined : parseEpoch(written);
  if (written !== undefined && !epoch)
    throw wrong(node, `has "${written.slice(0, 40)}" as epoch; it should be term.number.giver`);
  return present({
    kind,
    id: id(node),
    ip: attributes.get('ip'),
    dnsname: attributes.get('dnsname'),
    label: attributes.get('label'),
    status: status(node) ?? 'unknown',
    since: instant(node, 'since'),
    reason: attributes.get('reason'),
    type: attributes.get('type'),
    vendor: attributes.get('vendor'),
    model: attributes.get('model'),
    owner: attributes.get('owner'),
    epoch,
    description: child(node, 'Description')?.text,
    portal: trimmed(child(node, 'Portal')?.text),
    location: child(node, 'Location')?.text,
    customers: within(node, 'Customers', 'Customer').map((one) => one.text),
    deviceName: child(node, 'DeviceName')?.text,
    nwview: child(node, 'NWView')?.text,
    links: within(node, 'Links', 'Link').map(readLink),
    parents: within(node, 'Parents', 'Parent').map((one) => one.text),
    access: within(node, 'AccessStates', 'Access').map(readAccess),
    metrics: readMetrics(node),
    alarms: readAlarms(node),
  });
}

const readLink = (node: XmlNode): Link =>
  present({
    to: id(node, 'to'),
    capacity: node.attributes.get('capacity'),
    cost: numeric(node, 'cost'),
    label: node.attributes.get('label'),
    discovered: DISCOVERIES.find((one) => one === node.attributes.get('discovered')),
    managed: node.attributes.has('managed') ? parseBoolean(node.attributes.get('managed') ?? '') : undefined,
  });

function readAccess(node: XmlNode): AccessState {
  const ok = parseBoolean(node.attributes.get('ok') ?? '');
  if (ok === undefined) throw wrong(node, 'has no ok; it should be true or false');
  return present({
    method: id(node, 'method'),
    ok,
    time: requiredTime(node),
    responseMs: numeric(node, 'responseMs'),
    error: node.attributes.get('error'),
    via: node.attributes.get('via'),
    cost: numeric(node, 'cost'),
    workMs: numeric(node, 'workMs'),
    wallMs: numeric(node, 'wallMs'),
    requests: numeric(node, 'requests'),
    bytes: numeric(node, 'bytes'),
  });
}

/** Named ones count only where `Metrics` does not say the same with unit and time: in documents of others. */
function readMetrics(node: XmlNode): MetricValue[] {
  const metrics = within(node, 'Metrics', 'Metric').map(readMetric);
  for (const name of NAMED_METRICS) {
    const written = child(node, name)?.text;
    if (written === undefined || metrics.some((one) => one.name === name && one.instance === '')) continue;
    metrics.push({ name, instance: '', value: parseValue(written, undefined) ?? written, unit: '1', time: 0 });
  }
  return metrics;
}

function readMetric(node: XmlNode): MetricValue {
  const type = node.attributes.get('type');
  const value = parseValue(node.text, type);
  if (value === undefined)
    throw wrong(node, `has "${node.text.slice(0, 40)}" as its value; it should be of the type ${type}`);
  return {
    name: id(node, 'name'),
    instance: node.attributes.get('instance') ?? '',
    value,
    unit: node.attributes.get('unit') ?? '',
    time: requiredTime(node),
    ...crossed(node),
  };
}

function crossed({ attributes }: XmlNode): Pick<MetricValue, 'severity' | 'threshold'> {
  const severity = SEVERITIES.find((one) => one === attributes.get('severity'));
  const threshold = attributes.get('threshold');
  return { ...(severity && { severity }), ...(threshold !== undefined && { threshold }) };
}

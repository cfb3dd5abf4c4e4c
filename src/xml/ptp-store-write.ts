/** The common data format from the model to XML. Texts may come from devices: what XML cannot carry becomes U+FFFD. */
import type { ElementKind, Link } from '../model/element.js';
import { formatEpoch } from '../model/manager.js';
import type {
  AccessState,
  ElementEntry,
  HostEntry,
  IntegrationSection,
  ListedManager,
  ManagerSection,
  MetricValue,
  PtpStore,
  SiteEntry,
} from '../model/ptp-store.js';
import { formatNumber, formatTime, formatValue, valueType } from './lexical.js';
import { writeAlarms } from './ptp-store-alarms.js';
import { cleanText, escapeAttribute, escapeText } from './write.js';

/** Metrics that have an element of their own, besides their place in `Metrics`. */
export const NAMED_METRICS = ['Clients', 'Streams', 'Violations'] as const;

export const ELEMENT_TAGS: Readonly<Record<ElementKind, { readonly list: string; readonly entry: string }>> = {
  device: { list: 'Devices', entry: 'Device' },
  service: { list: 'Services', entry: 'Service' },
  application: { list: 'Applications', entry: 'Application' },
};

const text = (value: string): string => escapeText(cleanText(value));
const attr = (name: string, value: string | undefined): string =>
  value === undefined ? '' : ` ${name}="${escapeAttribute(cleanText(value))}"`;
const numberAttr = (name: string, value: number | undefined): string =>
  value === undefined ? '' : ` ${name}="${formatNumber(value)}"`;
const timeAttr = (name: string, value: number | undefined): string =>
  value === undefined ? '' : ` ${name}="${isoTime(value)}"`;
const leaf = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `<${name}>${text(value)}</${name}>`;

/** Times out of the years 1 to 9999 are a defect of a device; they become the nearest that can be written. */
export const isoTime = (time: number): string =>
  formatTime(time) ?? (time > 0 ? '9999-12-31T23:59:59.999Z' : '0001-01-01T00:00:00.000Z');

/** Not escaped twice, not indented: blanks within would be read as text by nobody, but cost on every answer. */
export function writePtpStore(store: PtpStore): string {
  return `<PTP_STORE>${content(store)}</PTP_STORE>`;
}

/** The same within a message, whose default namespace is another. */
export function embedPtpStore(store: PtpStore): string {
  return `<PTP_STORE xmlns="">${content(store)}</PTP_STORE>`;
}

function content(store: PtpStore): string {
  let out = '';
  for (const section of store.managers) out += writeManager(section);
  for (const section of store.integrationManagers) out += writeIntegration(section);
  return out;
}

function writeManager(section: ManagerSection): string {
  let out = `<EMANAGER${attr('id', section.id)}${attr('name', section.name)}${attr('status', section.status)}`;
  out += `${numberAttr('age', section.age)}${attr('source', section.source)}>`;
  out += `${writeHost(section.host)}${writeSite(section.site)}${section.failover.map(writeFailover).join('')}`;
  out += writeElements('device', section.devices) + writeElements('service', section.services);
  out += writeElements('application', section.applications);
  return `${out}${writeAlarms(section.alarms, isoTime)}</EMANAGER>`;
}

function writeIntegration(section: IntegrationSection): string {
  const known = section.managers.map(writeKnown).join('');
  return `<EIMANAGER${attr('id', section.id)}${attr('name', section.name)}>${writeHost(section.host)}<EMANAGERLIST>${known}</EMANAGERLIST></EIMANAGER>`;
}

function writeKnown(manager: ListedManager): string {
  const failover = manager.failover.length > 0 ? manager.failover.map(writeFailover).join('') : '<FAILOVER_EM/>';
  return `<EMANAGER${attr('id', manager.id)}${attr('name', manager.name)}${attr('status', manager.status)}>${writeSite(manager.site)}${leaf('Portal', manager.portal)}${failover}</EMANAGER>`;
}

const writeFailover = (id: string): string => `<FAILOVER_EM${attr('id', id)}/>`;

function writeHost(host: HostEntry | undefined): string {
  if (!host) return '';
  const server = host.uri !== undefined || host.context !== undefined;
  return `<HOST${attr('dnsname', host.dnsname)}>${server ? `<HTTP_SERVER${attr('URI', host.uri)}${attr('context', host.context)}/>` : ''}${leaf('Portal', host.portal)}</HOST>`;
}

const writeSite = (site: SiteEntry | undefined): string =>
  site ? `<Site${attr('id', site.id)}${attr('label', site.label)}${attr('status', site.status)}/>` : '';

function writeElements(kind: ElementKind, entries: readonly ElementEntry[]): string {
  if (entries.length === 0) return '';
  const { list, entry } = ELEMENT_TAGS[kind];
  let out = `<${list}>`;
  for (const one of entries) out += writeElement(entry, one);
  return `${out}</${list}>`;
}

/** Elements that were written ahead, for as long as anybody who had them written may need them. */
const ahead = { users: 0, written: new Map<ElementEntry, string>() };
/** Between two pauses: some five milliseconds. */
const AHEAD_AT_A_TIME = 20;

/**
 * Writes the elements of a large store with pauses in which others have their turn; to write all of it is then a matter of
 * joining texts. The caller says when it has done so.
 */
export async function writeAhead(store: PtpStore, pause: () => Promise<void>): Promise<() => void> {
  const done = () => {
    ahead.users -= 1;
    if (ahead.users === 0) ahead.written.clear();
  };
  ahead.users += 1;
  try {
    let count = 0;
    for (const section of store.managers)
      for (const [kind, entries] of entriesOf(section))
        for (const entry of entries) {
          if (!ahead.written.has(entry)) ahead.written.set(entry, joined(elementText(ELEMENT_TAGS[kind].entry, entry)));
          count += 1;
          if (count % AHEAD_AT_A_TIME === 0) await pause();
        }
  } catch (thrown) {
    done();
    throw thrown;
  }
  return done;
}

/** The engine puts off joining what was added until somebody looks at a letter: now, and not of ten megabytes at once. */
function joined(pieces: string): string {
  pieces.charCodeAt(0);
  return pieces;
}

const entriesOf = ({ devices, services, applications }: ManagerSection) =>
  [
    ['device', devices],
    ['service', services],
    ['application', applications],
  ] as const;

function writeElement(tag: string, entry: ElementEntry): string {
  return ahead.written.get(entry) ?? elementText(tag, entry);
}

function elementText(tag: string, entry: ElementEntry): string {
  let out = `<${tag}${attr('id', entry.id)}${attr('ip', entry.ip)}${attr('dnsname', entry.dnsname)}${attr('label', entry.label)}`;
  out += `${attr('status', entry.status)}${timeAttr('since', entry.since)}${attr('reason', entry.reason)}${attr('type', entry.type)}`;
  out += `${attr('vendor', entry.vendor)}${attr('model', entry.model)}${attr('owner', entry.owner)}`;
  out += `${attr('epoch', entry.epoch && formatEpoch(entry.epoch))}>`;
  out += leaf('Description', entry.description) + leaf('Portal', entry.portal) + leaf('Location', entry.location);
  out += group('Customers', entry.customers, (one) => leaf('Customer', one));
  out += leaf('DeviceName', entry.deviceName);
  for (const name of NAMED_METRICS) {
    const metric = entry.metrics.find((one) => one.name === name && one.instance === '');
    if (metric) out += leaf(name, formatValue(metric.value));
  }
  out += leaf('NWView', entry.nwview);
  out += group('Links', entry.links, writeLink) + group('Parents', entry.parents, (one) => leaf('Parent', one));
  out += group('AccessStates', entry.access, writeAccess) + group('Metrics', entry.metrics, writeMetric);
  return `${out}${writeAlarms(entry.alarms, isoTime)}</${tag}>`;
}

function group<T>(name: string, all: readonly T[], write: (one: T) => string): string {
  if (all.length === 0) return '';
  let out = `<${name}>`;
  for (const one of all) out += write(one);
  return `${out}</${name}>`;
}

const writeLink = (link: Link): string =>
  `<Link${attr('to', link.to)}${attr('capacity', link.capacity)}${numberAttr('cost', link.cost)}${attr('label', link.label)}${attr('discovered', link.discovered)}${attr('managed', link.managed === undefined ? undefined : String(link.managed))}/>`;

const writeAccess = (state: AccessState): string =>
  `<Access${attr('method', state.method)} ok="${state.ok}"${timeAttr('time', state.time)}${numberAttr('responseMs', state.responseMs)}${attr('error', state.error)}${attr('via', state.via)}${costAttrs(state)}/>`;

const costAttrs = ({ cost, workMs, wallMs, requests, bytes }: AccessState): string =>
  `${numberAttr('cost', cost)}${numberAttr('workMs', workMs)}${numberAttr('wallMs', wallMs)}${numberAttr('requests', requests)}${numberAttr('bytes', bytes)}`;

function writeMetric(metric: MetricValue): string {
  const { value } = metric;
  const written = typeof value === 'string' ? text(value) : formatValue(value);
  return `<Metric${attr('name', metric.name)}${attr('instance', metric.instance)}${attr('unit', metric.unit)}${timeAttr('time', metric.time)} type="${valueType(value)}"${attr('severity', metric.severity)}${attr('threshold', metric.threshold)}>${written}</Metric>`;
}

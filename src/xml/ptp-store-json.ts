/**
 * The common data format as JSON: the names and nesting of the XML, what can repeat always a list, ids and 64-bit
 * numbers strings, times ISO 8601 in UTC. What is absent in XML is absent here.
 */

import { formatEpoch } from '../model/manager.js';
import type {
  ElementEntry,
  HostEntry,
  IntegrationSection,
  ManagerSection,
  MetricValue,
  PtpStore,
  SiteEntry,
} from '../model/ptp-store.js';
import { formatNumber, valueType } from './lexical.js';
import { alarmsToJson } from './ptp-store-alarms.js';
import { isoTime, NAMED_METRICS } from './ptp-store-write.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/** For `JSON.stringify`, which leaves out what is undefined. */
export function ptpStoreToJson(store: PtpStore): Json {
  return {
    PTP_STORE: { EMANAGER: store.managers.map(manager), EIMANAGER: store.integrationManagers.map(integration) },
  };
}

/** JSON has no infinities and no NaN: they become the words that XML Schema has for them. */
const finite = (value: number): Json => (Number.isFinite(value) ? value : formatNumber(value));
const number = (value: number | undefined): Json | undefined => (value === undefined ? undefined : finite(value));
const time = (value: number | undefined): Json | undefined => (value === undefined ? undefined : isoTime(value));

const manager = (section: ManagerSection): Json => ({
  id: section.id,
  name: section.name,
  status: section.status,
  age: number(section.age),
  source: section.source,
  HOST: host(section.host),
  Site: site(section.site),
  FAILOVER_EM: section.failover.map((id) => ({ id })),
  Devices: { Device: section.devices.map(element) },
  Services: { Service: section.services.map(element) },
  Applications: { Application: section.applications.map(element) },
  Alarms: alarmsToJson(section.alarms, isoTime),
});

const integration = (section: IntegrationSection): Json => ({
  id: section.id,
  name: section.name,
  HOST: host(section.host),
  EMANAGERLIST: {
    EMANAGER: section.managers.map((known) => ({
      id: known.id,
      name: known.name,
      status: known.status,
      Site: site(known.site),
      Portal: known.portal,
      FAILOVER_EM: known.failover.map((id) => ({ id })),
    })),
  },
});

function host(entry: HostEntry | undefined): Json | undefined {
  if (!entry) return undefined;
  const server = entry.uri !== undefined || entry.context !== undefined;
  return {
    dnsname: entry.dnsname,
    HTTP_SERVER: server ? { URI: entry.uri, context: entry.context } : undefined,
    Portal: entry.portal,
  };
}

const site = (entry: SiteEntry | undefined): Json | undefined =>
  entry && { id: entry.id, label: entry.label, status: entry.status };

function element(entry: ElementEntry): Json {
  const named: Record<string, Json> = {};
  for (const name of NAMED_METRICS) {
    const found = entry.metrics.find((one) => one.name === name && one.instance === '');
    if (found) named[name] = value(found);
  }
  return {
    id: entry.id,
    ip: entry.ip,
    dnsname: entry.dnsname,
    label: entry.label,
    status: entry.status,
    since: time(entry.since),
    reason: entry.reason,
    type: entry.type,
    vendor: entry.vendor,
    model: entry.model,
    owner: entry.owner,
    epoch: entry.epoch && formatEpoch(entry.epoch),
    Description: entry.description,
    Portal: entry.portal,
    Location: entry.location,
    Customers: { Customer: entry.customers },
    DeviceName: entry.deviceName,
    ...named,
    NWView: entry.nwview,
    Links: { Link: entry.links.map((link) => ({ ...link, cost: number(link.cost) })) },
    Parents: { Parent: entry.parents },
    AccessStates: {
      Access: entry.access.map((state) => ({
        ...state,
        time: time(state.time),
        responseMs: number(state.responseMs),
        cost: number(state.cost),
        workMs: number(state.workMs),
        wallMs: number(state.wallMs),
        requests: number(state.requests),
        bytes: number(state.bytes),
      })),
    },
    Metrics: {
      Metric: entry.metrics.map((one) => ({
        name: one.name,
        instance: one.instance,
        unit: one.unit,
        time: isoTime(one.time),
        type: valueType(one.value),
        value: value(one),
        severity: one.severity,
        threshold: one.threshold,
      })),
    },
    Alarms: alarmsToJson(entry.alarms, isoTime),
  };
}

function value(metric: MetricValue): Json {
  return typeof metric.value === 'bigint'
    ? metric.value.toString()
    : typeof metric.value === 'number'
      ? finite(metric.value)
      : metric.value;
}

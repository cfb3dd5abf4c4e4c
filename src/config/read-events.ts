/** What is done with what comes in: events, filters, maintenance, and parts that are only checked so far. */
import { SEVERITIES } from '../model/status.js';
import type { PositionedElement } from '../xml/positions.js';
import { checkRegex } from './expressions.js';
import { readMetric } from './read-access.js';
import type { ConfigReader } from './reader.js';
import type { DeviceType, EventRule, Filter, MaintenanceWindow, Settings } from './settings.js';

const ACTIONS = ['store', 'alarm', 'trap', 'webhook', 'syslog', 'smtp', 'ignore'] as const;

export function readEventRules(reader: ConfigReader, manager: PositionedElement): readonly EventRule[] {
  return reader.children(reader.child(manager, 'EVENTS'), 'EVENT').map((at) => {
    const name = reader.expression(at, 'name', checkRegex);
    const severity = reader.oneOf(at, 'severity', SEVERITIES);
    const to = reader.list(at, 'to');
    const written = reader.list(at, 'action');
    const actions = ACTIONS.filter((action) => written.includes(action));
    if (actions.includes('ignore') && actions.length > 1)
      reader.fault(
        at,
        'action',
        `${reader.shown(at, 'action')} ignores and acts at once; it should be ignore alone, or without it`,
      );
    return { ...(name && { name }), ...(severity && { severity }), actions, ...(to.length > 0 && { to }) };
  });
}

export function readFilters(reader: ConfigReader, manager: PositionedElement): readonly Filter[] {
  return reader.children(reader.child(manager, 'FILTERS'), 'FILTER').flatMap((at) => {
    const metric = reader.expression(at, 'metric', checkRegex);
    const element = reader.expression(at, 'element', checkRegex);
    const action = reader.oneOf(at, 'action', ['ignore', 'keep', 'rename', 'scale']);
    const to = reader.text(at, 'to');
    const factor = reader.number(at, 'factor');
    if (action === 'rename' && !reader.has(at, 'to'))
      reader.fault(at, 'action', 'action="rename" needs the new name; add to="NAME"');
    if (action === 'scale' && !reader.has(at, 'factor'))
      reader.fault(at, 'action', 'action="scale" needs a factor; add factor="NUMBER"');
    if (action && action !== 'rename' && reader.has(at, 'to'))
      reader.fault(at, 'to', `to has no meaning with action="${action}"; remove it`);
    if (action && action !== 'scale' && reader.has(at, 'factor'))
      reader.fault(at, 'factor', `factor has no meaning with action="${action}"; remove it`);
    if (!action) return [];
    return [
      {
        ...(metric && { metric }),
        ...(element && { element }),
        action,
        ...(to && { to }),
        ...(factor !== undefined && { factor }),
      },
    ];
  });
}

export function readMaintenance(reader: ConfigReader, manager: PositionedElement): readonly MaintenanceWindow[] {
  return reader.children(manager, 'MAINTENANCE').flatMap((at) => {
    const element = reader.expression(at, 'element', checkRegex);
    const text = reader.text(at, 'text');
    const [from, to] = [reader.time(at, 'from'), reader.time(at, 'to')];
    if (from === undefined || to === undefined) return [];
    if (to <= from) reader.fault(at, 'to', `${reader.shown(at, 'to')} is not after from; it should be later`);
    return [{ ...(element && { element }), from, to, ...(text && { text }) }];
  });
}

export function readApplicationServers(
  reader: ConfigReader,
  manager: PositionedElement,
): Settings['applicationServers'] {
  return reader.children(reader.child(manager, 'APPLICATION_SERVERS'), 'APPLICATION_SERVER').flatMap((at) => {
    const [uri, user] = [reader.text(at, 'uri'), reader.text(at, 'user')];
    return uri ? [{ uri, ...(user && { user }) }] : [];
  });
}

export function readSupports(reader: ConfigReader, manager: PositionedElement): Settings['supports'] {
  return reader.children(reader.child(manager, 'SUPPORT_DEVICES'), 'DEVICE', 'CDN_DEVICE').flatMap((at) => {
    const snmpoid = reader.oid(at, 'snmpoid', { wildcard: true });
    return snmpoid ? [{ snmpoid, ...kindOfDevice(reader, at) }] : [];
  });
}

/** Of `DEVICE_TYPES`, in a configuration or in a file of their own. */
export function readDeviceTypes(reader: ConfigReader, list: PositionedElement | undefined): readonly DeviceType[] {
  return reader.children(list, 'DEVICE_TYPE').flatMap((at) => {
    const snmpoid = reader.oid(at, 'snmpoid', { wildcard: true });
    const id = reader.text(at, 'id') ?? snmpoid;
    const metrics = reader.children(at, 'METRIC').flatMap((one) => {
      const metric = readMetric(reader, one);
      if (metric && !reader.has(one, 'oid'))
        reader.fault(
          one,
          undefined,
          'METRIC of a DEVICE_TYPE lacks its oid; device types are read by SNMP, add oid="OID"',
        );
      return metric ?? [];
    });
    return snmpoid && id ? [{ id, snmpoid, ...kindOfDevice(reader, at), metrics }] : [];
  });
}

function kindOfDevice(reader: ConfigReader, at: PositionedElement): Pick<DeviceType, 'vendor' | 'model' | 'type'> {
  const [vendor, model, type] = ['vendor', 'model', 'type'].map((name) => reader.text(at, name));
  return { ...(vendor && { vendor }), ...(model && { model }), ...(type && { type }) };
}

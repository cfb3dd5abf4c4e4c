/** Rules about the parts around the elements: notifications, traps, discovery, sources, users. */
import type { PositionedElement } from '../xml/positions.js';
import { nearest } from '../xml/xsd-model.js';
import type { ConfigReader } from './reader.js';
import { type AccessContext, requireCredential } from './rules-access.js';
import { unique } from './rules-managers.js';

/** What each kind of destination cannot do without. */
const DESTINATION_NEEDS: Readonly<Record<string, readonly string[]>> = {
  trap: ['host'],
  webhook: ['url'],
  syslog: ['host'],
  store: ['url'],
  smtp: ['url', 'to'],
};

const SOURCE_NEEDS: Readonly<Record<string, readonly string[]>> = {
  file: ['path'],
  http: ['url'],
  csv: ['path'],
  postgres: ['url', 'query'],
};

export function checkParts(reader: ConfigReader, manager: PositionedElement, context: AccessContext): void {
  unique(reader, reader.children(reader.children(manager, 'CREDENTIALS')[0], 'CREDENTIAL'), 'id', 'CREDENTIAL');
  unique(reader, reader.children(reader.children(manager, 'SECURITY')[0], 'USER'), 'name', 'USER');
  unique(reader, reader.children(reader.children(manager, 'DEVICE_TYPES')[0], 'DEVICE_TYPE'), 'id', 'DEVICE_TYPE');
  checkDestinations(reader, manager, context);
  for (const at of reader.children(reader.child(manager, 'SOURCES'), 'SOURCE')) {
    checkNeeds(reader, at, SOURCE_NEEDS);
    reader.interval(at, 'interval');
  }
  for (const at of reader.children(manager, 'DISCOVERY')) {
    reader.interval(at, 'interval');
    reader.parsed(at, 'network', parseNetwork);
    for (const id of reader.list(at, 'credential')) requireCredential(reader, at, 'credential', id, context);
  }
  for (const at of reader.children(manager, 'TRAPS')) {
    reader.hostPort(at, 'bind');
    for (const id of reader.list(at, 'credential')) requireCredential(reader, at, 'credential', id, context);
  }
}

function checkDestinations(reader: ConfigReader, manager: PositionedElement, context: AccessContext): void {
  const destinations = reader.children(reader.child(manager, 'NOTIFY'), 'DESTINATION');
  unique(reader, destinations, 'id', 'DESTINATION');
  for (const at of destinations) {
    reader.integer(at, 'port', 1, 65_535);
    checkNeeds(reader, at, DESTINATION_NEEDS);
    const credential = reader.text(at, 'credential');
    if (credential !== undefined) requireCredential(reader, at, 'credential', credential, context);
  }
  const ids = destinations.flatMap((at) => reader.text(at, 'id') ?? []);
  for (const at of reader.children(reader.children(manager, 'EVENTS')[0], 'EVENT')) {
    const to = reader.text(at, 'to');
    if (to === undefined || ids.includes(to)) continue;
    const near = nearest(to, ids);
    reader.fault(at, 'to', `DESTINATION ${to} is not defined; ${near ? `did you mean ${near}?` : 'add it to NOTIFY'}`);
  }
}

function checkNeeds(
  reader: ConfigReader,
  at: PositionedElement,
  needs: Readonly<Record<string, readonly string[]>>,
): void {
  const type = reader.text(at, 'type') ?? '';
  for (const name of needs[type] ?? []) {
    if (!reader.has(at, name)) reader.fault(at, 'type', `${reader.shown(at, 'type')} needs ${name}; add ${name}="..."`);
  }
}

function parseNetwork(text: string): string | undefined {
  const [address = '', bits = ''] = text.split('/');
  const version = address.includes(':') ? 6 : 4;
  const octets = address.split('.');
  const plausible =
    version === 6 || (octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) < 256));
  return plausible && Number(bits) <= (version === 6 ? 128 : 32) ? text : undefined;
}

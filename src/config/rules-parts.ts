/** Rules about the parts around the elements: notifications, traps, users. */
import type { PositionedElement } from '../xml/positions.js';
import { nearest } from '../xml/xsd-model.js';
import type { ConfigReader } from './reader.js';
import { type AccessContext, requireCredential } from './rules-access.js';
import { unique } from './rules-managers.js';
import { checkDiscovery, checkNeeds, checkSources } from './rules-sources.js';

/** What each kind of destination cannot do without. */
const DESTINATION_NEEDS: Readonly<Record<string, readonly string[]>> = {
  trap: ['host'],
  webhook: ['url'],
  syslog: ['host'],
  store: ['url'],
  smtp: ['url', 'to'],
};

export function checkParts(reader: ConfigReader, manager: PositionedElement, context: AccessContext): void {
  unique(reader, reader.children(reader.children(manager, 'CREDENTIALS')[0], 'CREDENTIAL'), 'id', 'CREDENTIAL');
  unique(reader, reader.children(reader.children(manager, 'SECURITY')[0], 'USER'), 'name', 'USER');
  unique(reader, reader.children(reader.children(manager, 'DEVICE_TYPES')[0], 'DEVICE_TYPE'), 'id', 'DEVICE_TYPE');
  checkDestinations(reader, manager, context);
  checkSources(reader, manager);
  checkDiscovery(reader, manager, context);
  for (const at of reader.children(manager, 'TRAPS')) {
    reader.hostPort(at, 'bind');
    for (const id of reader.list(at, 'credential')) requireSnmpCredential(reader, at, id, context);
  }
}

/** Traps have a community or a user of SNMPv3. */
function requireSnmpCredential(reader: ConfigReader, at: PositionedElement, id: string, context: AccessContext): void {
  const found = context.credentialsAt.get(id);
  if (!found) requireCredential(reader, at, 'credential', id, context);
  else if (!isForSnmp(reader, found))
    reader.fault(
      at,
      'credential',
      `CREDENTIAL ${id} has neither a community nor a user of SNMPv3, one of which traps need; add it or name another`,
    );
}

/** A user with a password of its own, or a key, is one of a command line or a server. */
const isForSnmp = (reader: ConfigReader, at: PositionedElement): boolean =>
  reader.has(at, 'community') ||
  (reader.has(at, 'user') &&
    (reader.has(at, 'authPassword') || !(reader.has(at, 'password') || reader.has(at, 'privateKey'))));

function checkDestinations(reader: ConfigReader, manager: PositionedElement, context: AccessContext): void {
  const destinations = reader.children(reader.child(manager, 'NOTIFY'), 'DESTINATION');
  unique(reader, destinations, 'id', 'DESTINATION');
  for (const at of destinations) {
    reader.integer(at, 'port', 1, 65_535);
    checkNeeds(reader, at, DESTINATION_NEEDS);
    const credential = reader.text(at, 'credential');
    if (credential === undefined) continue;
    if (reader.text(at, 'type') === 'trap') requireSnmpCredential(reader, at, credential, context);
    else requireCredential(reader, at, 'credential', credential, context);
  }
  const ids = destinations.flatMap((at) => reader.text(at, 'id') ?? []);
  for (const at of reader.children(reader.children(manager, 'EVENTS')[0], 'EVENT')) {
    const to = reader.text(at, 'to');
    checkTrapRule(reader, at, destinations);
    if (to === undefined || ids.includes(to)) continue;
    const near = nearest(to, ids);
    reader.fault(at, 'to', `DESTINATION ${to} is not defined; ${near ? `did you mean ${near}?` : 'add it to NOTIFY'}`);
  }
}

/** A trap that is asked for and goes nowhere. */
function checkTrapRule(reader: ConfigReader, at: PositionedElement, destinations: readonly PositionedElement[]): void {
  if (!reader.list(at, 'action').includes('trap')) return;
  const to = reader.text(at, 'to');
  const meant = destinations.filter((one) => to === undefined || reader.text(one, 'id') === to);
  if (meant.some((one) => reader.text(one, 'type') === 'trap') || (to !== undefined && meant.length === 0)) return;
  const mend = to === undefined ? 'add one to NOTIFY' : `${to} is of another type; name one in to, or leave to out`;
  reader.warning(at, 'action', `action has trap, and there is no DESTINATION type="trap" for it: ${mend}`);
}

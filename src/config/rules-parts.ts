/** Rules about the parts around the elements: notifications, traps, users. */
import type { PositionedElement } from '../xml/positions.js';
import type { ConfigReader } from './reader.js';
import { type AccessContext, requireCredential } from './rules-access.js';
import { unique } from './rules-managers.js';
import { checkDestinations } from './rules-notify.js';
import { checkDiscovery, checkSources } from './rules-sources.js';

export function checkParts(reader: ConfigReader, manager: PositionedElement, context: AccessContext): void {
  unique(reader, reader.children(reader.children(manager, 'CREDENTIALS')[0], 'CREDENTIAL'), 'id', 'CREDENTIAL');
  unique(reader, reader.children(reader.children(manager, 'SECURITY')[0], 'USER'), 'name', 'USER');
  unique(reader, reader.children(reader.children(manager, 'DEVICE_TYPES')[0], 'DEVICE_TYPE'), 'id', 'DEVICE_TYPE');
  checkDestinations(reader, manager, context, requireSnmpCredential);
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

/** From the root of a configuration to its settings, with every rule on the way. */
import { MANAGER_ROLES, type ManagerRole } from '../model/manager.js';
import type { PositionedElement } from '../xml/positions.js';
import { addressFault } from './binding.js';
import { ELEMENT_LISTS, type ReadElement, readElementList } from './read-elements.js';
import {
  readApplicationServers,
  readDeviceTypes,
  readEventRules,
  readFilters,
  readMaintenance,
  readSupports,
} from './read-events.js';
import {
  type ReadManager,
  readBind,
  readConfiguredManager,
  readFailover,
  readManager,
  readSite,
} from './read-managers.js';
import { readDestinations, readTraps } from './read-notify.js';
import { checkQuorum, readPool } from './read-pool.js';
import { type NamedFile, SecurityReader } from './read-security.js';
import { readDiscovery, readSources } from './read-sources.js';
import type { ConfigReader } from './reader.js';
import { type AccessContext, checkAccess } from './rules-access.js';
import { checkElements, checkMaintenance } from './rules-elements.js';
import { checkFailover, checkManagers, checkPorts, checkTls, type NamedManagers } from './rules-managers.js';
import type { AccessCheck } from './rules-methods.js';
import { checkParts } from './rules-parts.js';
import type { HostPort, Settings } from './settings.js';
import { withoutEffect } from './without-effect.js';

export interface FileIdentity {
  /** Absolute. */
  readonly file: string;
  readonly baseDir: string;
  readonly fingerprint: string;
  readonly text: string;
}

export interface ReadSettings {
  /** Undefined only where it is unclear whose configuration this is; whether it is free of faults the reader knows. */
  readonly settings?: Settings;
  readonly files: readonly NamedFile[];
}

const ROOT_OF: Readonly<Record<ManagerRole, string>> = { EM: 'EMANAGER', EIM: 'EINTEGRATION_MANAGER' };

export function readManagerSettings(
  reader: ConfigReader,
  root: PositionedElement,
  identity: FileIdentity,
  checkAccess?: AccessCheck,
): ReadSettings {
  const found = findManager(reader, root);
  if (!found) return { files: [] };
  const { role, at } = found;
  const secured = new SecurityReader(reader, identity.baseDir);
  const security = secured.security(at);
  const credentials = secured.credentials(at);
  const pool = readPool(reader, at);
  const store = secured.store(at);
  const schedule = secured.schedule(at);
  const stylesheets = secured.stylesheets(at);

  const own = readManager(reader, at, role);
  const integrationManagers = readList(reader, reader.children(at, 'EINTEGRATION_MANAGER'), 'EIM');
  const neighbors = readList(reader, reader.children(reader.child(at, 'NEIGHBORS'), 'EMANAGER'), 'EM');
  const managers = readList(reader, reader.children(reader.child(at, 'EMANAGERS'), 'EMANAGER'), 'EM');
  const failover = reader.children(at, 'FAILOVER_EM').flatMap((one) => readFailover(reader, one) ?? []);

  const elements = ELEMENT_LISTS.flatMap(({ list }) => {
    const listAt = reader.child(at, list);
    return listAt ? readElementList(reader, listAt, schedule.pullMs) : [];
  });
  const named = { integrationManagers, neighbors, managers };
  const others = [...integrationManagers, ...neighbors, ...managers];
  checkAllElements(reader, at, elements, contextOf(reader, at, others, credentials, checkAccess));
  const parts = {
    eventRules: readEventRules(reader, at),
    destinations: readDestinations(reader, at, identity.baseDir),
    filters: readFilters(reader, at),
    maintenance: readMaintenance(reader, at),
    applicationServers: readApplicationServers(reader, at),
    supports: readSupports(reader, at),
    deviceTypes: readDeviceTypes(reader, reader.child(at, 'DEVICE_TYPES')),
  };
  const traps = readTraps(reader, at);
  const site = readSite(reader, at);
  const comments = reader
    .children(at, 'COMMENTS')
    .map((one) => one.text.trim())
    .filter((text) => text !== '')
    .join('\n');
  const manages = reader.boolean(at, 'manages') ?? role === 'EM';
  const portal = reader.boolean(at, 'portal') ?? true;
  if (!own) return { files: secured.files };

  const bind = readBind(reader, own);
  const socketBind = own.address.socket;
  checkOwn(reader, at, { own, ...named }, security, bind, socketBind);
  return {
    files: secured.files,
    settings: {
      version: root.attributes.get('version')?.value ?? '1.0',
      fingerprint: identity.fingerprint,
      text: identity.text,
      file: identity.file,
      id: own.address.id,
      ...(own.address.name && { name: own.address.name }),
      role,
      ...(site && { site }),
      address: own.address,
      bind,
      ...(socketBind && { socketBind }),
      integrationManagers: integrationManagers.map(({ address }) => address),
      neighbors: neighbors.map(({ address }) => address),
      managers: managers.map((one) => readConfiguredManager(reader, one)),
      failover,
      ...(pool && { pool }),
      store,
      schedule,
      security,
      credentials,
      elements: elements.map(({ element }) => element),
      origins: new Map(),
      sources: readSources(reader, at, identity.baseDir),
      discovery: readDiscovery(reader, at),
      ...parts,
      ...(traps && { traps }),
      manages,
      portal,
      stylesheets,
      ...(comments && { comments }),
      withoutEffect: withoutEffect(reader, at),
    },
  };
}

/** PTPMANAGER says what the manager is; the element of that role says the rest. */
function findManager(
  reader: ConfigReader,
  root: PositionedElement,
): { role: ManagerRole; at: PositionedElement } | undefined {
  const kindAt = reader.child(root, 'PTPMANAGER');
  if (!kindAt) {
    reader.fault(root, undefined, 'PTP_CONFIG lacks its PTPMANAGER; add <PTPMANAGER type="EM"/> or type="EIM"');
    return undefined;
  }
  const role = reader.oneOf(kindAt, 'type', MANAGER_ROLES);
  if (!role) return undefined;
  const at = reader.child(root, ROOT_OF[role]);
  const [other] = reader.children(root, ROOT_OF[role === 'EM' ? 'EIM' : 'EM']);
  if (other)
    reader.fault(
      other,
      undefined,
      `PTPMANAGER type="${role}" goes with ${ROOT_OF[role]}, not with ${other.name}; change one of them`,
    );
  else if (!at)
    reader.fault(
      root,
      undefined,
      `PTP_CONFIG lacks its ${ROOT_OF[role]}, which PTPMANAGER type="${role}" asks for; add it`,
    );
  return at && { role, at };
}

const readList = (
  reader: ConfigReader,
  list: readonly PositionedElement[],
  role: ManagerRole,
): readonly ReadManager[] => list.flatMap((at) => readManager(reader, at, role) ?? []);

function contextOf(
  reader: ConfigReader,
  manager: PositionedElement,
  others: readonly ReadManager[],
  credentials: Settings['credentials'],
  checkAccess: AccessCheck | undefined,
): AccessContext {
  const definitions = reader.children(reader.children(manager, 'CREDENTIALS')[0], 'CREDENTIAL');
  return {
    credentials,
    credentialsAt: new Map(definitions.map((one) => [reader.text(one, 'id') ?? '', one])),
    self: reader.text(manager, 'id'),
    managers: [
      ...others.map(({ address }) => address.id),
      ...reader.children(manager, 'FAILOVER_EM').flatMap((one) => reader.text(one, 'id') ?? []),
    ],
    checkAccess,
  };
}

function checkAllElements(
  reader: ConfigReader,
  manager: PositionedElement,
  elements: readonly ReadElement[],
  context: AccessContext,
): void {
  const elsewhere = reader.children(manager, 'SOURCES', 'DISCOVERY', 'POOL', 'FAILOVER_EM');
  checkElements(reader, elements, context.managers.length === 0 && elsewhere.length === 0);
  checkMaintenance(reader, manager, elements);
  for (const one of elements) checkAccess(reader, one, context);
  checkParts(reader, manager, context);
}

function checkOwn(
  reader: ConfigReader,
  manager: PositionedElement,
  named: NamedManagers,
  security: Settings['security'],
  bind: HostPort,
  socketBind: HostPort | undefined,
): void {
  checkManagers(reader, named);
  checkFailover(reader, manager, named);
  checkQuorum(reader, manager, named);
  checkPorts(reader, manager, bind, socketBind);
  checkTls(reader, manager, named.own, security);
  checkLiteralBind(reader, manager, named.own, security, bind);
}

/** An address written as one needs no resolving: what `run` would refuse is told at once. */
function checkLiteralBind(
  reader: ConfigReader,
  manager: PositionedElement,
  own: ReadManager,
  security: Settings['security'],
  bind: HostPort,
): void {
  const server = reader.children(reader.children(manager, 'HOST')[0], 'HTTP_SERVER')[0];
  const securityAt = reader.children(manager, 'SECURITY')[0];
  const pool = reader.children(manager, 'POOL')[0];
  const tlsAt = reader.children(securityAt, 'TLS')[0];
  const fault = addressFault(
    {
      anonymousViewer: security.anonymous === 'viewer',
      hasUser: reader.children(securityAt, 'USER').length > 0,
      hasPoolKey: pool !== undefined && reader.has(pool, 'key'),
      hasMutualTls: tlsAt !== undefined && reader.text(tlsAt, 'clients') === 'required',
      tlsOrAccepted: own.address.origin.startsWith('https:') || security.plainHttpAccepted,
    },
    [bind.host],
  );
  if (server && fault) reader.fault(server, reader.has(server, 'bind') ? 'bind' : undefined, fault);
}

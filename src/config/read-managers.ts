/** Who this manager is, where it listens, and the managers that it knows. */
import type { ManagerAddress, ManagerRole } from '../model/manager.js';
import type { PositionedElement } from '../xml/positions.js';
import { originOf, parsePort } from './quantities.js';
import type { ConfigReader } from './reader.js';
import type { ConfiguredManager, HostPort, Settings } from './settings.js';
import { wrongValue } from './words.js';

/** Ports of the documents' examples, where a uri names none. */
const DEFAULT_PORT: Readonly<Record<ManagerRole, number>> = { EM: 8080, EIM: 8888 };
const DEFAULT_CONTEXT: Readonly<Record<ManagerRole, string>> = { EM: 'ptpmgr/em', EIM: 'ptpmgr/eim' };

export interface ReadManager {
  readonly at: PositionedElement;
  readonly address: ManagerAddress;
  /** What `uri` says, or its default. */
  readonly place: HostPort;
}

/** Any element with `id`, `name`, `HOST` and `SOCKET_SERVER`; undefined where it is too wrong to make an address of. */
export function readManager(reader: ConfigReader, at: PositionedElement, role: ManagerRole): ReadManager | undefined {
  const id = reader.text(at, 'id');
  const name = reader.text(at, 'name');
  const host = reader.child(at, 'HOST');
  const server = reader.child(host, 'HTTP_SERVER');
  if (!host || !server) {
    const missing = host ? 'HTTP_SERVER' : 'HOST with an HTTP_SERVER';
    reader.fault(
      host ?? at,
      undefined,
      `${(host ?? at).name} lacks its ${missing}; add <${host ? '' : 'HOST><'}HTTP_SERVER uri="host:port"/>`,
    );
    return undefined;
  }
  const place = readPlace(reader, host, server, role);
  const socket = readSocket(reader, at);
  if (!place || id === undefined) return undefined;
  const context = reader.text(server, 'context')?.replace(/^\/+|\/+$/g, '') ?? DEFAULT_CONTEXT[role];
  return {
    at,
    place,
    address: {
      id,
      ...(name && { name }),
      role,
      origin: originOf(place, place.tls),
      context,
      ...(socket && { socket }),
    },
  };
}

function readPlace(
  reader: ConfigReader,
  host: PositionedElement,
  server: PositionedElement,
  role: ManagerRole,
): (HostPort & { tls: boolean }) | undefined {
  const dnsname = reader.text(host, 'dnsname');
  if (reader.has(server, 'uri') && reader.has(server, 'URI')) {
    reader.fault(server, 'URI', 'HTTP_SERVER has both uri and URI; they mean the same, keep uri');
  }
  const spelling = reader.has(server, 'uri') ? 'uri' : 'URI';
  if (reader.has(server, spelling)) return reader.managerUri(server, spelling);
  if (dnsname) return { host: dnsname, port: DEFAULT_PORT[role], tls: false };
  reader.fault(
    server,
    undefined,
    'HTTP_SERVER lacks its attribute uri, and its HOST has no dnsname; it should be host:port, such as localhost:8080',
  );
  return undefined;
}

function readSocket(reader: ConfigReader, at: PositionedElement): HostPort | undefined {
  const server = reader.child(at, 'SOCKET_SERVER');
  if (!server) return undefined;
  const host = reader.childText(server, 'SERVER_NAME')?.replace(/^\[(.*)\]$/, '$1');
  const portAt = reader.child(server, 'SERVER_PORT');
  const port = parsePort(portAt?.text ?? '');
  if (portAt && port === undefined) reader.fault(portAt, undefined, wrongValue(portAt, undefined, reader.words));
  if (!host || !portAt)
    reader.fault(server, undefined, 'SOCKET_SERVER is not complete; it should hold a SERVER_NAME and a SERVER_PORT');
  return host && port !== undefined ? { host, port } : undefined;
}

/** Where this manager listens: `bind`, or what its host resolves to at the port that others are told. */
export function readBind(reader: ConfigReader, manager: ReadManager): HostPort {
  const host = reader.child(manager.at, 'HOST');
  const server = reader.child(host, 'HTTP_SERVER');
  const written = server && reader.hostPort(server, 'bind');
  return written ?? { host: (host && reader.text(host, 'dnsname')) ?? manager.place.host, port: manager.place.port };
}

export function readSite(reader: ConfigReader, at: PositionedElement): Settings['site'] {
  const site = reader.child(at, 'SITE');
  const id = site && reader.text(site, 'id');
  const label = site && reader.text(site, 'label');
  return id === undefined ? undefined : { id, ...(label && { label }) };
}

/** One of an EIM's own list, with its site and failover managers. */
export function readConfiguredManager(reader: ConfigReader, read: ReadManager): ConfiguredManager {
  const site = readSite(reader, read.at);
  const failover = reader.children(read.at, 'FAILOVER_EM').flatMap((one) => reader.text(one, 'id') ?? []);
  return { ...read.address, ...(site && { site }), ...(failover.length > 0 && { failover }) };
}

export function readFailover(reader: ConfigReader, at: PositionedElement): Settings['failover'][number] | undefined {
  const id = reader.text(at, 'id');
  const name = reader.text(at, 'name');
  const place = reader.managerUri(at, 'uri');
  if (id === undefined) return undefined;
  const named = { id, ...(name && { name }) };
  const address: ManagerAddress | undefined = place && {
    ...named,
    role: 'EM',
    origin: place.origin,
    context: DEFAULT_CONTEXT.EM,
  };
  return { ...named, types: reader.list(at, 'types'), ...(address && { address }) };
}

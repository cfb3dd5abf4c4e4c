/** Rules about managers and ports that a schema cannot say. */
import { isIP } from 'node:net';
import type { PositionedElement } from '../xml/positions.js';
import { formatHostPort, parseGroup } from './quantities.js';
import type { ReadManager } from './read-managers.js';
import type { ConfigReader } from './reader.js';
import type { HostPort, Settings } from './settings.js';

/** Every manager that a configuration names. */
export interface NamedManagers {
  readonly own: ReadManager;
  readonly integrationManagers: readonly ReadManager[];
  readonly neighbors: readonly ReadManager[];
  readonly managers: readonly ReadManager[];
}

export function checkManagers(reader: ConfigReader, named: NamedManagers): void {
  const { own } = named;
  for (const list of [named.integrationManagers, named.neighbors, named.managers]) {
    unique(
      reader,
      list.map(({ at }) => at),
      'id',
      'manager',
    );
    const places = new Map<string, ReadManager>();
    for (const one of list) {
      const place = formatHostPort(one.place).toLowerCase();
      const other = places.get(place);
      const server = serverOf(one.at);
      if (other && other.address.id !== one.address.id && server)
        reader.fault(
          server,
          uriOf(server),
          `${one.address.id} and ${other.address.id} (line ${other.at.line}) are both at ${place}; every manager has a port of its own`,
        );
      places.set(place, one);
    }
    for (const { at, address, place } of list) {
      const server = serverOf(at);
      if (address.id === own.address.id)
        reader.fault(at, 'id', `${reader.shown(at, 'id')} is this manager itself; name another or remove it`);
      else if (server && place.port === own.place.port && place.host.toLowerCase() === own.place.host.toLowerCase())
        reader.fault(
          server,
          uriOf(server),
          `${address.id} is at ${formatHostPort(place)}, where this manager is; every manager has a port of its own`,
        );
    }
  }
  const eimIds = new Map(named.integrationManagers.map(({ address, at }) => [address.id, at]));
  for (const { at, address } of [...named.neighbors, ...named.managers]) {
    const other = eimIds.get(address.id);
    if (other)
      reader.fault(
        at,
        'id',
        `${reader.shown(at, 'id')} is an EINTEGRATION_MANAGER in line ${other.line} as well; an id belongs to one manager`,
      );
  }
}

const serverOf = (manager: PositionedElement): PositionedElement | undefined =>
  manager.children.find((child) => child.name === 'HOST')?.children.find((child) => child.name === 'HTTP_SERVER');

const uriOf = (server: PositionedElement): string => (server.attributes.has('uri') ? 'uri' : 'URI');

/** FAILOVER_EM names each manager once, not this one, and one that can be found. */
export function checkFailover(reader: ConfigReader, manager: PositionedElement, named: NamedManagers): void {
  const known = new Set([...named.neighbors, ...named.managers].map(({ address }) => address.id));
  const list = reader.children(manager, 'FAILOVER_EM');
  unique(reader, list, 'id', 'FAILOVER_EM');
  for (const at of list) {
    const id = reader.text(at, 'id');
    if (id === undefined) continue;
    if (id === named.own.address.id)
      reader.fault(at, 'id', `${reader.shown(at, 'id')} is this manager itself; name another or remove it`);
    else if (!known.has(id) && !reader.has(at, 'uri'))
      reader.warning(
        at,
        'id',
        `${reader.shown(at, 'id')} is not among NEIGHBORS and has no uri; add one of them unless the pool will make it known`,
      );
  }
}

/** Two servers of this manager on one port; TCP and UDP have ports of their own. */
export function checkPorts(
  reader: ConfigReader,
  manager: PositionedElement,
  bind: HostPort,
  socket: HostPort | undefined,
): void {
  const socketAt = reader.children(manager, 'SOCKET_SERVER')[0];
  const portAt = reader.children(socketAt, 'SERVER_PORT')[0];
  if (socket && portAt && mayClash(bind, socket))
    reader.fault(portAt, undefined, `port ${socket.port} is the HTTP server's already; give the socket server another`);
  const traps = reader.child(manager, 'TRAPS');
  const pool = reader.children(manager, 'POOL')[0];
  const trapPlace = traps && reader.hostPort(traps, 'bind');
  const group = pool && groupPort(reader, pool);
  if (traps && trapPlace && trapPlace.port === group)
    reader.fault(traps, 'bind', `UDP port ${group} is that of POOL group already; give the traps another`);
}

const groupPort = (reader: ConfigReader, pool: PositionedElement): number | undefined =>
  parseGroup(reader.text(pool, 'group') ?? '')?.port;

/** Different addresses may share a port; names, and the wildcard addresses, may turn out to be the same. */
function mayClash(a: HostPort, b: HostPort): boolean {
  const [one, other] = [a, b].map(({ host }) =>
    host.toLowerCase() === 'localhost' ? '127.0.0.1' : host.toLowerCase(),
  );
  const distinct =
    isIP(one ?? '') !== 0 &&
    isIP(other ?? '') !== 0 &&
    one !== other &&
    ![one, other].some((host) => host === '0.0.0.0' || host === '::');
  return a.port === b.port && !distinct;
}

/** `https://` needs a certificate; a certificate without it protects no page. */
export function checkTls(
  reader: ConfigReader,
  manager: PositionedElement,
  own: ReadManager,
  security: Settings['security'],
): void {
  const server = serverOf(manager);
  const tlsAt = reader.children(reader.children(manager, 'SECURITY')[0], 'TLS')[0];
  const secure = own.address.origin.startsWith('https:');
  if (server && secure && !security.tls && !tlsAt)
    reader.fault(server, uriOf(server), 'https:// needs a certificate; add SECURITY with TLS cert="FILE" key="FILE"');
  if (tlsAt && !secure)
    reader.warning(
      tlsAt,
      undefined,
      'TLS has no effect on pages, as the uri of HTTP_SERVER does not begin with https://; write it so to serve HTTPS',
    );
}

/** Every value of the attribute once; blanks around it do not make a difference. */
export function unique(
  reader: ConfigReader,
  elements: readonly PositionedElement[],
  attribute: string,
  what: string,
): void {
  const known = new Map<string, PositionedElement>();
  for (const at of elements) {
    const value = reader.text(at, attribute);
    if (value === undefined) continue;
    const first = known.get(value);
    if (first)
      reader.fault(
        at,
        attribute,
        `${reader.shown(at, attribute)} names ${/^[AEIO]/.test(what) ? 'an' : 'a'} ${what} a second time, the first is in line ${first.line}; it should be unique`,
      );
    else known.set(value, at);
  }
}

/**
 * What an application server answers for, and who may send in what. Pure.
 *
 * `APPLICATION_SERVER uri user` names a program that knows about services and applications what nobody can ask them for. It
 * answers for those whose address is the host of its `uri`: their own, or that of the device that they run on; and where it
 * is the only one, for those that have no address at all. Devices are never its own.
 */
import { isIP } from 'node:net';
import { PtpError } from '../base/errors.js';
import type { Settings } from '../config/settings.js';
import { elementName, type ManagedElement } from '../model/element.js';
import { roleAtLeast } from '../model/manager.js';
import type { Caller } from '../peer/peer.js';

type ApplicationServer = Settings['applicationServers'][number];
type Described = Pick<ManagedElement, 'kind' | 'name' | 'ip' | 'dnsname' | 'device'>;

/** What a caller may touch. */
export type Sender =
  /** A manager, an operator or an administrator. */
  | { readonly is: 'trusted' }
  /** What it is configured as; several where it speaks for several. */
  | { readonly is: 'server'; readonly servers: readonly ApplicationServer[] };

/**
 * A manager that is proved by the key that everybody knows is a viewer (docs/decisions/open-pool-key.md), and its word
 * that it asks for an application server proves nothing either: that has to sign in here.
 *
 * @throws PtpError `Client.Unauthorized`, `Client.Forbidden`
 */
export function senderOf(
  { kind, name, role, by }: Caller,
  { applicationServers }: Pick<Settings, 'applicationServers'>,
  operation: string,
): Sender {
  if (kind !== 'anonymous' && roleAtLeast(role, 'operator')) return { is: 'trusted' };
  if (kind === 'anonymous')
    throw new PtpError('Client.Unauthorized', `${operation} is open to operators and application servers; sign in`);
  const isSignedIn = kind === 'user' && by === undefined;
  const servers = isSignedIn ? applicationServers.filter(({ user }) => user === name) : [];
  if (servers.length > 0) return { is: 'server', servers };
  throw new PtpError(
    'Client.Forbidden',
    `${operation} is open to operators, and to the user of an APPLICATION_SERVER who signs in here; ${name} is neither`,
  );
}

/**
 * @param elements All that the manager knows of: an element may run on a device.
 * @param isOnly There is no other application server.
 */
export function answersFor(
  { uri }: Pick<ApplicationServer, 'uri'>,
  element: Described,
  elements: ReadonlyMap<string, Described>,
  isOnly: boolean,
): boolean {
  if (element.kind === 'device') return false;
  const device = element.device === undefined ? undefined : elements.get(elementName('device', element.device));
  const hosts = [element.ip, element.dnsname, device?.ip, device?.dnsname, element.device].flatMap((host) =>
    host === undefined ? [] : plainHost(host),
  );
  if (hosts.length === 0) return isOnly;
  return hosts.includes(plainHost(hostOf(uri)));
}

function hostOf(uri: string): string {
  try {
    return new URL(uri).hostname;
  } catch {
    return uri;
  }
}

function plainHost(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return isIP(bare) === 6 ? new URL(`http://[${bare}]/`).hostname.slice(1, -1) : bare;
}

/** All that a manager lists or polls. */
export const definitionsOf = ({
  settings,
  table,
}: {
  readonly settings: Pick<Settings, 'elements'>;
  readonly table: { definitions(): readonly ManagedElement[] };
}): ReadonlyMap<string, ManagedElement> =>
  new Map([...settings.elements, ...table.definitions()].map((element) => [element.name, element]));

/** @throws PtpError `Client.Forbidden` where the sender does not answer for it. */
export function checkAnswers(
  sender: Sender,
  element: Described | undefined,
  {
    settings,
    elements,
  }: { readonly settings: Pick<Settings, 'applicationServers'>; readonly elements: ReadonlyMap<string, Described> },
  path: string,
): void {
  if (sender.is === 'trusted') return;
  const isOnly = settings.applicationServers.length === 1;
  if (element && sender.servers.some((server) => answersFor(server, element, elements, isOnly))) return;
  const servers = sender.servers.map(({ uri }) => uri).join(', ');
  throw new PtpError(
    'Client.Forbidden',
    element
      ? `${servers} does not answer for ${element.name}; it does for services and applications on its host`
      : `${servers} can only speak for services and applications on its host; name one`,
    { place: { path } },
  );
}

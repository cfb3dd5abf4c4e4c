/** Where a manager may listen: names resolved, and checked against what its configuration protects it with. */
import { lookup } from 'node:dns/promises';
import { PtpError } from '../../base/errors.js';
import { bindingFault } from '../../config/binding.js';
import type { HostPort, Settings } from '../../config/settings.js';

export interface ListenAddresses {
  readonly http: HostPort;
  readonly socket?: HostPort;
}

/** @throws PtpError `Config.Invalid` when a name has no address here or an address must not be bound. */
export async function listenAddresses(settings: Settings): Promise<ListenAddresses> {
  const http = await resolved(settings.bind, 'HTTP_SERVER');
  const socket = settings.socketBind && (await resolved(settings.socketBind, 'SOCKET_SERVER'));
  const fault = bindingFault(settings, [http.host, ...(socket ? [socket.host] : [])]);
  if (fault) throw new PtpError('Config.Invalid', fault, { place: { file: settings.file } });
  return { http, socket };
}

async function resolved({ host, port }: HostPort, what: string): Promise<HostPort> {
  try {
    const addresses = await lookup(host, { all: true });
    // `localhost` often has both; whoever tries IPv6 first goes on to IPv4, the other way round not everybody does.
    const chosen = addresses.find(({ family }) => family === 4) ?? addresses[0];
    if (chosen) return { host: chosen.address, port };
  } catch (cause) {
    throw new PtpError(
      'Config.Invalid',
      `${what}: the name ${host} has no address here; write bind="ADDRESS:PORT" with one of this machine`,
      { cause },
    );
  }
  throw new PtpError('Config.Invalid', `${what}: the name ${host} has no address`);
}

/**
 * The sockets of announcements: one that hears the group, and one for each interface that speaks to it.
 *
 * The hearing one is bound to the group's own address, so that nothing else gets in: least of all what is sent to this
 * machine alone, which a manager on loopback must not listen to. Packets live for one network (TTL 1).
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { isMulticast } from '../../config/quantities.js';
import type { HostPort } from '../../config/settings.js';
import type { OutInterface } from './addresses.js';

export interface GroupSockets {
  /** Whether it is on its way; where not, `onError` is told why. */
  send(from: OutInterface, packet: Buffer): Promise<boolean>;
  close(): void;
}

export interface GroupListeners {
  readonly onPacket: (packet: Buffer, from: RemoteInfo) => void;
  /** The sockets are of no use any more when `isFatal`. */
  readonly onError: (error: Error, isFatal: boolean) => void;
}

/** @throws Error of the system, when a socket cannot be opened; none stays open then. */
export async function openGroup(
  group: HostPort,
  interfaces: readonly OutInterface[],
  { onPacket, onError }: GroupListeners,
): Promise<GroupSockets> {
  const type = isIP(group.host) === 6 ? 'udp6' : 'udp4';
  const open: Socket[] = [];
  const close = (): void => {
    for (const socket of open.splice(0)) {
      socket.removeAllListeners('message');
      socket.close();
    }
  };
  const opened = async (options: { readonly address: string; readonly port: number }): Promise<Socket> => {
    const socket = createSocket({ type, reuseAddr: options.port !== 0 });
    open.push(socket);
    const bound = once(socket, 'listening');
    socket.bind({ ...options, exclusive: true });
    await bound;
    socket.on('error', (error) => onError(error, true));
    socket.unref();
    return socket;
  };
  try {
    const ear = await opened({ address: hearingAddress(group.host, interfaces[0]), port: group.port });
    const senders = new Map<string, Socket>();
    for (const one of interfaces) {
      const scope = type === 'udp6' ? `::%${one.name}` : one.address;
      const mouth = await opened({ address: speakingAddress(one), port: 0 });
      if (isMulticast(group.host)) {
        ear.addMembership(group.host, scope);
        mouth.setMulticastInterface(scope);
      } else mouth.setBroadcast(true);
      senders.set(one.name, mouth);
    }
    ear.on('message', onPacket);
    return {
      send: (from, packet) =>
        new Promise((resolve) => {
          const mouth = senders.get(from.name);
          if (!mouth || open.length === 0) return resolve(false);
          mouth.send(packet, group.port, scoped(group.host, from), (error) => {
            if (error) onError(error, false);
            resolve(!error);
          });
        }),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** IPv6 addresses that mean something else on every link (RFC 4291 2.5.6, 2.7) need its name. */
const scoped = (address: string, { name }: OutInterface): string =>
  /^(fe[89ab]|ff.[12]:)/i.test(address) ? `${address}%${name}` : address;

const speakingAddress = (one: OutInterface): string => scoped(one.address, one);

/** Only where the system lets a socket be bound to a group: Windows does not. */
const hearingAddress = (group: string, first: OutInterface | undefined): string =>
  process.platform === 'win32' ? (isIP(group) === 6 ? '::' : '0.0.0.0') : first ? scoped(group, first) : group;

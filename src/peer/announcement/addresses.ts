/** Addresses as bytes of a packet, and the interfaces that they belong to. */
import { isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { invariant } from '../../base/errors.js';

/** IPv4 in the mapped form, `::ffff:192.0.2.1` (RFC 4291 2.5.5.2). */
export function addressBytes(address: string): Buffer {
  const plain = address.replace(/%.*$/, '');
  const bytes = Buffer.alloc(16);
  if (isIP(plain) === 4) {
    bytes.writeUInt16BE(0xffff, 10);
    for (const [at, part] of plain.split('.').entries()) bytes.writeUInt8(Number(part), 12 + at);
    return bytes;
  }
  invariant(isIP(plain) === 6, 'an address is an IP address');
  // The standard form of a URL has no dotted part at the end.
  const [before = '', after] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(before), groups(after ?? '')];
  for (const [at, group] of left.entries()) bytes.writeUInt16BE(group, 2 * at);
  for (const [at, group] of right.entries()) bytes.writeUInt16BE(group, 16 - 2 * (right.length - at));
  return bytes;
}

export function addressText(bytes: Buffer): string {
  const isMapped = bytes.readUInt16BE(10) === 0xffff && bytes.subarray(0, 10).every((byte) => byte === 0);
  if (isMapped) return [...bytes.subarray(12, 16)].join('.');
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

export const macBytes = (mac: string): Buffer => {
  const digits = mac.replaceAll(':', '');
  invariant(/^[0-9a-f]{12}$/i.test(digits), 'a MAC address has six bytes');
  return Buffer.from(digits, 'hex');
};

export const macText = (bytes: Buffer): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');

/** An own address from which announcements go out. */
export interface OutInterface {
  readonly name: string;
  readonly address: string;
  readonly mac: string;
}

const NO_MAC = '00:00:00:00:00:00';

/**
 * Where announcements to a group go out: on the interfaces at which the manager can be asked, and no others.
 * @param listening IP addresses at which it listens; `0.0.0.0` and `::` stand for all. Loopback is announced to itself.
 * @returns One address of each interface, sorted by its name.
 */
export function outInterfaces(
  group: string,
  listening: readonly string[],
  machine: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): readonly OutInterface[] {
  const family = isIP(group) === 6 ? 'IPv6' : 'IPv4';
  const isAll = listening.some((address) => address === '::' || (address === '0.0.0.0' && family === 'IPv4'));
  const found: OutInterface[] = [];
  for (const [name, addresses = []] of Object.entries(machine).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const own = addresses.filter((one) => one.family === family);
    const isHeard = ({ address }: NetworkInterfaceInfo): boolean =>
      listening.includes(address) ||
      (family === 'IPv4' && listening.some((one) => isInLoopback(one) && isInLoopback(address)));
    const fit = own.find(isHeard) ?? (isAll ? own.find(({ internal }) => !internal) : undefined);
    if (fit) found.push({ name, address: fit.address, mac: fit.internal ? NO_MAC : fit.mac });
  }
  return found;
}

/** All of `127.0.0.0/8` is the one interface, whatever it is configured with. */
const isInLoopback = (address: string): boolean => address.startsWith('127.');

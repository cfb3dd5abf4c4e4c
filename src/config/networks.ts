/** Networks as ranges of numbers: what is in them, and which address comes how manieth. Pure. */
import { isIP } from 'node:net';

export interface Network {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const WIDTH = { 4: 32, 6: 128 } as const;

/** `192.0.2.0/24`, `2001:db8::/120`, or one address; bits beyond the prefix do not count. Undefined for all else. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if ((version !== 4 && version !== 6) || more.length > 0 || address.includes('%')) return undefined;
  const width = WIDTH[version];
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (!(prefix >= 0 && prefix <= width)) return undefined;
  const rest = (1n << BigInt(width - prefix)) - 1n;
  const number = numberOf(address, version);
  return { version, first: number & ~rest, last: number | rest };
}

/** Addresses in it that a device can have: in IPv4 without those of the network itself and of its broadcast. */
export function hostRange({ version, first, last }: Network): { readonly first: bigint; readonly count: number } {
  const isPlain = version === 6 || last - first < 3n;
  const from = isPlain ? first : first + 1n;
  const to = isPlain ? last : last - 1n;
  return { first: from, count: Number(to - from + 1n) };
}

export function contains(network: Network, address: string): boolean {
  const one = parseNetwork(address);
  return one !== undefined && one.version === network.version && one.first >= network.first && one.last <= network.last;
}

/** Written in the one way that is usual: 2001:db8::1. */
export function addressOf(number: bigint, version: 4 | 6): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((number >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((number >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function numberOf(address: string, version: 4 | 6): bigint {
  if (version === 4) return address.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  // Also with an IPv4 address at its end.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

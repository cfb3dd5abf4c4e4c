/** Who stands at the other end of a cable, as a device tells it. */
import type { Discovery } from '../../../model/element.js';
import type { Neighbour } from '../../access.js';
import type { Cell } from '../message/bindings.js';

/** Neighbours of one device; more are not kept. */
export const MOST_NEIGHBOURS = 200;
/** Neighbours do not change at every poll. */
export const NEIGHBOURS_MS = 900_000;

/** `00:1b:c5:00:00:01`; undefined for what is none. Also of six bytes that happen to be printable. */
export function hardwareAddress(bytes: unknown): string | undefined {
  if (!Buffer.isBuffer(bytes) || bytes.length !== 6) return undefined;
  return bytes.every((byte) => byte === 0)
    ? undefined
    : [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Text; undefined for what is none, such as a name in an encoding of its own. */
export function wordsOf(bytes: Buffer | undefined): string | undefined {
  const text = bytes?.toString('utf8').replace(/\0+$/, '').trim();
  return text === undefined || /[\p{Cc}\ufffd]/u.test(text) ? undefined : text;
}

/** The bytes of an octet string. */
export const bytesOf = (cell: Cell | undefined): Buffer | undefined =>
  cell && Buffer.isBuffer(cell.value) ? cell.value : undefined;

/** An IPv4 or IPv6 address of its bytes; undefined for others, and for 0.0.0.0. */
export function networkAddress(bytes: Buffer | undefined): string | undefined {
  if (!bytes || bytes.every((byte) => byte === 0)) return undefined;
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return undefined;
  const words = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16));
  return new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1);
}

const STEPS: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** As capacities are configured: `10G`, `2.5G`. */
export function capacityOf(bitsPerSecond: number | undefined): string | undefined {
  if (!bitsPerSecond) return undefined;
  const [size, letter] = STEPS.find(([least]) => bitsPerSecond >= least) ?? [1, ''];
  return `${Number((bitsPerSecond / size).toPrecision(3))}${letter}`;
}

/** Leaves out what is empty. */
export function neighbour(
  via: Discovery,
  told: {
    readonly port: string;
    readonly capacity: string | undefined;
    readonly names: readonly (string | undefined)[];
    readonly remotePort: string | undefined;
  },
): Neighbour[] {
  const names = [...new Set(told.names.flatMap((name) => (name ? [name.slice(0, 255)] : [])))];
  if (names.length === 0) return [];
  const { port, capacity, remotePort } = told;
  return [
    {
      via,
      port,
      ...(capacity ? { capacity } : {}),
      names,
      ...(remotePort ? { remotePort: remotePort.slice(0, 255) } : {}),
    },
  ];
}

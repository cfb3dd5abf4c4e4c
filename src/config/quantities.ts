/** Durations, sizes, addresses and the like as people write them; undefined where the text is not one. */
import { isIP } from 'node:net';
import type { HostPort } from './settings.js';

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/** The longest duration that a configuration may name: 100 years of 365 days. */
export const LONGEST_DURATION_MS = 100 * 365 * 86_400_000;

/** Milliseconds, whole. A number without a unit is seconds; a year has 365 days. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(ms|[smhdwy])?$/.exec(text.trim());
  if (!match) return undefined;
  const ms = Math.round(Number(match[1]) * (DURATION_UNITS[match[2] ?? 's'] ?? Number.NaN));
  return ms <= LONGEST_DURATION_MS ? ms : undefined;
}

/** The shortest exact way to write a duration: `30s`, `500ms`, `7d`. */
export function formatDuration(ms: number): string {
  const unit = Object.entries(DURATION_UNITS).findLast(([, size]) => ms >= size && ms % size === 0);
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`;
}

/** Bytes, whole. kB, MB, GB and TB are powers of 1000; KiB, MiB, GiB and TiB of 1024. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kKMGT]?)(i?)(B?)$/.exec(text.trim());
  if (!match) return undefined;
  const [, number, prefix = '', binary, unit] = match;
  if ((prefix && !unit) || (binary && !/[KMGT]/.test(prefix))) return undefined;
  const power = ['', 'k', 'm', 'g', 't'].indexOf(prefix.toLowerCase());
  const bytes = Math.round(Number(number) * (binary ? 1024 : 1000) ** power);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A port from 1 to 65535. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** `host:port`, `192.0.2.1:80`, `[::1]:8080`. The host comes without its brackets. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^[\]]+)\]|([^\s/:@?#[\]]+)):(\d{1,5})$/.exec(text.trim());
  const port = parsePort(match?.[3] ?? '');
  const host = match?.[1] ?? match?.[2];
  if (!host || port === undefined || (match?.[1] && isIP(match[1]) !== 6)) return undefined;
  return { host, port };
}

/** Where announcements go when `group` names no port; that of the samples. */
export const DEFAULT_GROUP_PORT = 8897;

/**
 * A group for announcements: a multicast address (RFC 5771, RFC 4291 2.7), `255.255.255.255`, or the broadcast address
 * of a network, with or without a port. Which network that is only the machine knows; but every broadcast address ends
 * with at least two bits that are one.
 */
export function parseGroup(text: string): HostPort | undefined {
  const written = text.trim();
  const place = parseHostPort(
    /:\d+$/.test(written.replace(/^\[[^\]]*\]/, '')) ? written : `${written}:${DEFAULT_GROUP_PORT}`,
  );
  return place && (isMulticast(place.host) || isBroadcast(place.host)) ? place : undefined;
}

export function isMulticast(address: string): boolean {
  if (isIP(address) === 4) return /^(22[4-9]|23\d)\./.test(address);
  return isIP(address) === 6 && /^ff[0-9a-f]{2}:/i.test(address);
}

function isBroadcast(address: string): boolean {
  return isIP(address) === 4 && !isMulticast(address) && Number(address.split('.').at(-1)) % 4 === 3;
}

export function formatHostPort({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where a manager is reached, from `host:port` or `http(s)://host[:port]`. */
export interface Origin extends HostPort {
  readonly tls: boolean;
  /** `http://host:port`, with the port only where it is not the scheme's own. */
  readonly origin: string;
}

/** A missing port is the scheme's own; without a scheme it has to be written. */
export function parseManagerUri(text: string): Origin | undefined {
  const match = /^(?:(https?):\/\/)?([^/]+)\/?$/i.exec(text.trim());
  const authority = match?.[2];
  if (!authority) return undefined;
  const tls = match[1]?.toLowerCase() === 'https';
  const ownPort = tls ? 443 : 80;
  const hasPort = /:\d+$/.test(authority.replace(/^\[[^\]]*\]/, ''));
  const place = parseHostPort(hasPort || !match[1] ? authority : `${authority}:${ownPort}`);
  return place && { ...place, tls, origin: originOf(place, tls) };
}

export function originOf(place: HostPort, tls: boolean): string {
  const port = place.port === (tls ? 443 : 80) ? '' : `:${place.port}`;
  const host = place.host.includes(':') ? `[${place.host}]` : place.host;
  return `${tls ? 'https' : 'http'}://${host.toLowerCase()}${port}`;
}

/** RFC 2578 7.1.3: first arc 0 to 2, second below 40 under 0 and 1, every arc below 2^32, at most 128 of them. */
export function isOid(text: string): boolean {
  const arcs = text.split('.');
  if (
    arcs.length < 2 ||
    arcs.length > 128 ||
    !arcs.every((arc) => /^(0|[1-9]\d{0,9})$/.test(arc) && Number(arc) < 2 ** 32)
  )
    return false;
  return Number(arcs[0]) < 2 ? Number(arcs[1]) < 40 : arcs[0] === '2';
}

/** Milliseconds since 1970 of a time in UTC, `2026-12-01T22:00:00Z`; undefined for a day that does not exist. */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/.exec(text.trim());
  const time = match ? Date.parse(text.trim()) : Number.NaN;
  if (Number.isNaN(time)) return undefined;
  return new Date(time).toISOString().startsWith(match?.[1] ?? '-') ? time : undefined;
}

/** `127.0.0.0/8`, `::1` and the former within IPv6 (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
export function isLoopback(address: string): boolean {
  const plain = address
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .replace(/%.*$/, '');
  if (isIP(plain) === 4) return plain.startsWith('127.');
  return isIP(plain) === 6 && /^(0{1,4}:){7}0{0,3}1$|^::(0{1,4}:)*0{0,3}1$/.test(plain);
}

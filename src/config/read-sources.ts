/** `SOURCES` and `DISCOVERY`: where further elements come from. What is wrong with them `rules-sources.ts` says. */
import { resolve } from 'node:path';
import type { PositionedElement } from '../xml/positions.js';
import type { ConfigReader } from './reader.js';
import type { DiscoverySettings, SearchWay, SourceSettings } from './settings.js';
import { hideUserInfo } from './words.js';

const SOURCE_TYPES = ['file', 'csv', 'http', 'postgres'] as const;
/** Of what nobody tells when it changes. */
const REMOTE_INTERVAL_MS = 600_000;
const SEARCH_INTERVAL_MS = 86_400_000;
const DEFAULT_RATE = 10;

export function readSources(reader: ConfigReader, manager: PositionedElement, baseDir: string): SourceSettings[] {
  const names = new Map<string, number>();
  return reader.children(reader.children(manager, 'SOURCES')[0], 'SOURCE').flatMap((at): SourceSettings[] => {
    const type = SOURCE_TYPES.find((one) => one === reader.text(at, 'type'));
    if (!type) return [];
    const [written, url, query] = ['path', 'url', 'query'].map((name) => reader.text(at, name));
    const isFile = type === 'file' || type === 'csv';
    const place = isFile ? written : url;
    if (place === undefined) return [];
    // What follows the question mark may be a secret.
    const plain = `${type} ${isFile ? place : hideUserInfo(place).replace(/\?.*$/s, '?...')}`;
    const before = names.get(plain) ?? 0;
    names.set(plain, before + 1);
    const intervalMs = reader.text(at, 'interval') === undefined ? undefined : reader.interval(at, 'interval');
    const every = intervalMs ?? (isFile ? undefined : REMOTE_INTERVAL_MS);
    return [
      {
        name: before === 0 ? plain : `${plain} (${before + 1})`,
        type,
        ...(isFile ? { path: resolve(baseDir, place) } : { url: place }),
        ...(type === 'postgres' && query !== undefined && { query }),
        ...(every !== undefined && { intervalMs: every }),
      },
    ];
  });
}

export function readDiscovery(reader: ConfigReader, manager: PositionedElement): DiscoverySettings[] {
  return reader.children(manager, 'DISCOVERY').flatMap((at): DiscoverySettings[] => {
    const network = reader.text(at, 'network');
    if (network === undefined) return [];
    const ways = reader.list(at, 'by').flatMap((word) => parseWay(word) ?? []);
    const rate = reader.text(at, 'rate');
    return [
      {
        network,
        credentials: reader.list(at, 'credential'),
        intervalMs: reader.interval(at, 'interval') ?? SEARCH_INTERVAL_MS,
        approve: reader.text(at, 'approve') !== 'false',
        exclude: reader.list(at, 'exclude'),
        ways: ways.length > 0 ? ways : [{ by: 'snmp' }],
        rate: rate === undefined ? DEFAULT_RATE : Math.min(Math.max(Number(rate) || DEFAULT_RATE, 1), 1000),
      },
    ];
  });
}

/** `snmp`, `snmp:1161`, `icmp`, `tcp:22`. */
export function parseWay(word: string): SearchWay | undefined {
  const [by, port] = word.split(':');
  if (by === 'icmp') return port === undefined ? { by } : undefined;
  if (by === 'snmp' && port === undefined) return { by };
  if (by !== 'snmp' && by !== 'tcp') return undefined;
  const number = Number(port);
  return /^\d{1,5}$/.test(port ?? '') && number >= 1 && number <= 65_535 ? { by, port: number } : undefined;
}

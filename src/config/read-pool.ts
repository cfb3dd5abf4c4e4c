/** How a manager belongs to a pool. */
import type { PositionedElement } from '../xml/positions.js';
import { formatDuration, parseGroup } from './quantities.js';
import type { ConfigReader } from './reader.js';
import type { NamedManagers } from './rules-managers.js';
import type { PoolSettings } from './settings.js';

const DEFAULT_HEARTBEAT_MS = 500;
const SHORTEST_HEARTBEAT_MS = 100;
const LONGEST_HEARTBEAT_MS = 60_000;
const DEFAULT_FORGET_MS = 60_000;
/** A member is not dropped before it has had the time to be questioned, and to start anew. */
const FORGET_HEARTBEATS = 10;
const HIGHEST_PRIORITY = 1_000_000;
const LARGEST_CAPACITY = 999_999_999;

export function readPool(reader: ConfigReader, manager: PositionedElement): PoolSettings | undefined {
  const at = reader.child(manager, 'POOL');
  if (!at) return undefined;
  const name = reader.text(at, 'name');
  const [key, acceptKey] = [readKey(reader, at, 'key'), readKey(reader, at, 'acceptKey')];
  if (reader.has(at, 'acceptKey') && !reader.has(at, 'key'))
    reader.fault(at, 'acceptKey', 'acceptKey stands beside a key only; write the one in use as key');
  const group = reader.parsed(at, 'group', parseGroup);
  if (group && !reader.has(at, 'key'))
    reader.warning(
      at,
      'group',
      'group stands without key, so announcements are believed from this host only; add the key that all managers of the pool share',
    );
  const capacity = reader.integer(at, 'capacity', 0, LARGEST_CAPACITY);
  return {
    ...(name && { name }),
    ...(key && { key }),
    ...(acceptKey && { acceptKey }),
    ...(group && { group }),
    priority: reader.integer(at, 'priority', 0, HIGHEST_PRIORITY) ?? 0,
    ...(capacity !== undefined && { capacity }),
    quorum: reader.oneOf(at, 'quorum', ['majority', 'none']) ?? 'majority',
    ...readTimes(reader, at),
    found: reader.boolean(at, 'found') ?? false,
  };
}

function readKey(reader: ConfigReader, at: PositionedElement, name: 'key' | 'acceptKey'): string | undefined {
  const key = reader.text(at, name);
  if (reader.has(at, name) && key === undefined && !reader.isUnresolved(at, name))
    reader.fault(at, name, `${name} is empty; it should be a secret that all managers of the pool share`);
  return key;
}

function readTimes(reader: ConfigReader, at: PositionedElement): Pick<PoolSettings, 'heartbeatMs' | 'forgetMs'> {
  const heartbeatMs =
    reader.duration(at, 'heartbeat', SHORTEST_HEARTBEAT_MS, LONGEST_HEARTBEAT_MS) ?? DEFAULT_HEARTBEAT_MS;
  const leastMs = FORGET_HEARTBEATS * heartbeatMs;
  const written = reader.duration(at, 'forget');
  if (written !== undefined && written < leastMs)
    reader.fault(
      at,
      'forget',
      `${reader.shown(at, 'forget')} is shorter than ${FORGET_HEARTBEATS} heartbeats; write at least ${formatDuration(leastMs)}`,
    );
  return { heartbeatMs, forgetMs: written ?? Math.max(DEFAULT_FORGET_MS, leastMs) };
}

/** A pool without a majority is for two that nobody else watches: any third is a witness, and then a majority decides. */
export function checkQuorum(reader: ConfigReader, manager: PositionedElement, named: NamedManagers): void {
  const at = reader.children(manager, 'POOL')[0];
  if (!at || reader.text(at, 'quorum') !== 'none') return;
  const others = [...named.neighbors, ...named.integrationManagers, ...named.managers];
  const ids = new Set([named.own, ...others].map(({ address }) => address.id));
  if (ids.size > 2)
    reader.fault(
      at,
      'quorum',
      `quorum="none" is for two managers without a witness, but ${[...ids].join(', ')} are named here; write quorum="majority"`,
    );
}

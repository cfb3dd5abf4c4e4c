/** What a manager has learned and could not write into its configuration: kept as JSON in its data directory. */
import { readFile } from 'node:fs/promises';
import { replaceFile } from '../base/durable-file.js';
import { PtpError } from '../base/errors.js';
import { parseManagerUri } from './quantities.js';
import type { Settings } from './settings.js';
import type { FoundFailover } from './with-failover.js';

const MOST_MANAGERS = 1000;
const MOST_TYPES = 200;
const LARGEST_FILE = 1_000_000;

/** @throws PtpError `Store.Failed` when something else stands there. */
export async function readLearned(file: string): Promise<readonly FoundFailover[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return [];
    throw failed(file, error);
  }
  try {
    const read: unknown = text.length > LARGEST_FILE ? undefined : JSON.parse(text);
    const list: unknown = typeof read === 'object' && read !== null ? Reflect.get(read, 'failover') : undefined;
    if (Array.isArray(list) && list.length <= MOST_MANAGERS && list.every(isFound)) return list;
  } catch {
    // Said below.
  }
  throw new PtpError('Store.Failed', `${file} is not what a manager wrote there; remove it, and it is learned anew`);
}

/** @throws PtpError `Store.Failed` */
export async function writeLearned(file: string, failover: readonly FoundFailover[]): Promise<void> {
  try {
    await replaceFile(file, `${JSON.stringify({ failover: failover.slice(0, MOST_MANAGERS) }, undefined, 2)}\n`);
  } catch (error) {
    throw failed(file, error);
  }
}

function isFound(one: unknown): one is FoundFailover {
  if (typeof one !== 'object' || one === null) return false;
  const { id, uri, types }: { id?: unknown; uri?: unknown; types?: unknown } = one;
  return (
    typeof id === 'string' &&
    /^[\w.-]{1,64}$/.test(id) &&
    (uri === undefined || (typeof uri === 'string' && parseManagerUri(uri) !== undefined)) &&
    Array.isArray(types) &&
    types.length <= MOST_TYPES &&
    types.every((type) => typeof type === 'string')
  );
}

const failed = (file: string, cause: unknown): PtpError =>
  new PtpError(
    'Store.Failed',
    `${file} cannot be read or written (${cause instanceof Error ? String(Reflect.get(cause, 'code') ?? cause.message) : String(cause)})`,
    { cause },
  );

/** As it would stand in the settings, had it been read from the file. */
export function failoverSetting({ id, uri, types }: FoundFailover): Settings['failover'][number] {
  const place = uri === undefined ? undefined : parseManagerUri(uri);
  return {
    id,
    types: [...types],
    ...(place && { address: { id, role: 'EM', origin: place.origin, context: 'ptpmgr/em' } }),
  };
}

/** What stands in the file goes before what was learned of the same manager. */
export function withLearned(settings: Settings, learned: readonly FoundFailover[]): Settings {
  const written = new Set(settings.failover.map(({ id }) => id));
  const further = learned.filter(({ id }) => !written.has(id)).map(failoverSetting);
  return further.length === 0 ? settings : { ...settings, failover: [...settings.failover, ...further] };
}

/** The last good list of a source, kept in the data directory: what it said counts also while it cannot be read. */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../base/durable-file.js';
import { PtpError } from '../../base/errors.js';
import type { SourceSettings } from '../../config/settings.js';
import { XML_LIMITS } from '../../xml/guard.js';

export interface KeptList {
  readonly text: string;
  readonly format: 'xml' | 'csv';
  readonly local: boolean;
  readonly baseDir: string;
  /** Milliseconds since 1970. */
  readonly readMs: number;
}

/** Text and what stands around it, escaped. */
const LARGEST_FILE = 4 * XML_LIMITS.maxBytes;

/** A source that is written otherwise is another one. */
export function listFile(dir: string, { type, path, url, query }: SourceSettings): string {
  const place = url === undefined ? path : withoutPassword(url);
  const hash = createHash('sha256').update(JSON.stringify([type, place, query]));
  return join(dir, `source-${hash.digest('hex').slice(0, 24)}.json`);
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  url.password = '';
  return url.href;
}

/** @throws PtpError `Store.Failed` when something else stands there. */
export async function readKept(file: string): Promise<KeptList | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return undefined;
    throw failed(file, error);
  }
  try {
    const read: unknown = text.length > LARGEST_FILE ? undefined : JSON.parse(text);
    if (isKept(read)) return read;
  } catch {
    // Said below.
  }
  throw new PtpError(
    'Store.Failed',
    `${file} is not what a manager wrote there; remove it, and its source is read anew`,
  );
}

/** @throws PtpError `Store.Failed` */
export async function writeKept(file: string, list: KeptList): Promise<void> {
  try {
    await replaceFile(file, `${JSON.stringify(list)}\n`);
  } catch (error) {
    throw failed(file, error);
  }
}

export const removeKept = (file: string): Promise<void> => rm(file, { force: true }).catch(() => {});

function isKept(one: unknown): one is KeptList {
  if (typeof one !== 'object' || one === null) return false;
  const { text, format, local, baseDir, readMs }: { [name in keyof KeptList]?: unknown } = one;
  return (
    typeof text === 'string' &&
    (format === 'xml' || format === 'csv') &&
    typeof local === 'boolean' &&
    typeof baseDir === 'string' &&
    typeof readMs === 'number'
  );
}

const failed = (file: string, cause: unknown): PtpError =>
  new PtpError(
    'Store.Failed',
    `${file} cannot be read or written (${cause instanceof Error ? String(Reflect.get(cause, 'code') ?? cause.message) : String(cause)})`,
    { cause },
  );

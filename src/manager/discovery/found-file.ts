/** What was found and decided, as JSON in the data directory. */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { replaceFile } from '../../base/durable-file.js';
import { PtpError } from '../../base/errors.js';
import { DECISIONS, type Found, MOST_FOUND } from './found.js';

/** A search of a network, as it is remembered. */
export interface PastSearch {
  readonly network: string;
  readonly startedMs: number;
  /** Absent for one that did not come to its end. */
  readonly endedMs?: number;
  readonly tried: number;
  readonly found: number;
  readonly fresh: number;
}

export interface FoundFile {
  readonly searches: readonly PastSearch[];
  readonly found: readonly Found[];
}

/** As many devices as are kept, each with texts as long as they are kept, of characters that JSON escapes. */
const LARGEST_FILE = 96 * 2 ** 20;
const MOST_SEARCHES = 1000;

/** @throws PtpError `Store.Failed` when something else stands there. */
export async function readFound(file: string): Promise<FoundFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return { searches: [], found: [] };
    throw failed(file, error);
  }
  try {
    const read: unknown = text.length > LARGEST_FILE ? undefined : JSON.parse(text);
    if (isFile(read)) return read;
  } catch {
    // Said below.
  }
  throw new PtpError(
    'Store.Failed',
    `${file} is not what a manager wrote there; remove it, and the networks are searched anew`,
  );
}

/** @throws PtpError `Store.Failed` */
export async function writeFound(file: string, content: FoundFile): Promise<void> {
  try {
    await replaceFile(file, `${JSON.stringify(content)}\n`);
  } catch (error) {
    throw failed(file, error);
  }
}

function isFile(read: unknown): read is FoundFile {
  if (typeof read !== 'object' || read === null) return false;
  const { searches, found }: { searches?: unknown; found?: unknown } = read;
  return (
    Array.isArray(searches) &&
    searches.length <= MOST_SEARCHES &&
    searches.every(isSearch) &&
    Array.isArray(found) &&
    found.length <= MOST_FOUND &&
    found.every(isFound)
  );
}

function isSearch(one: unknown): one is PastSearch {
  if (typeof one !== 'object' || one === null) return false;
  const { network, startedMs, endedMs, tried, found, fresh }: { [name in keyof PastSearch]?: unknown } = one;
  const numbers = [startedMs, tried, found, fresh].every((value) => typeof value === 'number');
  return typeof network === 'string' && numbers && (endedMs === undefined || typeof endedMs === 'number');
}

const TEXTS = ['credential', 'name', 'description', 'sysObjectId', 'type', 'vendor', 'model', 'by'] as const;

function isFound(one: unknown): one is Found {
  if (typeof one !== 'object' || one === null) return false;
  const { address, network, decision, answers, firstMs, lastMs, missed, atMs }: { [name in keyof Found]?: unknown } =
    one;
  return (
    typeof address === 'string' &&
    isIP(address) !== 0 &&
    typeof network === 'string' &&
    DECISIONS.some((each) => each === decision) &&
    Array.isArray(answers) &&
    answers.every((each) => typeof each === 'string') &&
    [firstMs, lastMs, missed].every((value) => typeof value === 'number') &&
    (atMs === undefined || typeof atMs === 'number') &&
    TEXTS.every((name) => ['undefined', 'string'].includes(typeof Reflect.get(one, name)))
  );
}

const failed = (file: string, cause: unknown): PtpError =>
  new PtpError(
    'Store.Failed',
    `${file} cannot be read or written (${cause instanceof Error ? String(Reflect.get(cause, 'code') ?? cause.message) : String(cause)})`,
    { cause },
  );

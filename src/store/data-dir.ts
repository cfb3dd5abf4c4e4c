/**
 * A manager's folder on disk: nobody else's while it runs, and the place of its identity.
 *
 * The lock is SQLite's own exclusive lock on `lock.db`, held by an open transaction for the life of the process: the
 * kernel gives it back however the process ends. It is a POSIX record lock, so nothing in this process may open and
 * close that file by other means (a backup leaves it out): that would give the lock away. `pid` is for people only.
 */
import { constants } from 'node:fs';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { replaceFile } from '../base/durable-file.js';
import type { Env } from '../base/env.js';
import { PtpError } from '../base/errors.js';
import { MOST_START_STEP } from '../pool/mastership/durable.js';
import { type Connection, connect } from './sqlite/driver.js';

export interface DataDir {
  /** Absolute. */
  readonly dir: string;
  /** 32 hexadecimal digits by chance, the same at every start with this folder. */
  readonly identity: string;
  /**
   * Rises with every start with this folder, 1 at the first; on disk before anybody sees it. The step is drawn, so that
   * two starts from copies of one folder are not taken for each other.
   */
  readonly incarnation: number;
  /** Absolute path of a file in the folder. */
  path(...parts: string[]): string;
  /** Gives the folder free. */
  close(): Promise<void>;
}

interface Identity {
  readonly identity: string;
  readonly incarnation: number;
}

/**
 * Opens a folder for this process alone, creating it (only its owner may look into it) when it is not there.
 * @throws PtpError `Start.DataInUse` when another process has it, naming that; `Store.Failed` when it cannot be
 *   written or its identity cannot be read.
 */
export async function openDataDir(dir: string, env: Env): Promise<DataDir> {
  const root = resolve(dir);
  const path = (...parts: string[]) => join(root, ...parts);
  await create(root);
  const lock = await takeLock(root);
  try {
    await writeFile(path('pid'), `${process.pid}\n`, { mode: 0o600 });
    const before = await readIdentity(path('identity.json'));
    const now: Identity = {
      identity: before?.identity ?? env.random.bytes(16).toString('hex'),
      incarnation: before ? before.incarnation + 1 + Math.floor(env.random.next() * MOST_START_STEP) : 1,
    };
    await replaceFile(path('identity.json'), `${JSON.stringify(now)}\n`);
    return {
      dir: root,
      ...now,
      path,
      async close() {
        await rm(path('pid'), { force: true });
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error instanceof PtpError ? error : notWritable(root, error);
  }
}

async function create(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritable(root, error);
  }
}

async function takeLock(root: string): Promise<Connection> {
  let lock: Connection | undefined;
  try {
    lock = connect(join(root, 'lock.db'), { busyMs: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (!isBusy(error)) throw notWritable(root, error);
    const pid = await readFile(join(root, 'pid'), 'utf8').catch(() => '');
    const holder = /^\d+$/.test(pid.trim()) ? `process ${pid.trim()}` : 'another process';
    throw new PtpError(
      'Start.DataInUse',
      `the data directory ${root} is in use by ${holder}; end that process, or give this manager a directory of its own with --data`,
      { cause: error },
    );
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && String(Reflect.get(error, 'code')).startsWith('SQLITE_BUSY');

async function readIdentity(file: string): Promise<Identity | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return undefined;
    throw error;
  }
  const identity = parseIdentity(text);
  if (identity) return identity;
  throw new PtpError(
    'Store.Failed',
    `${file} is not what a manager wrote there; restore it from a backup, or remove it to go on with a new identity`,
  );
}

function parseIdentity(text: string): Identity | undefined {
  try {
    const { identity, incarnation } = JSON.parse(text);
    const right =
      typeof identity === 'string' &&
      /^[0-9a-f]{32}$/.test(identity) &&
      Number.isSafeInteger(incarnation) &&
      incarnation > 0;
    return right ? { identity, incarnation } : undefined;
  } catch {
    return undefined;
  }
}

/** What would be right, by the reason. */
const REMEDIES: readonly (readonly [reason: RegExp, remedy: string])[] = [
  [/^(?:ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)$/, 'its disk is full: free space there'],
  [/^EROFS$/, 'its file system is read-only: mount it for writing'],
  [/^/, "give the manager's user the right to write there"],
];

function notWritable(root: string, cause: unknown): PtpError {
  const reason = cause instanceof Error ? String(Reflect.get(cause, 'code') || cause.message) : String(cause);
  const remedy = REMEDIES.find(([test]) => test.test(reason))?.[1];
  return new PtpError(
    'Store.Failed',
    `the data directory ${root} cannot be made or written (${reason}); ${remedy}, or name another directory with --data`,
    { cause },
  );
}

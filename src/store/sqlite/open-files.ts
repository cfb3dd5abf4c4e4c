/**
 * Whether the files of an open database are still those that its path names. Who writes on into files that somebody has
 * removed or replaced writes for nobody: the system tells nothing of it.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { PtpError } from '../../base/errors.js';
import type { Connection } from './driver.js';
import { notWritable } from './failures.js';

const LOG = '-wal';
const SHARED = '-shm';

/**
 * Looks before the engine opens a database: beside one that it cannot write it would leave files that nobody can write
 * later, when the database itself can be written again.
 * @throws PtpError `Store.Failed` naming the file that is there and cannot be written.
 */
export function checkWritable(file: string): void {
  for (const path of [file, `${file}${LOG}`, `${file}${SHARED}`])
    try {
      if (statSync(path, { throwIfNoEntry: false })) accessSync(path, constants.R_OK | constants.W_OK);
    } catch (cause) {
      throw new PtpError('Store.Failed', notWritable(path), { cause });
    }
}

export class OpenFiles {
  readonly #connection: Connection;
  readonly #paths: readonly string[];
  readonly #marks: string[];

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#paths = [connection.file, `${connection.file}${LOG}`];
    this.#marks = this.#paths.map(markOf);
  }

  /** @throws PtpError `Store.Failed` when they are not; nothing is of use then but to close it and open it anew. */
  check(): void {
    const at = this.#paths.findIndex((one, index) => {
      const mark = markOf(one);
      // The log comes with the first that is read or written.
      this.#marks[index] ||= mark;
      return mark !== this.#marks[index];
    });
    const path = this.#paths[at];
    if (path === undefined) return;
    const isLog = at > 0;
    // What stands in a log that has lost its name can still be brought into the database.
    if (isLog) this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const rest = isLog
      ? 'what was in it has been saved; nobody but the manager may touch the files of its store'
      : 'what was stored is in the file that was taken away: put it back while the manager is stopped, or go on with an empty store';
    throw new PtpError('Store.Failed', `${path} was removed or replaced while the manager had it open; ${rest}`);
  }
}

function markOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino}` : '';
}

/** `ACCESS method="file"`: of a local log what is new on each poll, of a file of settings what is different. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, opendir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { PtpError } from '../base/errors.js';
import type { AccessSpec } from '../model/element.js';
import type { AccessMethod, AccessParts } from './access.js';
import { untilAborted } from './failure.js';
import { logFaults, pollLog } from './log/log-answer.js';
import { logPatternFaults } from './log/log-patterns.js';
import type { LogFile, LogSource } from './log/log-source.js';
import { pollSettings } from './settings-file/poll.js';

/** Entries of the log's folder that are looked at, and files of them that may be parts of the log. */
const MOST_ENTRIES = 20_000;
const MOST_SIBLINGS = 500;

export function createFileMethod(parts: AccessParts): AccessMethod {
  return {
    method: 'file',
    async poll(request, signal) {
      const { path, content } = request.access.options;
      if (!path) throw new PtpError('Access.Settings', 'method file should have a path');
      const file = resolve(parts.configDir, path);
      return untilAborted(
        signal,
        file,
        () => (content === 'settings' ? pollSettings(file, request) : pollLog(fileSource(file, signal), request)),
        () => {},
      );
    },
    check: (_element, access) => [
      ...(access.options.path ? [] : ['method file should have a path']),
      ...contentFaults(access.options),
      ...logFaults(access),
      ...logPatternFaults(access),
    ],
    close: async () => {},
  };
}

function contentFaults({ content, from, entry }: AccessSpec['options']): string[] {
  if (content === undefined || content === 'log') return [];
  if (content !== 'settings') return [`content="${content}" should be log or settings`];
  return from === undefined && entry === undefined ? [] : ['from and entry say something of a log only'];
}

function fileSource(path: string, signal: AbortSignal): LogSource {
  const folder = dirname(path);
  const log = basename(path);
  return {
    place: path,
    async current() {
      const stats = await stat(path);
      if (!stats.isFile()) throw new PtpError('Access.Content', `${path} is not a file; a log would have to be one`);
      return logFile(log, stats);
    },
    siblings: () => siblingsOf(folder, log, signal),
    read: async (file, from, length) => {
      signal.throwIfAborted();
      return readPiece(join(folder, file.name), file.id, from, length);
    },
  };
}

const idOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`;

const logFile = (name: string, stats: Stats): LogFile => ({
  name,
  size: stats.size,
  id: idOf(stats),
  modifiedMs: stats.mtimeMs,
});

async function siblingsOf(folder: string, log: string, signal: AbortSignal): Promise<readonly LogFile[]> {
  const dot = log.lastIndexOf('.');
  const stem = dot > 0 ? log.slice(0, dot) : log;
  const found: LogFile[] = [];
  let entries = 0;
  for await (const entry of await opendir(folder)) {
    signal.throwIfAborted();
    if (++entries > MOST_ENTRIES || found.length >= MOST_SIBLINGS) break;
    if (!entry.isFile() || entry.name === log || !entry.name.startsWith(stem)) continue;
    const stats = await stat(join(folder, entry.name)).catch(() => undefined);
    if (stats) found.push(logFile(entry.name, stats));
  }
  return found;
}

/** @throws PtpError `Access.Protocol` when the name stands for another file by now: the next poll sorts it out. */
async function readPiece(path: string, id: string | undefined, from: number, length: number): Promise<Buffer> {
  // Should it have become a pipe meanwhile, opening must not wait for a writer.
  const handle: FileHandle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (idOf(await handle.stat()) !== id)
      throw new PtpError('Access.Protocol', `${path} was rotated while it was read; the next try goes on with it`);
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(buffer, filled, length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

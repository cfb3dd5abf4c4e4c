/** A log on an FTP server. */
import { PtpError } from '../../base/errors.js';
import type { LogFile, LogSource } from '../log/log-source.js';
import type { FtpAddress } from './address.js';
import type { FtpConnection } from './connection.js';

/** Loaded at once from where reading begins: what a poll may take, and what it compares. */
const READ_AHEAD = 4 * 2 ** 20 + 64 * 2 ** 10;
const MOST_SIBLINGS = 100;

export function ftpLogSource(connection: FtpConnection, { place }: FtpAddress, path: string): LogSource {
  const slash = path.lastIndexOf('/') + 1;
  const [folder, log] = [path.slice(0, slash), path.slice(slash)];
  const listed = async () => (await connection.list(folder)).filter(({ isDirectory }) => !isDirectory);
  let piece: { readonly name: string; readonly from: number; readonly bytes: Buffer } | undefined;
  return {
    place,
    async current() {
      const size = await connection.size(path);
      const modifiedMs = await connection.modified(path);
      if (size !== undefined) return { name: log, size, ...(modifiedMs === undefined ? {} : { modifiedMs }) };
      const entry = (await listed()).find(({ name }) => name === log);
      if (entry) return logFile(entry.name, entry.size, entry.modifiedAt);
      throw new PtpError('Access.NotFound', `${place} does not exist`);
    },
    async siblings() {
      const dot = log.lastIndexOf('.');
      const stem = dot > 0 ? log.slice(0, dot) : log;
      const files = (await listed()).filter(({ name }) => name !== log && name.startsWith(stem));
      return files.slice(0, MOST_SIBLINGS).map(({ name, size, modifiedAt }) => logFile(name, size, modifiedAt));
    },
    async read(file, from, length) {
      const known = piece?.name === file.name && from >= piece.from ? piece : undefined;
      const end = known ? known.from + known.bytes.length : 0;
      if (!known || (from + length > end && end < file.size)) {
        const ahead = Math.max(length, Math.min(file.size - from, READ_AHEAD));
        piece = { name: file.name, from, bytes: await connection.read(`${folder}${file.name}`, from, ahead) };
      }
      if (!piece) return Buffer.alloc(0);
      return piece.bytes.subarray(from - piece.from, from - piece.from + length);
    },
  };
}

const logFile = (name: string, size: number, modifiedAt: Date | undefined): LogFile => ({
  name,
  size,
  ...(modifiedAt === undefined ? {} : { modifiedMs: modifiedAt.getTime() }),
});

/** Where a log lies: what following it needs of a local folder or an FTP server. */

export interface LogFile {
  /** Without its folder. */
  readonly name: string;
  readonly size: number;
  /** Stays the same when the file is renamed (device and inode); undefined where that is not known. */
  readonly id?: string;
  /** Last change by the clock of whoever keeps the file, milliseconds since 1970. */
  readonly modifiedMs?: number;
}

export interface LogSource {
  /** For errors: path or URL without credentials. */
  readonly place: string;
  /** @throws PtpError `Access.NotFound` when there is no such file. */
  current(): Promise<LogFile>;
  /** Files of the same folder whose names begin as the log's does, without itself; at most some hundreds. */
  siblings(): Promise<readonly LogFile[]>;
  /** Bytes [from, from + length), fewer at the end of the file. */
  read(file: LogFile, from: number, length: number): Promise<Buffer>;
}

/**
 * Whether `name` is what programs that rotate logs make of `log`: `app.log.1`, `app.log-20260131`, `app.1.log`,
 * `app.log.old`. What is packed cannot be read on.
 */
export function isRotated(name: string, log: string): boolean {
  const dot = log.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [log.slice(0, dot), log.slice(dot)] : [log, ''];
  const mark = /^[._-](\d[\dT:_.-]{0,30}|old|bak|prev|previous)$/;
  if (name.startsWith(log) && mark.test(name.slice(log.length))) return true;
  const between =
    name.startsWith(stem) && name.endsWith(extension) ? name.slice(stem.length, name.length - extension.length) : '';
  return mark.test(between);
}

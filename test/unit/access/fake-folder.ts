/** A folder in memory with a log in it that is written, renamed and truncated as real ones are. */

import type { LogFile, LogSource } from '../../../src/access/log/log-source.js';
import { PtpError } from '../../../src/base/errors.js';

interface FakeFile {
  readonly inode: number;
  bytes: Buffer;
  modifiedMs: number;
}

const LOG = 'app.log';

export class FakeFolder implements LogSource {
  readonly place = '/fake/app.log';
  readonly #files = new Map<string, FakeFile>();
  readonly #hasInodes: boolean;
  #inode = 1;
  #now = 1;

  /** Without inodes there are no times either, as on many an FTP server. */
  constructor(hasInodes = true) {
    this.#hasInodes = hasInodes;
    this.#files.set(LOG, this.#newFile());
  }

  append(text: string): void {
    this.appendTo(LOG, text);
  }

  appendTo(name: string, text: string): void {
    const file = this.#files.get(name) ?? this.#newFile();
    this.#files.set(name, file);
    file.bytes = Buffer.concat([file.bytes, Buffer.from(text)]);
    file.modifiedMs = this.#now++;
  }

  truncate(): void {
    const file = this.#log();
    file.bytes = Buffer.alloc(0);
    file.modifiedMs = this.#now++;
  }

  rename(): void {
    const log = this.#log();
    this.#shift();
    this.#files.set(`${LOG}.1`, log);
    this.#files.set(LOG, this.#newFile());
  }

  copyTruncate(): void {
    this.#shift();
    this.#files.set(`${LOG}.1`, { ...this.#newFile(), bytes: this.#log().bytes });
    this.truncate();
  }

  async current(): Promise<LogFile> {
    return this.#shown(LOG, this.#log());
  }

  async siblings(): Promise<readonly LogFile[]> {
    return [...this.#files].filter(([name]) => name !== LOG).map(([name, file]) => this.#shown(name, file));
  }

  async read(file: LogFile, from: number, length: number): Promise<Buffer> {
    return (this.#files.get(file.name)?.bytes ?? Buffer.alloc(0)).subarray(from, from + length);
  }

  #shown(name: string, { inode, bytes, modifiedMs }: FakeFile): LogFile {
    return { name, size: bytes.length, ...(this.#hasInodes ? { id: String(inode), modifiedMs } : {}) };
  }

  #log(): FakeFile {
    const file = this.#files.get(LOG);
    if (!file) throw new PtpError('Access.NotFound', 'no log');
    return file;
  }

  #newFile(): FakeFile {
    return { inode: this.#inode++, bytes: Buffer.alloc(0), modifiedMs: this.#now++ };
  }

  #shift(): void {
    for (let number = 40; number > 0; number--) {
      const file = this.#files.get(`${LOG}.${number}`);
      if (!file) continue;
      this.#files.delete(`${LOG}.${number}`);
      this.#files.set(`${LOG}.${number + 1}`, file);
    }
  }
}

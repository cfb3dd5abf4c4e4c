/**
 * Lines of the pool's journal: `checksum batch record`.
 *
 * A batch is what was synced at once; the next is written only when that is done, and each ends with a line that says
 * so. Hence the one thing that a reader has to know: whatever stands before a whole later batch had been synced.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type JournalRecord, parseRecord } from './records.js';

/** What a journal needs of an open file. */
export type JournalFile = Pick<FileHandle, 'write' | 'read' | 'datasync' | 'sync' | 'truncate' | 'stat' | 'close'>;

/** 64 bits of SHA-256: enough against chance, and nobody else writes here. */
const CHECKSUM_DIGITS = 16;
const FLUSH_BYTES = 256 * 1024;
/** A long batch is synced on its way: or else the sync at its end would hold up those of all other files. */
const SYNC_BYTES = 8 * 1024 * 1024;

const checksum = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('hex').slice(0, CHECKSUM_DIGITS);

export function lineOf(batch: number, record: string): string {
  const text = `${batch} ${record}`;
  return `${checksum(text)} ${text}\n`;
}

export interface Line {
  readonly batch: number;
  readonly record: JournalRecord;
}

/** @param bytes Without the line end. Undefined for everything but a whole line. */
export function parseLine(bytes: Buffer): Line | undefined {
  const text = bytes.subarray(CHECKSUM_DIGITS + 1);
  if (bytes[CHECKSUM_DIGITS] !== 0x20 || bytes.toString('latin1', 0, CHECKSUM_DIGITS) !== checksum(text))
    return undefined;
  const match = /^(\d{1,15}) /.exec(text.toString('latin1', 0, 16));
  if (!match?.[1]) return undefined;
  const record = parseRecord(text.toString('utf8', match[0].length));
  return record && { batch: Number(match[1]), record };
}

/** Writes one batch. Nothing of it counts before {@link end}, and a sync of the file after that. */
export class BatchWriter {
  #lines = 0;
  #texts: string[] = [];
  #characters = 0;
  #unsynced = 0;

  constructor(
    private readonly file: Pick<JournalFile, 'write' | 'datasync'>,
    private readonly batch: number,
    /** Where the next byte goes. */
    public position: number,
  ) {}

  /** Gives the loop free while it writes, which it does every quarter of a megabyte. */
  async add(records: Iterable<string>): Promise<void> {
    for (const record of records) {
      const line = lineOf(this.batch, record);
      this.#texts.push(line);
      this.#characters += line.length;
      this.#lines += 1;
      if (this.#characters >= FLUSH_BYTES) await this.#flush();
    }
  }

  async end(): Promise<void> {
    await this.add([JSON.stringify({ is: 'end', lines: this.#lines })]);
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#texts.join(''));
    this.#texts = [];
    this.#characters = 0;
    for (let from = 0; from < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, from, bytes.length - from, this.position);
      from += bytesWritten;
      this.position += bytesWritten;
    }
    this.#unsynced += bytes.length;
    if (this.#unsynced < SYNC_BYTES) return;
    this.#unsynced = 0;
    await this.file.datasync();
  }
}

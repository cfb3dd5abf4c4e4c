/**
 * Reads what a voter keeps on disk back from its journal.
 *
 * What was cut off at the end, by a crash in the middle of a write, was never synced and is left out. Damage before
 * something that was synced later is another matter: a vote may be lost with it, so nothing is read at all.
 */
import { PtpError } from '../../base/errors.js';
import type { Base, Durable, Entry } from '../../pool/decisions.js';
import type { JournalFile } from './lines.js';
import { parseLine } from './lines.js';
import { FORMAT, type JournalRecord } from './records.js';

const CHUNK_BYTES = 1024 * 1024;
/** A record holds a bounded piece, or one entry: what one decision changed at once. */
const LONGEST_LINE = 256 * 1024 * 1024;
const LINE_END = 0x0a;

export interface ReadJournal {
  readonly durable: Durable;
  /** Number of the last batch that is whole. */
  readonly batch: number;
  /** Where it ends; what stands behind is to be cut off. */
  readonly end: number;
  /** Of the first batch, which is the whole at the time when the file was begun. */
  readonly wholeBytes: number;
}

/** @throws PtpError `Store.Failed` when something that had been synced is damaged. */
export async function readJournal(file: Pick<JournalFile, 'read'>, name: string): Promise<ReadJournal> {
  const replay = new Replay(name);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let held: Buffer[] = [];
  let heldBytes = 0;
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    let from = 0;
    for (let at = chunk.indexOf(LINE_END); at !== -1 && at < bytesRead; at = chunk.indexOf(LINE_END, from)) {
      const rest = chunk.subarray(from, at);
      replay.take(held.length > 0 ? Buffer.concat([...held, rest]) : rest, heldBytes + rest.length + 1);
      held = [];
      heldBytes = 0;
      from = at + 1;
    }
    heldBytes += bytesRead - from;
    // Of a line that is too long to be one, only its length is kept.
    held = heldBytes > LONGEST_LINE ? [] : [...held, Buffer.from(chunk.subarray(from, bytesRead))];
  }
  return replay.finish();
}

/** Applies whole batches. */
class Replay {
  #line = 0;
  #offset = 0;
  #batch = -1;
  #end = 0;
  #wholeBytes = 0;
  #open: JournalRecord[] = [];
  /** First line that is none. */
  #torn: number | undefined;
  #content: Content | undefined;

  constructor(private readonly name: string) {}

  take(bytes: Buffer, length: number): void {
    this.#line += 1;
    this.#offset += length;
    const line = parseLine(bytes);
    if (line && line.batch > this.#batch + 1) throw this.#damaged(this.#torn ?? this.#line);
    if (this.#torn !== undefined) return;
    if (line?.batch !== this.#batch + 1) this.#torn = this.#line;
    else if (line.record.is !== 'end') this.#open.push(line.record);
    else if (line.record.lines !== this.#open.length) this.#torn = this.#line;
    else this.#close();
  }

  #close(): void {
    const records = this.#open;
    this.#open = [];
    this.#batch += 1;
    this.#end = this.#offset;
    const [first] = records;
    if (!this.#content) {
      if (first?.is !== 'file') throw this.#damaged(1);
      if (first.format !== FORMAT)
        throw new PtpError(
          'Store.Failed',
          `${this.name} is of format ${first.format}, and only ${FORMAT} is known here; it was written by a newer version: run that one`,
        );
      this.#content = new Content(first.identity);
      this.#wholeBytes = this.#end;
    }
    for (const record of records) if (!this.#content.apply(record)) throw this.#damaged(this.#line);
  }

  finish(): ReadJournal {
    const durable = this.#content?.durable();
    if (!durable) throw this.#damaged(this.#torn ?? this.#line);
    return { durable, batch: this.#batch, end: this.#end, wholeBytes: this.#wholeBytes };
  }

  #damaged(line: number): PtpError {
    return new PtpError(
      'Store.Failed',
      `${this.name} is damaged in line ${line}, and with it votes that this manager has given may be lost; restore the data directory from a backup, or move this file and identity.json away, so that the manager comes back under a new identity`,
      { place: { file: this.name, line } },
    );
  }
}

/** As {@link Durable}, changed in place: a journal may hold many changes. */
class Content {
  #start = { incarnation: 0, starts: [] as readonly number[] };
  #term = 0;
  #vote: string | undefined;
  #leaseMs = 0;
  #base: Base | undefined;
  #entries: Entry[] = [];

  constructor(private readonly identity: string) {}

  /** Whether it makes sense. */
  apply(record: JournalRecord): boolean {
    switch (record.is) {
      case 'start':
        this.#start = { incarnation: record.incarnation, starts: record.starts };
        return true;
      case 'term':
        this.#term = record.term;
        this.#vote = record.vote;
        return true;
      case 'lease':
        this.#leaseMs = record.leaseMs;
        return true;
      case 'base': {
        const { index, term, roster, inventory } = record;
        this.#base = { index, term, roster, inventory };
        this.#entries = [];
        return true;
      }
      case 'items':
        return this.#extend(record.list, record.items);
      case 'entries': {
        const kept = record.after - (this.#base?.index ?? Number.POSITIVE_INFINITY);
        if (kept < 0 || kept > this.#entries.length) return false;
        this.#entries.length = kept;
        for (const entry of record.entries) this.#entries.push(entry);
        return true;
      }
      default:
        return record.is === 'file';
    }
  }

  #extend(list: string, items: readonly unknown[]): boolean {
    const inventory = this.#base?.inventory;
    if (typeof inventory !== 'object' || inventory === null || !Object.hasOwn(inventory, list)) return false;
    const known: unknown = Reflect.get(inventory, list);
    if (!Array.isArray(known)) return false;
    for (const item of items) known.push(item);
    return true;
  }

  durable(): Durable | undefined {
    if (!this.#base) return undefined;
    return {
      identity: this.identity,
      ...this.#start,
      term: this.#term,
      vote: this.#vote,
      leaseMs: this.#leaseMs,
      base: this.#base,
      entries: this.#entries,
    };
  }
}

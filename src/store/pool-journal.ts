/**
 * Keeps on disk what a voter must not forget (`Durable`): a file to which changes are appended, begun anew when most of
 * it is out of date.
 *
 * ```
 *   append ──▶ queue ──▶ one batch: write, fdatasync ──▶ synced(mark), in order
 *                │           ▲ all that came meanwhile is the next one
 *                └──▶ tail ──┘ the file has grown: the whole is written to another, with the tail behind it; rename
 * ```
 *
 * A base that only folds entries that are here already is not written: the disk goes on with the older base and those
 * entries, which say the same, until the file is begun anew. So a large inventory is written rarely, and nobody waits
 * for it.
 *
 * When the disk fails, nothing is acknowledged; the same is tried again every second, from where the last sync ended.
 */
import { open, rename, rm } from 'node:fs/promises';
import { syncFolder } from '../base/durable-file.js';
import { type Env, sleep } from '../base/env.js';
import { invariant, PtpError } from '../base/errors.js';
import type { Base, Durable } from '../pool/decisions.js';
import { applyChange, begun, type DurableChange, termAt, tipOf } from '../pool/mastership/durable.js';
import { rosterOf } from '../pool/mastership/follow.js';
import type { MemberId } from '../pool/member.js';
import type { DataDir } from './data-dir.js';
import { BatchWriter, type JournalFile } from './journal/lines.js';
import { readJournal } from './journal/read-journal.js';
import { recordsOf, startRecord, wholeRecords } from './journal/records.js';

export interface PoolJournal {
  /** As this start found it, with its own incarnation, which is that of the data directory; already on disk. */
  readonly durable: Durable;
  /** Why nothing can be written, in words; undefined while all is well. */
  readonly fault: string | undefined;
  /** Takes a change, in the order of calls. `synced` is called with the mark once it and all before it are on disk. */
  append(change: DurableChange, mark: number): void;
  /** Writes and acknowledges what was appended, if the disk lets it. Nothing may be appended afterwards. */
  close(): Promise<void>;
}

export interface PoolJournalOptions {
  readonly env: Pick<Env, 'clock' | 'log'>;
  /** Of this manager. */
  readonly id: MemberId;
  /** What a manager begins with that has never been in a pool. */
  readonly blank: Base;
  readonly synced: (mark: number) => void;
  /** Told when `fault` changes. */
  readonly onFault?: (fault: string | undefined) => void;
  /** Opens files of the journal; default is that of Node. */
  readonly open?: (path: string, flags: string, mode: number) => Promise<JournalFile>;
}

export const JOURNAL_NAME = 'pool.journal';
const RETRY_MS = 1000;
/** After the file could not be begun anew, it grows for this long. */
const REWRITE_AGAIN_MS = 60_000;
/** A file is begun anew when it is that much longer than twice what it began with. */
const SLACK_BYTES = 4 * 1024 * 1024;
/** Changes that wait for a disk that fails; past that, the whole takes their place. */
const MOST_QUEUED = 10_000;
const FILE_MODE = 0o600;

/**
 * @param data Its identity and incarnation are those of the pool's member, and the only truth about them.
 * @throws PtpError `Store.Failed` when the journal is damaged or cannot be read or written.
 */
export async function openPoolJournal(
  data: Pick<DataDir, 'path' | 'dir' | 'identity' | 'incarnation'>,
  options: PoolJournalOptions,
): Promise<PoolJournal> {
  const path = data.path(JOURNAL_NAME);
  const opener = options.open ?? open;
  try {
    await rm(`${path}.next`, { force: true });
    return (await resume(data, path, opener, options)) ?? (await begin(data, path, opener, options));
  } catch (error) {
    if (error instanceof PtpError) throw error;
    throw new PtpError('Store.Failed', `${path} cannot be read or written (${reasonOf(error)})`, { cause: error });
  }
}

type Opener = NonNullable<PoolJournalOptions['open']>;
type Place = Pick<DataDir, 'dir' | 'identity' | 'incarnation'>;

const reasonOf = (error: unknown): string =>
  error instanceof Error ? String(Reflect.get(error, 'code') ?? error.message) : String(error);

/** Goes on with the file that is there; undefined when there is none, or that of another identity. */
async function resume(
  { dir, identity, incarnation }: Place,
  path: string,
  opener: Opener,
  options: PoolJournalOptions,
): Promise<Journal | undefined> {
  const file = await opener(path, 'r+', FILE_MODE).catch((error: unknown) => {
    if (reasonOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { durable: former, batch, end, wholeBytes } = await readJournal(file, path);
    if (former.identity !== identity) {
      options.env.log.warn('the journal of the pool belongs to a former identity; begun anew', { file: path });
      await file.close();
      return undefined;
    }
    if (incarnation <= former.incarnation)
      throw new PtpError(
        'Store.Failed',
        `${path} is newer than identity.json beside it; restore both from the same backup, or move both away, so that the manager comes back under a new identity`,
      );
    const durable = begun(former, options.id, incarnation - former.incarnation);
    await file.truncate(end);
    const writer = new BatchWriter(file, batch + 1, end);
    await writer.add([startRecord(durable)]);
    await writer.end();
    await file.datasync();
    return new Journal(
      { file, position: writer.position, batch: batch + 1, wholeBytes },
      durable,
      { dir, path, opener },
      options,
    );
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function begin(
  { dir, identity, incarnation }: Place,
  path: string,
  opener: Opener,
  options: PoolJournalOptions,
): Promise<Journal> {
  const blank: Durable = {
    identity,
    incarnation: 0,
    starts: [],
    term: 0,
    vote: undefined,
    leaseMs: 0,
    base: options.blank,
    entries: [],
  };
  const durable = begun(blank, options.id, incarnation);
  const file = await opener(`${path}.next`, 'w', FILE_MODE);
  try {
    const writer = new BatchWriter(file, 0, 0);
    await writer.add(wholeRecords(durable));
    await writer.end();
    await file.sync();
    await rename(`${path}.next`, path);
    await syncFolder(dir);
    const current = { file, position: writer.position, batch: 0, wholeBytes: writer.position };
    return new Journal(current, durable, { dir, path, opener }, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface CurrentFile {
  readonly file: JournalFile;
  /** Up to here everything is synced. */
  position: number;
  /** The last that is. */
  batch: number;
  readonly wholeBytes: number;
}

interface Queued {
  /** The lines to write; none for what is on disk already, under another form or in the file just begun. */
  records: (() => Iterable<string>) | undefined;
  readonly mark: number;
}

class Journal implements PoolJournal {
  readonly durable: Durable;
  fault: string | undefined;
  readonly #options: PoolJournalOptions;
  readonly #place: { readonly dir: string; readonly path: string; readonly opener: Opener };
  #current: CurrentFile;
  /** After all that was appended, synced or not. */
  #now: Durable;
  #queue: Queued[] = [];
  /** What was appended since the whole was taken that is being written to the next file. */
  #tail: DurableChange[] | undefined;
  #working: Promise<void> | undefined;
  #rewriting: Promise<void> | undefined;
  #noRewriteBeforeMs = Number.NEGATIVE_INFINITY;
  /** A write has failed: what stands behind `position` is not known. */
  #isBroken = false;
  #isRenamed = false;
  #lock: Promise<unknown> = Promise.resolve();
  readonly #closing = new AbortController();

  constructor(
    current: CurrentFile,
    durable: Durable,
    place: { readonly dir: string; readonly path: string; readonly opener: Opener },
    options: PoolJournalOptions,
  ) {
    this.#current = current;
    this.durable = durable;
    this.#now = durable;
    this.#place = place;
    this.#options = options;
  }

  append(change: DurableChange, mark: number): void {
    invariant(!this.#closing.signal.aborted, 'nothing is written to a closed journal');
    const isKnown = isFold(this.#now, change);
    this.#now = applyChange(this.#now, change);
    if (!isKnown) this.#tail?.push(change);
    if (this.fault !== undefined && this.#queue.length >= MOST_QUEUED) {
      const whole = this.#now;
      this.#queue = [{ records: () => wholeRecords(whole), mark }];
    } else this.#queue.push({ records: isKnown ? undefined : () => recordsOf(change), mark });
    this.#working ??= this.#work();
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#working;
    await this.#rewriting;
    await this.#current.file.close();
  }

  /** Until nothing is queued. Ends early only when it is closed and the disk fails. */
  async #work(): Promise<void> {
    // Whatever is appended in the same turn goes into the same batch.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      let marks: readonly number[] = [];
      try {
        marks = await this.#exclusively(() => this.#writeBatch());
        this.#tell(undefined);
      } catch (error) {
        this.#isBroken = true;
        this.#tell(`${this.#place.path} cannot be written (${reasonOf(error)})`);
        if (this.#closing.signal.aborted) break;
        await sleep(this.#options.env.clock, RETRY_MS, this.#closing.signal).catch(() => {});
      }
      for (const mark of marks) this.#options.synced(mark);
      this.#rewriteIfGrown();
    }
    this.#working = undefined;
  }

  /** All that is queued; answers with the marks that are on disk by then. */
  async #writeBatch(): Promise<readonly number[]> {
    const batch = [...this.#queue];
    const current = this.#current;
    if (this.#isRenamed) {
      await syncFolder(this.#place.dir);
      this.#isRenamed = false;
    }
    if (batch.some(({ records }) => records)) {
      // Written again from there, it is new to the disk even where a failed sync has made the system forget it.
      if (this.#isBroken) await current.file.truncate(current.position);
      const writer = new BatchWriter(current.file, current.batch + 1, current.position);
      for (const { records } of batch) if (records) await writer.add(records());
      await writer.end();
      await current.file.datasync();
      current.position = writer.position;
      current.batch += 1;
      this.#isBroken = false;
    }
    // Nothing but the whole that replaces a long queue can have changed what stands at its head.
    const isSame = this.#queue[0] === batch[0];
    if (isSame) this.#queue.splice(0, batch.length);
    return isSame ? batch.map(({ mark }) => mark) : [];
  }

  #tell(fault: string | undefined): void {
    if (fault === this.fault) return;
    const { env, onFault } = this.#options;
    if (fault) env.log.error('the journal of the pool cannot be written; tried again every second', { reason: fault });
    else env.log.info('the journal of the pool can be written again');
    this.fault = fault;
    onFault?.(fault);
  }

  #rewriteIfGrown(): void {
    const { position, wholeBytes } = this.#current;
    const { clock } = this.#options.env;
    const isGrown = position > 2 * wholeBytes + SLACK_BYTES && clock.monotonic() >= this.#noRewriteBeforeMs;
    if (!isGrown || this.#rewriting || this.#closing.signal.aborted) return;
    this.#rewriting = this.#rewrite().finally(() => {
      this.#rewriting = undefined;
    });
  }

  /** Writes the whole to a new file beside the appending to this one, and puts it in its place. */
  async #rewrite(): Promise<void> {
    const { path, opener } = this.#place;
    const { env } = this.#options;
    const whole = this.#now;
    this.#tail = [];
    let file: JournalFile | undefined;
    try {
      file = await opener(`${path}.next`, 'w', FILE_MODE);
      const writer = new BatchWriter(file, 0, 0);
      await writer.add(this.#untilClosed(wholeRecords(whole)));
      await writer.end();
      const next = { file, position: writer.position, batch: 0, wholeBytes: writer.position };
      // The long wait, while the other file is still appended to.
      await file.sync();
      await this.#exclusively(() => this.#exchange(next));
      file = undefined;
    } catch (error) {
      this.#tail = undefined;
      this.#noRewriteBeforeMs = env.clock.monotonic() + REWRITE_AGAIN_MS;
      await file?.close().catch(() => {});
      await rm(`${path}.next`, { force: true }).catch(() => {});
      if (!this.#closing.signal.aborted)
        env.log.warn('the journal of the pool could not be begun anew, and grows', { reason: reasonOf(error) });
    }
  }

  *#untilClosed(records: Iterable<string>): Generator<string> {
    for (const record of records) {
      if (this.#closing.signal.aborted) throw new Error('closed');
      yield record;
    }
  }

  async #exchange(next: CurrentFile): Promise<void> {
    const tail = this.#tail ?? [];
    this.#tail = undefined;
    // All that is queued now is in the new file: in the whole, or in the tail.
    const covered = [...this.#queue];
    if (tail.length > 0) {
      next.batch += 1;
      const writer = new BatchWriter(next.file, next.batch, next.position);
      for (const change of tail) await writer.add(recordsOf(change));
      await writer.end();
      next.position = writer.position;
      await next.file.datasync();
    }
    await rename(`${this.#place.path}.next`, this.#place.path);
    const former = this.#current;
    this.#current = next;
    this.#isBroken = false;
    // Before the folder is synced, nothing more is acknowledged.
    this.#isRenamed = true;
    for (const one of covered) one.records = undefined;
    await former.file.close().catch(() => {});
  }

  /** One at a time, in the order of asking. */
  #exclusively<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#lock.then(run);
    this.#lock = turn.catch(() => {});
    return turn;
  }
}

/** Whether a change only says in another form what the entries say already. */
function isFold(now: Durable, change: DurableChange): boolean {
  if (change.is !== 'base') return false;
  const { base, entries } = change;
  const folded = base.index - now.base.index;
  if (folded <= 0 || base.index > tipOf(now).index || termAt(now, base.index) !== base.term) return false;
  const { roster } = rosterOf({ base: now.base, entries: now.entries.slice(0, folded) });
  const rest = now.entries.slice(folded);
  return (
    roster === base.roster && rest.length === entries.length && rest.every((entry, index) => entry === entries[index])
  );
}

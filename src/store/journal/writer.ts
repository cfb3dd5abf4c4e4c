/**
 * Writes what a voter must not forget (`Durable`): a file to which changes are appended, begun anew when most of
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
import { rename, rm } from 'node:fs/promises';
import { syncFolder } from '../../base/durable-file.js';
import { sleep } from '../../base/env.js';
import { invariant } from '../../base/errors.js';
import type { Durable } from '../../pool/decisions.js';
import { applyChange, type DurableChange, termAt, tipOf } from '../../pool/mastership/durable.js';
import { rosterOf } from '../../pool/mastership/follow.js';
import type { PoolJournal, PoolJournalOptions } from '../pool-journal.js';
import { BatchWriter, type JournalFile } from './lines.js';
import { recordsOf, wholeRecords } from './records.js';

export type Opener = (path: string, flags: string, mode: number) => Promise<JournalFile>;

const RETRY_MS = 1000;
/** After the file could not be begun anew, it grows for this long. */
const REWRITE_AGAIN_MS = 60_000;
/** A file is begun anew when it is that much longer than twice what it began with. */
const SLACK_BYTES = 4 * 1024 * 1024;
/** The tail is written in rounds, each shorter than the one before, until it is that short. */
const SHORT_TAIL = 32;
const MOST_ROUNDS = 10;
/** Changes that wait for a disk that fails; past that, the whole takes their place. */
const MOST_QUEUED = 10_000;
export const FILE_MODE = 0o600;

export const reasonOf = (error: unknown): string =>
  error instanceof Error ? String(Reflect.get(error, 'code') ?? error.message) : String(error);

export interface CurrentFile {
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

export class JournalWriter implements PoolJournal {
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
      // So that little is left to write while appending has to wait.
      for (let round = 0; round < MOST_ROUNDS && this.#tail.length > SHORT_TAIL; round += 1) {
        const tail = this.#tail;
        this.#tail = [];
        await writeTail(next, tail);
      }
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
    if (tail.length > 0) await writeTail(next, tail);
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

async function writeTail(next: CurrentFile, tail: readonly DurableChange[]): Promise<void> {
  const writer = new BatchWriter(next.file, next.batch + 1, next.position);
  for (const change of tail) await writer.add(recordsOf(change));
  await writer.end();
  await next.file.datasync();
  next.position = writer.position;
  next.batch += 1;
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

/** Opens the file in which a voter keeps what it must not forget (`Durable`); how it is written see `journal/writer.ts`. */
import { open, rename, rm } from 'node:fs/promises';
import { syncFolder } from '../base/durable-file.js';
import type { Env } from '../base/env.js';
import { PtpError } from '../base/errors.js';
import type { Base, Durable } from '../pool/decisions.js';
import { begun, type DurableChange } from '../pool/mastership/durable.js';
import type { MemberId } from '../pool/member.js';
import type { DataDir } from './data-dir.js';
import { BatchWriter } from './journal/lines.js';
import { readJournal } from './journal/read-journal.js';
import { startRecord, wholeRecords } from './journal/records.js';
import { FILE_MODE, JournalWriter, type Opener, reasonOf } from './journal/writer.js';

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
  readonly open?: Opener;
}

export const JOURNAL_NAME = 'pool.journal';

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

type Place = Pick<DataDir, 'dir' | 'identity' | 'incarnation'>;

/** Goes on with the file that is there; undefined when there is none, or that of another identity. */
async function resume(
  { dir, identity, incarnation }: Place,
  path: string,
  opener: Opener,
  options: PoolJournalOptions,
): Promise<JournalWriter | undefined> {
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
    return new JournalWriter(
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
): Promise<JournalWriter> {
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
    return new JournalWriter(current, durable, { dir, path, opener }, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Polls that the store does not take and that memory has no room for: in files of their own until it does again, also
 * over an end of the process. Files are numbered in the order of polls, and each is there whole or not at all.
 *
 * They lie in the folder that is named first and, where that cannot be written (a full disk, a folder that is gone), in
 * the next one.
 */
import { lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { replaceFile } from '../../base/durable-file.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import type { AccessKey } from '../../model/element.js';
import { Measured, type Named, shapeOf } from '../../model/measured.js';
import type { SampleValue } from '../../model/sample.js';
import { CompactState } from '../../store/compact-state.js';
import type { ElementState, PollRecord } from '../../store/store.js';

/** Bytes in all folders together at most. */
const MOST_BYTES = 2 * 2 ** 30;
const FILE = /^(\d{12})\.polls$/;

export interface SpilledPoll {
  readonly access: AccessKey;
  readonly poll: PollRecord;
}

interface SpilledFile {
  readonly number: number;
  readonly path: string;
  readonly bytes: number;
}

/** As values lie in a file: what several have in common is there once. */
interface PlainMeasured {
  readonly names: readonly Named[];
  readonly time: number;
  readonly numbers: readonly number[];
  readonly others: ReadonlyMap<number, SampleValue>;
}

type PlainState = Omit<ElementState, 'measured'> & { readonly measured?: readonly PlainMeasured[] };

type PlainPoll = Omit<PollRecord, 'measured' | 'state'> & {
  readonly measured?: PlainMeasured;
  readonly state?: PlainState;
};

export interface PollSpillOptions {
  /** Folders of this manager alone, that which is preferred first; made where the one above is there. */
  readonly folders: readonly string[];
  /** Default 2 GiB. */
  readonly mostBytes?: number;
}

export class PollSpill {
  readonly #folders: readonly string[];
  readonly #mostBytes: number;
  #files: SpilledFile[] = [];
  #last = 0;

  private constructor({ folders, mostBytes = MOST_BYTES }: PollSpillOptions) {
    this.#folders = folders;
    this.#mostBytes = mostBytes;
  }

  /** With what an earlier process has left there. */
  static async open(options: PollSpillOptions): Promise<PollSpill> {
    const spill = new PollSpill(options);
    for (const folder of options.folders) spill.#files.push(...(await filesIn(folder)));
    spill.#files.sort((one, other) => one.number - other.number);
    spill.#last = spill.#files.at(-1)?.number ?? 0;
    return spill;
  }

  get isEmpty(): boolean {
    return this.#files.length === 0;
  }

  get bytes(): number {
    return this.#files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Keeps polls behind all others.
   * @returns The file.
   * @throws PtpError `Store.Failed` when no folder takes them.
   */
  async put(polls: readonly SpilledPoll[]): Promise<string> {
    const content = encode(polls);
    if (this.bytes + content.length > this.#mostBytes)
      throw new PtpError(
        'Store.Failed',
        `polls that wait for the store take ${this.#mostBytes} bytes, and no more may`,
      );
    this.#last += 1;
    const name = `${String(this.#last).padStart(12, '0')}.polls`;
    let failure: unknown;
    for (const folder of this.#folders) {
      try {
        await ownFolder(folder);
        const path = join(folder, name);
        await replaceFile(path, content);
        this.#files.push({ number: this.#last, path, bytes: content.length });
        return path;
      } catch (thrown) {
        failure = thrown;
      }
    }
    throw new PtpError('Store.Failed', `polls cannot be kept in ${this.#folders.join(' nor in ')}`, { cause: failure });
  }

  /**
   * The oldest polls that are kept; nothing when there are none.
   * @throws PtpError `Store.Failed` when their file cannot be read or is damaged.
   */
  async first(): Promise<readonly SpilledPoll[]> {
    const file = this.#files[0];
    if (!file) return [];
    try {
      return decode(await readFile(file.path));
    } catch (thrown) {
      throw new PtpError('Store.Failed', `${file.path} cannot be read; what was polled then is lost`, {
        cause: asPtpError(thrown),
      });
    }
  }

  /** The oldest are stored, or of no use. */
  async dropFirst(): Promise<void> {
    const file = this.#files.shift();
    // What cannot be removed is stored twice after a start, which changes nothing but counts of polls.
    if (file) await rm(file.path, { force: true }).catch(() => {});
  }
}

/** @throws when it is not a folder that only this user can look into. */
async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EEXIST') throw thrown;
  });
  const found = await lstat(folder);
  const isOwn = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  if (!isOwn) throw new PtpError('Store.Failed', `${folder} is not a folder that only this manager's user can open`);
}

async function filesIn(folder: string): Promise<SpilledFile[]> {
  try {
    await lstat(folder);
    await ownFolder(folder);
    const files: SpilledFile[] = [];
    for (const name of await readdir(folder)) {
      const number = FILE.exec(name)?.[1];
      const path = join(folder, name);
      if (number !== undefined) files.push({ number: Number(number), path, bytes: (await lstat(path)).size });
    }
    return files;
  } catch {
    // Nothing was kept there.
    return [];
  }
}

function encode(polls: readonly SpilledPoll[]): Uint8Array {
  const known = new Map<Measured, PlainMeasured>();
  const plain = (measured: Measured): PlainMeasured => {
    const found = known.get(measured) ?? {
      names: measured.shape.names,
      time: measured.time,
      numbers: measured.numbers,
      others: measured.others,
    };
    known.set(measured, found);
    return found;
  };
  const all = polls.map(({ access, poll: { measured, state, ...poll } }) => ({
    access,
    poll: {
      ...poll,
      ...(measured && { measured: plain(measured), samples: [] }),
      ...(state && {
        state: {
          element: state.element,
          status: state.status,
          since: state.since,
          ...(state.reason !== undefined && { reason: state.reason }),
          ...(state.measured
            ? { latest: [], measured: state.measured.map(plain), kept: state.kept ?? [] }
            : { latest: state.latest }),
        },
      }),
    } satisfies PlainPoll,
  }));
  return serialize(all);
}

function decode(content: Uint8Array): readonly SpilledPoll[] {
  const all: readonly { readonly access: AccessKey; readonly poll: PlainPoll }[] = deserialize(content);
  const known = new Map<PlainMeasured, Measured>();
  const whole = (plain: PlainMeasured): Measured => {
    const { names, time, numbers, others } = plain;
    const found =
      known.get(plain) ??
      new Measured(shapeOf(names), time, (place) => others.get(place) ?? numbers[place] ?? Number.NaN);
    known.set(plain, found);
    return found;
  };
  return all.map(({ access, poll: { measured, state, ...poll } }) => ({
    access,
    poll: {
      ...poll,
      ...(measured && { measured: whole(measured) }),
      ...(state && { state: stateOf(state, whole) }),
    },
  }));
}

function stateOf({ measured, ...state }: PlainState, whole: (plain: PlainMeasured) => Measured): ElementState {
  return measured ? new CompactState(state, state.kept ?? [], measured.map(whole)) : state;
}

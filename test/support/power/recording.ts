/**
 * What a program does to the files of a folder, recorded (`unsynced.c`), and the folder as a power cut at any moment of
 * that may leave it. What was synced is there. Of what was not, anything may be: of writes each sector for itself, of
 * names the oldest changes first, as file systems with a journal keep them.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packagePath } from '../../../src/base/paths.js';
import { DiskFile } from './disk-file.js';

/** As in `unsynced.c`. */
const NOTE_BYTES = 21;
const KINDS = [
  '',
  'created',
  'written',
  'cut',
  'synced',
  'folderSynced',
  'renamed',
  'removed',
  'folderMade',
  'folderRemoved',
  'opened',
] as const;

export interface Note {
  readonly kind: (typeof KINDS)[number];
  readonly inode: bigint;
  readonly offset: number;
  readonly bytes: Buffer;
}

/** A change of names, not on disk before its folder is synced. */
interface NameChange {
  readonly folders: readonly string[];
  readonly run: (names: Names) => void;
}

type Names = Map<string, DiskFile | 'folder'>;

/** A program begun with this environment is recorded. Undefined where there is no compiler. */
export async function recorder(
  folder: string,
): Promise<((root: string, log: string) => Record<string, string>) | undefined> {
  const library = join(folder, 'unsynced.so');
  const source = packagePath('test', 'support', 'power', 'unsynced.c');
  try {
    await promisify(execFile)('gcc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl']);
  } catch {
    return undefined;
  }
  return (root, log) => ({ LD_PRELOAD: library, UNSYNCED_ROOT: root, UNSYNCED_LOG: log, UV_USE_IO_URING: '0' });
}

export class Recording {
  readonly #root: string;
  readonly #before: string;
  readonly #log: string;

  /** @param root Absolute; what is in it now is on disk. A copy is kept in `folder`, beside the notes. */
  constructor(root: string, folder: string) {
    this.#root = root;
    this.#before = join(folder, 'before');
    this.#log = join(folder, 'notes');
    mkdirSync(root, { recursive: true, mode: 0o700 });
    cpSync(root, this.#before, { recursive: true });
    writeFileSync(this.#log, '');
  }

  get log(): string {
    return this.#log;
  }

  /** Bytes of notes so far: a moment between what was done and what was not yet. */
  get moment(): number {
    return statSync(this.#log).size;
  }

  /** Moments just behind each note of a kind. */
  momentsOf(kind: Note['kind']): readonly number[] {
    return [...notesIn(readFileSync(this.#log))].flatMap(({ note, end }) => (note.kind === kind ? [end] : []));
  }

  /**
   * Makes `target` as the folder may be when power is cut at a moment.
   * @param draw A number from 0 to 1: of what is not synced nothing is there below, all above, some between.
   */
  cut(moment: number, target: string, draw: () => number): void {
    const disk = new Disk(this.#root);
    disk.take(this.#before);
    for (const { note, end } of notesIn(readFileSync(this.#log))) {
      if (end > moment) break;
      disk.add(note);
    }
    disk.write(target, draw);
  }
}

function* notesIn(log: Buffer): Generator<{ readonly note: Note; readonly end: number }> {
  for (let at = 0; at + NOTE_BYTES <= log.length; ) {
    const kind = KINDS[log.readUInt8(at)];
    const end = at + NOTE_BYTES + log.readUInt32LE(at + 17);
    if (!kind) throw new Error(`the recording is damaged at ${at}`);
    if (end > log.length) return;
    const bytes = log.subarray(at + NOTE_BYTES, end);
    yield {
      note: { kind, inode: log.readBigUInt64LE(at + 1), offset: Number(log.readBigUInt64LE(at + 9)), bytes },
      end,
    };
    at = end;
  }
}

class Disk {
  readonly #root: string;
  /** As the program sees them. */
  readonly #open = new Map<bigint, DiskFile>();
  readonly #seen: Names = new Map();
  /** As they are on disk, and what is to come. */
  readonly #names: Names = new Map();
  #changes: NameChange[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** All that is there from the beginning. */
  take(folder: string, path = this.#root): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const [from, to] = [join(folder, entry.name), join(path, entry.name)];
      const found = entry.isDirectory() ? 'folder' : new DiskFile(readFileSync(from));
      for (const names of [this.#seen, this.#names]) names.set(to, found);
      if (found === 'folder') this.take(from, to);
    }
  }

  add({ kind, inode, offset, bytes }: Note): void {
    const path = bytes.toString('utf8');
    if (kind === 'created') {
      const file = new DiskFile();
      this.#open.set(inode, file);
      this.#change([path], (names) => names.set(path, file));
    } else if (kind === 'opened') {
      const file = this.#seen.get(path);
      if (file instanceof DiskFile) this.#open.set(inode, file);
    } else if (kind === 'written') this.#file(inode)?.write(offset, bytes);
    else if (kind === 'cut') this.#file(inode)?.cut(offset);
    else if (kind === 'synced') this.#file(inode)?.sync();
    else if (kind === 'folderSynced') this.#syncFolder(path);
    else if (kind === 'folderMade') this.#change([path], (names) => names.set(path, 'folder'));
    else if (kind === 'renamed') {
      const [from = '', to = ''] = path.split('\0');
      this.#change([from, to], (names) => {
        const moved = names.get(from);
        names.delete(from);
        if (moved) names.set(to, moved);
      });
    } else this.#change([path], (names) => names.delete(path));
  }

  write(target: string, draw: () => number): void {
    const share = draw();
    const kept = share < 0.25 ? 0 : share > 0.75 ? 1 : draw();
    const names = new Map(this.#names);
    for (const { run } of this.#changes.slice(0, Math.round(kept * this.#changes.length))) run(names);
    mkdirSync(target, { recursive: true, mode: 0o700 });
    for (const [path, file] of [...names].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const to = join(target, path.slice(this.#root.length));
      if (file === 'folder') mkdirSync(to, { recursive: true, mode: 0o700 });
      else
        writeFileSync(
          to,
          file.after(() => draw() < kept),
          { mode: 0o600 },
        );
    }
  }

  #change(paths: readonly string[], run: NameChange['run']): void {
    run(this.#seen);
    this.#changes.push({ folders: paths.map((path) => dirname(path)), run });
  }

  #syncFolder(path: string): void {
    const folder = path.replace(/\/$/, '');
    const isMeant = ({ folders }: NameChange) => folders.includes(folder);
    for (const { run } of this.#changes.filter(isMeant)) run(this.#names);
    this.#changes = this.#changes.filter((one) => !isMeant(one));
  }

  #file(inode: bigint): DiskFile | undefined {
    return this.#open.get(inode);
  }
}

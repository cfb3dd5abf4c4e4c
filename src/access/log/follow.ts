/**
 * Follows a log: each poll gives the lines written since the one before, each line once, over rotation by renaming
 * (`logrotate`'s default), by copying and truncating (`copytruncate`), and over several rotations between two polls.
 *
 * A file is known again by the bytes before the position in it, and by its inode where there is one. When the log is no
 * longer the file that was read, the file that now holds the position is searched among its siblings and read to its
 * end; younger rotated ones come after it, whole; then the log itself from its beginning. A renamed file stays followed
 * until it has been quiet for two polls: programs write to it until they notice.
 */
import { type EntryStart, joinEntries } from './log-entries.js';
import {
  type LogLine,
  type LogPosition,
  MOST_LINE,
  positionAtEnd,
  START,
  splitLines,
  TAIL_LENGTH,
  tailOf,
} from './log-lines.js';
import { isRotated, type LogFile, type LogSource } from './log-source.js';

/** Read from a file at once; more than a line, so that every read gets further. */
const CHUNK = 4 * MOST_LINE;
/** Files followed side by side; the oldest are given up first. */
const MOST_FILES = 8;
/** Siblings that are opened in search of a position. */
const MOST_SEARCHED = 16;
const QUIET_POLLS = 2;

interface FollowedFile extends LogPosition {
  readonly name: string;
  readonly id?: string;
  readonly modifiedMs?: number;
  /** Polls in a row in which a rotated file had nothing new. */
  readonly quiet: number;
  /** Its size when its last entry was left for the next poll, since more of it might come. */
  readonly waiting?: number;
}

/** JSON-able; about half a kilobyte per file. */
export interface FollowMemory {
  /** Whose log this is; a memory of another one is not used. */
  readonly place: string;
  /** Oldest first; the last one is the log itself. */
  readonly files: readonly FollowedFile[];
  /** Latest change of any file that had been seen; what was written since lies in younger ones. */
  readonly newestMs?: number;
}

export interface FollowOptions {
  /** At the first poll, begin at the beginning of the file rather than at its end. */
  readonly fromStart: boolean;
  /** Read at most so much in one poll. */
  readonly mostBytes: number;
  /** Entries of several lines; without it each line is one. */
  readonly entries?: EntryStart | undefined;
  /** Takes lines in order and tells how many it took; fewer than given ends the poll there. */
  readonly take: (lines: readonly LogLine[]) => number;
}

export interface Followed {
  readonly memory: FollowMemory;
  readonly size: number;
  /** Bytes that are known and not read yet because the poll was full. */
  readonly backlog: number;
}

/** @throws PtpError `Access.*` and whatever the source throws; then nothing of the poll counts. */
export async function followLog(source: LogSource, before: unknown, options: FollowOptions): Promise<Followed> {
  const log = await source.current();
  const memory = isFollowMemory(before) && before.place === source.place ? before : undefined;
  if (!memory && !options.fromStart) {
    const files = [followed(log, await endOf(source, log))];
    const rotated = (await source.siblings()).filter(({ name }) => isRotated(name, log.name));
    return { memory: memoryOf(source, files, [log, ...rotated]), size: log.size, backlog: 0 };
  }
  const plan = memory ? await planOf(source, log, memory) : [{ file: log, position: START, quiet: 0 }];
  const files: FollowedFile[] = [];
  let left = options.mostBytes;
  let backlog = 0;
  for (const part of plan) {
    const isLog = part.file === log;
    const final = !isLog && part.quiet + 1 >= QUIET_POLLS;
    const read = await readPart(source, part, final, left, options);
    left -= read.bytes;
    backlog += read.backlog;
    if (read.full) left = 0;
    const quiet = read.bytes === 0 && !read.full ? part.quiet + 1 : 0;
    if (isLog || quiet < QUIET_POLLS)
      files.push({
        ...followed(part.file, read.position),
        quiet: isLog ? 0 : quiet,
        ...(read.waiting && { waiting: part.file.size }),
      });
  }
  return { memory: memoryOf(source, files, [{ modifiedMs: memory?.newestMs }, ...files]), size: log.size, backlog };
}

function memoryOf(
  source: LogSource,
  files: readonly FollowedFile[],
  seen: readonly { readonly modifiedMs?: number | undefined }[],
): FollowMemory {
  const times = seen.flatMap(({ modifiedMs }) => modifiedMs ?? []);
  const kept = { place: source.place, files: files.slice(-MOST_FILES) };
  return times.length > 0 ? { ...kept, newestMs: Math.max(...times) } : kept;
}

const followed = ({ name, id, modifiedMs }: LogFile, position: LogPosition): FollowedFile => ({
  ...position,
  name,
  quiet: 0,
  ...(id === undefined ? {} : { id }),
  ...(modifiedMs === undefined ? {} : { modifiedMs }),
});

async function endOf(source: LogSource, log: LogFile): Promise<LogPosition> {
  const length = Math.min(log.size, MOST_LINE + TAIL_LENGTH + 1);
  const window = await source.read(log, log.size - length, length);
  // A file that shrank meanwhile: its end is wherever that was.
  return positionAtEnd(window, log.size - length + window.length);
}

interface Part {
  readonly file: LogFile;
  readonly position: LogPosition & Pick<FollowedFile, 'waiting'>;
  readonly quiet: number;
}

/** What is to be read, in this order; the log comes last. */
async function planOf(source: LogSource, log: LogFile, memory: FollowMemory): Promise<Part[]> {
  const rotated = memory.files.slice(0, -1);
  const last = memory.files.at(-1);
  if (!last) return [{ file: log, position: START, quiet: 0 }];
  // With nothing read of it yet there is nothing to know the log by: what was in it may have been copied away.
  const same = last.offset > 0 && (last.id === undefined || last.id === log.id) && (await holds(source, log, last));
  if (same && rotated.length === 0) return [{ file: log, position: last, quiet: 0 }];
  const siblings = await source.siblings();
  const left = new Set(siblings);
  const older: Part[] = [];
  for (const position of same ? rotated : [...rotated, last]) {
    const file = await holderOf(source, [...left], position);
    if (!file) continue;
    left.delete(file);
    older.push({ file, position, quiet: position.quiet });
  }
  if (same) return [...older, { file: log, position: last, quiet: 0 }];
  const start = last.offset === 0 && last.id === log.id ? last : START;
  const newestMs = memory.newestMs ?? Number.POSITIVE_INFINITY;
  const younger = [...left].filter((file) => isRotated(file.name, log.name) && (file.modifiedMs ?? 0) > newestMs);
  younger.sort((a, b) => (a.modifiedMs ?? 0) - (b.modifiedMs ?? 0));
  return [
    ...older,
    ...younger.map((file) => ({ file, position: START, quiet: 0 })),
    { file: log, position: start, quiet: 0 },
  ];
}

/** The file in which a position lies: the one of that inode first, else whichever has the right bytes before it. */
async function holderOf(
  source: LogSource,
  files: readonly LogFile[],
  last: FollowedFile,
): Promise<LogFile | undefined> {
  const byId = last.id === undefined ? undefined : files.find(({ id }) => id === last.id);
  if (byId && (await holds(source, byId, last))) return byId;
  // Without bytes to compare, any file would do.
  if (last.offset === 0) return undefined;
  const candidates = files
    .filter(({ size }) => size >= last.offset)
    .sort((a, b) => (b.modifiedMs ?? 0) - (a.modifiedMs ?? 0));
  for (const file of candidates.slice(0, MOST_SEARCHED)) if (await holds(source, file, last)) return file;
  return undefined;
}

/** Whether the bytes before the position are the ones that were read. */
async function holds(source: LogSource, file: LogFile, position: FollowedFile): Promise<boolean> {
  if (file.size < position.offset) return false;
  const unchanged =
    file.name === position.name && file.size === position.offset && file.modifiedMs === position.modifiedMs;
  if (unchanged && file.modifiedMs !== undefined) return true;
  const tail = tailOf(position);
  return tail.equals(await source.read(file, position.offset - tail.length, tail.length));
}

interface PartRead {
  readonly position: LogPosition;
  /** Bytes that led to lines, or were skipped. */
  readonly bytes: number;
  readonly backlog: number;
  /** The poll is full: nothing more is read. */
  readonly full: boolean;
  /** Its last entry may not be whole yet. */
  readonly waiting: boolean;
}

async function readPart(
  source: LogSource,
  part: Part,
  final: boolean,
  mostBytes: number,
  { take, entries }: FollowOptions,
): Promise<PartRead> {
  const { file } = part;
  const isWhole = final || part.position.waiting === file.size;
  let position: LogPosition = part.position;
  const result = (full: boolean): PartRead => ({
    position,
    bytes: position.offset - part.position.offset,
    backlog: full ? Math.max(0, file.size - position.offset) : 0,
    full,
    waiting: !full && entries !== undefined && position.offset < file.size,
  });
  let left = mostBytes;
  while (position.offset < file.size) {
    // A piece smaller than a line, or than an entry, might get no further.
    if (left <= (entries ? CHUNK : MOST_LINE)) return result(true);
    const length = Math.min(CHUNK, left, file.size - position.offset);
    const bytes = await source.read(file, position.offset, length);
    if (bytes.length === 0) break;
    const atEnd = position.offset + bytes.length >= file.size;
    const split = splitLines(position, bytes, final && atEnd);
    const { lines, next } = entries ? joinEntries(position, split, entries, isWhole && atEnd) : split;
    const taken = take(lines);
    if (taken < lines.length) {
      position = lines[taken - 1]?.next ?? position;
      return result(true);
    }
    if (next.offset === position.offset) break;
    left -= next.offset - position.offset;
    position = next;
  }
  return result(false);
}

function isFollowMemory(memory: unknown): memory is FollowMemory {
  if (typeof memory !== 'object' || memory === null || !('place' in memory) || !('files' in memory)) return false;
  return Array.isArray(memory.files) && memory.files.every(isFollowedFile);
}

const isFollowedFile = (one: unknown): boolean =>
  typeof one === 'object' &&
  one !== null &&
  'offset' in one &&
  Number.isSafeInteger(one.offset) &&
  'tail' in one &&
  typeof one.tail === 'string' &&
  'name' in one &&
  typeof one.name === 'string' &&
  (!('waiting' in one) || typeof one.waiting === 'number');

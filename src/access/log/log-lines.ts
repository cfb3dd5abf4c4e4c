/**
 * Bytes of a growing log as lines. Pure: what is told of a file depends on its bytes alone, not on the pieces in which
 * they were read.
 */

/** Bytes of a line; what is longer is cut there and the rest skipped. */
export const MOST_LINE = 64 * 2 ** 10;
/** Bytes before a position that are kept to know the file again. */
export const TAIL_LENGTH = 256;

/** How far a file has been read. JSON-able. */
export interface LogPosition {
  /** Of the first byte not read yet: the beginning of a line, or the middle of one that is skipped. */
  readonly offset: number;
  /** The last bytes before `offset`, at most {@link TAIL_LENGTH}, in base64. */
  readonly tail: string;
  /** The line under way was too long: what is left of it does not count. */
  readonly skipping: boolean;
}

export const START: LogPosition = { offset: 0, tail: '', skipping: false };

export interface LogLine {
  readonly text: string;
  /** Longer than {@link MOST_LINE}, so this is its beginning. */
  readonly cut: boolean;
  /** The position after it. */
  readonly next: LogPosition;
}

/** Texts that stand in no growing log, as lines to be matched like those of one. */
export const asLines = (texts: readonly string[]): LogLine[] =>
  texts.map((text) => ({ text: text.slice(0, MOST_LINE), cut: text.length > MOST_LINE, next: START }));

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * The lines in `bytes`, which follow `position`.
 *
 * @param final Nothing will follow: an unfinished last line is one, too. Otherwise it is left for the next time.
 * @returns The lines, and the position after them (which is further when the end of a skipped line was seen).
 */
export function splitLines(
  position: LogPosition,
  bytes: Buffer,
  final: boolean,
): { readonly lines: readonly LogLine[]; readonly next: LogPosition } {
  const lines: LogLine[] = [];
  let skipping = position.skipping;
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    const unfinished = newline === -1;
    if (unfinished && !skipping && !final && end - start <= MOST_LINE) break;
    const cut = end - start > MOST_LINE;
    const next = unfinished ? end : end + 1;
    const skipsOn = unfinished && !final && (skipping || cut);
    if (!skipping) lines.push({ text: textOf(bytes, start, end), cut, next: advanced(position, bytes, next, skipsOn) });
    skipping = skipsOn;
    start = next;
  }
  return { lines, next: advanced(position, bytes, start, skipping) };
}

function textOf(bytes: Buffer, start: number, end: number): string {
  const stop = end > start && bytes[end - 1] === RETURN ? end - 1 : end;
  return bytes.toString('utf8', start, Math.min(stop, start + MOST_LINE));
}

/** The position `count` bytes further. */
function advanced(position: LogPosition, bytes: Buffer, count: number, skipping: boolean): LogPosition {
  const recent = bytes.subarray(Math.max(0, count - TAIL_LENGTH), count);
  const before = TAIL_LENGTH - recent.length;
  const tail = before > 0 ? Buffer.concat([tailOf(position).subarray(-before), recent]) : recent;
  return { offset: position.offset + count, tail: tail.toString('base64'), skipping };
}

/** The bytes that must stand before a position. */
export const tailOf = (position: LogPosition): Buffer => Buffer.from(position.tail, 'base64');

/**
 * Where to begin with a file of which only what comes from now on is wanted: at its last line if that is unfinished,
 * else at its end.
 *
 * @param window The last bytes of the file, at least {@link MOST_LINE} + {@link TAIL_LENGTH} if it is that long.
 * @param size Of the file.
 */
export function positionAtEnd(window: Buffer, size: number): LogPosition {
  const base = size - window.length;
  const newline = window.lastIndexOf(NEWLINE);
  if (newline === -1 && base === 0) return START;
  const tooLong = newline === -1 || window.length - newline - 1 > MOST_LINE;
  const used = tooLong ? window.length : newline + 1;
  const tail = window.subarray(Math.max(0, used - TAIL_LENGTH), used);
  return { offset: base + used, tail: tail.toString('base64'), skipping: tooLong };
}

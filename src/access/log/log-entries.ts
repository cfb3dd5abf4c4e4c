/**
 * Entries of several lines, such as a stack trace below its message: one begins with a line that looks like a beginning
 * and goes on until the next such line. Pure but for the clock that ends an expression which gets nowhere.
 */
import { PtpError } from '../../base/errors.js';
import { compilePattern, runBounded, SECOND_LIMIT_MS } from '../regex-limits.js';
import { type LogLine, type LogPosition, MOST_LINE } from './log-lines.js';

/** Tells for each line whether an entry begins with it. */
export type EntryStart = (lines: readonly LogLine[]) => readonly boolean[];

/** @throws PtpError `Access.Settings` for an expression that is none; of the result, `Access.Content` for one that takes too long. */
export function entryStart(source: string, place: string): EntryStart {
  const regex = compilePattern(source);
  return (lines) => {
    const look = (limitMs?: number) => runBounded(() => lines.map(({ text }) => regex.test(text)), limitMs);
    const looked = look() ?? look(SECOND_LIMIT_MS);
    if (looked) return looked.result;
    throw new PtpError(
      'Access.Content',
      `the expression entry="${source}" takes too long on the lines of ${place}; it would have to be simpler (no repetition within a repetition)`,
    );
  };
}

/**
 * The lines of one piece as entries. The last one is left for the next time unless `isWhole`. Lines before the first
 * beginning are an entry, too: what they belong to was read before, or was longer than {@link MOST_LINE} characters,
 * where an entry is cut in two.
 */
export function joinEntries(
  from: LogPosition,
  { lines, next }: { readonly lines: readonly LogLine[]; readonly next: LogPosition },
  starts: EntryStart,
  isWhole: boolean,
): { readonly lines: readonly LogLine[]; readonly next: LogPosition } {
  const entries: LogLine[] = [];
  const isStart = starts(lines);
  let texts: string[] = [];
  let length = 0;
  let last: LogLine | undefined;
  const end = (cut: boolean): void => {
    if (last) entries.push({ text: texts.join('\n'), cut: cut || last.cut, next: last.next });
    texts = [];
    length = 0;
    last = undefined;
  };
  lines.forEach((line, at) => {
    if (last && isStart[at]) end(false);
    else if (last && length + line.text.length >= MOST_LINE) end(true);
    texts.push(line.text);
    length += line.text.length + 1;
    last = line;
    // What follows it is skipped, or it has the length of an entry by itself.
    if (line.cut) end(true);
  });
  // The rest of a skipped line has been passed: it must not have to be passed again.
  if (isWhole || (from.skipping && entries.length === 0)) end(false);
  return { lines: entries, next: last ? (entries.at(-1)?.next ?? from) : next };
}

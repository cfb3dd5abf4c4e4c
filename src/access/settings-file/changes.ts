/** What is different between two states of a file of settings, line by line. Pure. */
import { diffArrays } from 'diff';
import type { SettingLine } from './lines.js';

/** A line that was there before, one that is there now, or one in place of the other. */
export interface SettingChange {
  /** Line number: where it is now, or where it was taken out. From 1. */
  readonly line: number;
  readonly was?: string;
  readonly is?: string;
  /** What differs is hidden. */
  readonly hidden: boolean;
}

/** Lines taken out and put in; where there are more, the file counts as rewritten. */
const MOST_EDITS = 500;

/** @returns Undefined when so much is different that it is another file. */
export function changesOf(
  before: readonly SettingLine[],
  now: readonly SettingLine[],
): readonly SettingChange[] | undefined {
  const parts = diffArrays([...before], [...now], {
    comparator: (a, b) => a.text === b.text && a.mark === b.mark,
    maxEditLength: MOST_EDITS,
  });
  if (!parts) return undefined;
  const changes: SettingChange[] = [];
  let line = 1;
  let removed: SettingLine[] = [];
  const flush = (added: readonly SettingLine[]): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      const [was, is] = [removed[at], added[at]];
      changes.push({
        line: line + Math.min(at, added.length),
        ...(was && { was: was.text }),
        ...(is && { is: is.text }),
        hidden: was !== undefined && was.text === is?.text,
      });
    }
    line += added.length;
    removed = [];
  };
  for (const part of parts) {
    if (part.removed) {
      flush([]);
      removed = part.value;
    } else if (part.added) flush(part.value);
    else {
      flush([]);
      line += part.value.length;
    }
  }
  flush([]);
  return changes;
}

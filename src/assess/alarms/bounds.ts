/** What an alarm may be long: whatever tells of a condition, the alarm stays small. */
import { createHash } from 'node:crypto';

/** Characters of a text or a note. */
const LONGEST_TEXT = 2000;
/** Characters of a name, a source, a user. */
const LONGEST_WORD = 300;
/** Characters of a key, and of its beginning where it would be longer. */
export const LONGEST_KEY = 300;
const KEPT_OF_KEY = 260;

export const textOf = (text: string): string => cut(text, LONGEST_TEXT);
export const wordOf = (word: string): string => cut(word, LONGEST_WORD);

/** One that is too long ends in a digest, so that two of them are two. */
export const keyOf = (key: string): string =>
  key.length <= LONGEST_KEY
    ? key
    : `${cut(key, KEPT_OF_KEY)} ${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;

/** Never between the halves of a character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

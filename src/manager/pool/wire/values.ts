/** Values of the pool as texts of messages, both ways; what comes from outside is held to its bounds. */
import { PtpError } from '../../../base/errors.js';
import { type Epoch, formatEpoch, parseEpoch } from '../../../model/manager.js';
import { cleanText } from '../../../xml/write.js';

/** Starts that a manager may name: a disk keeps no more. */
export const MOST_STARTS = 1_000;
/** A text of a message is longer never; also cut where it is counted in other units. */
const PIECE_LENGTH = 2 ** 19;
/** Of one opaque text, all pieces together: what a whole message may be. */
export const LONGEST_OPAQUE = 64 * 2 ** 20;

export const wrong = (path: string, what: string, cause?: unknown): PtpError =>
  new PtpError('Client.Validation', `${path.slice(path.lastIndexOf('/') + 1)} ${what}`, { place: { path }, cause });

/** A count or an amount; whether it is whole the table says. */
export function natural(value: number, path: string): number {
  if (value < 0) throw wrong(path, `is ${value}; it should be 0 or more`);
  return value;
}

export const maybeNatural = (value: number | undefined, path: string): number | undefined =>
  value === undefined ? undefined : natural(value, path);

/** A duration of the protocol: longer than nothing, at most an hour. */
export function duration(value: number, path: string): number {
  if (!(value > 0 && value <= 3_600_000)) throw wrong(path, `is ${value} ms; it should be above 0, at most an hour`);
  return value;
}

export function atMost<T>(values: readonly T[], most: number, path: string): readonly T[] {
  if (values.length > most) throw wrong(path, `stands there ${values.length} times; at most ${most} are taken`);
  return values;
}

/** Words for people: whatever XML cannot carry is replaced. */
export const words = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : cleanText(text);

export function epochOf(text: string, path: string): Epoch {
  const epoch = parseEpoch(text);
  if (!epoch) throw wrong(path, `is "${text.slice(0, 60)}"; it should be an epoch such as 3.17.em1`);
  return epoch;
}

export { formatEpoch };

/** A text as pieces that a message can carry each; none for none. Never cuts a character in two. */
export function piecesOf(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const clean = cleanText(text);
  if (clean.length <= PIECE_LENGTH) return [clean];
  const pieces: string[] = [];
  for (let at = 0; at < clean.length; ) {
    let end = Math.min(at + PIECE_LENGTH, clean.length);
    const last = clean.charCodeAt(end - 1);
    if (end < clean.length && last >= 0xd800 && last < 0xdc00) end -= 1;
    pieces.push(clean.slice(at, end));
    at = end;
  }
  return pieces;
}

export function joined(pieces: readonly string[], path: string): string | undefined {
  if (pieces.length <= 1) return pieces[0];
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > LONGEST_OPAQUE) throw wrong(path, `has ${length} characters; at most ${LONGEST_OPAQUE} are taken`);
  return pieces.join('');
}

/** What is opaque here, as JSON; undefined as nothing. */
export const jsonPieces = (value: unknown): readonly string[] =>
  value === undefined ? [] : piecesOf(JSON.stringify(value));

export function jsonOf(pieces: readonly string[], path: string): unknown {
  const text = joined(pieces, path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw wrong(path, 'is not JSON', cause);
  }
}

/** A process names the same list in all that it says, so its text is made once. */
const startTexts = new WeakMap<readonly number[], string>();

/** Ascending numbers as the first and the steps from one to the next: `4711+3+812`. */
export function formatStarts(starts: readonly number[]): string | undefined {
  if (starts.length === 0) return undefined;
  const known = startTexts.get(starts);
  if (known !== undefined) return known;
  let before = 0;
  const text = starts
    .map((start) => {
      const step = start - before;
      before = start;
      return step;
    })
    .join('+');
  startTexts.set(starts, text);
  return text;
}

const NO_STARTS: readonly number[] = [];
/** Longest text of {@link MOST_STARTS} starts: sixteen digits at first, then steps that together are no longer number. */
const LONGEST_STARTS = 17 * MOST_STARTS;
const STARTS = /^\d{1,16}(?:\+\d{1,16})*$/;

export function startsOf(text: string | undefined, path: string): readonly number[] {
  if (text === undefined) return NO_STARTS;
  const right = `should be at most ${MOST_STARTS} ascending numbers such as 4711+3+812`;
  if (text.length > LONGEST_STARTS || !STARTS.test(text)) throw wrong(path, right);
  const steps = text.split('+');
  if (steps.length > MOST_STARTS) throw wrong(path, right);
  let sum = 0;
  return steps.map((step, at) => {
    sum += Number(step);
    if (!Number.isSafeInteger(sum) || (at > 0 && Number(step) === 0)) throw wrong(path, right);
    return sum;
  });
}

/** Every property is named, so that none is forgotten; optional ones that are undefined are left out. */
export function whole<T extends object>(value: { readonly [K in Exclude<keyof T, never>]: T[K] }): T {
  const result: Record<string, unknown> = {};
  const properties: [string, unknown][] = Object.entries(value);
  for (const [name, one] of properties) if (one !== undefined) result[name] = one;
  // The argument's type demands what T demands, and only what T calls optional can be undefined in it.
  return result as T;
}

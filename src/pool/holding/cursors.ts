/** Arithmetic of poll numbers and ages. */
import { compareEpochs } from '../../model/manager.js';
import type { Bundle, KeptBundle, PollCursor } from './state.js';

/** More accesses than any element has. */
const MOST_CURSORS = 1000;
/** A bundle that lies further back than this is no late message: its sender has begun to count anew. */
const BEGUN_ANEW_MS = 60_000;

/** The bundle as it would be if it had been made now. */
export function agedTo({ bundle, atMs }: KeptBundle, nowMs: number): Bundle {
  const agedMs = nowMs - atMs;
  if (agedMs === 0) return bundle;
  return { ...bundle, cursors: bundle.cursors.map((cursor) => ({ ...cursor, dueInMs: cursor.dueInMs - agedMs })) };
}

/** Until the first of the polls falls due. Infinite when there are none. */
export const nearestMs = (cursors: readonly PollCursor[]): number =>
  cursors.reduce((nearest, { dueInMs }) => Math.min(nearest, dueInMs), Number.POSITIVE_INFINITY);

/** The same polls without those that have fallen due: their giver, who polls on, has them. */
export const withoutDue = (cursors: readonly PollCursor[]): readonly PollCursor[] =>
  cursors.map((cursor) => {
    const { intervalMs, next, dueInMs } = cursor;
    if (dueInMs > 0) return cursor;
    const past = Math.floor(-dueInMs / intervalMs) + 1;
    return { intervalMs, next: next + past, dueInMs: dueInMs + past * intervalMs };
  });

/** The same polls from the last that has fallen due, whether it is before the first of them or after. */
export const fromLastDue = (cursors: readonly PollCursor[]): readonly PollCursor[] =>
  cursors.map(({ intervalMs, next, dueInMs }) => {
    const sooner = Math.min(next, Math.ceil(dueInMs / intervalMs));
    return { intervalMs, next: next - sooner, dueInMs: dueInMs - sooner * intervalMs };
  });

/** The number that a poller begins with who makes up the last poll that fell due. */
export const madeUpFrom = ({ intervalMs, next, dueInMs }: PollCursor): number =>
  dueInMs > 0 ? next : next + Math.floor(-dueInMs / intervalMs);

/** Whether a bundle is newer than the one that is kept: of a newer epoch, or made later under the same. */
export function isNewer(bundle: Bundle, kept: Bundle | undefined): boolean {
  if (!kept) return true;
  const order = compareEpochs(bundle.epoch, kept.epoch);
  if (order !== 0 || bundle.cursors.length !== kept.cursors.length) return order >= 0;
  const laterMs = bundle.cursors.reduce((sum, cursor, at) => {
    const former = kept.cursors[at];
    return former?.intervalMs === cursor.intervalMs ? sum + madeMs(cursor) - madeMs(former) : sum;
  }, 0);
  return laterMs >= 0 || laterMs < -BEGUN_ANEW_MS * Math.max(1, bundle.cursors.length);
}

/** When it was made, counted from the due time of poll 0 on the sender's clock. */
const madeMs = ({ intervalMs, next, dueInMs }: PollCursor): number => next * intervalMs - dueInMs;

/** A poll number is the index of a due time: a century of the shortest intervals has fewer. */
const MOST_NUMBER = 2 ** 40;
/** Polls lie no further apart, or ahead, or back: what was under way or lay about for longer is of no use. */
const LONGEST_MS = 366 * 86_400_000;

/** Whether one can count with it. What comes from outside may be anything that fits the schema. */
export const isSound = ({ cursors }: Bundle): boolean =>
  cursors.length <= MOST_CURSORS &&
  cursors.every(
    ({ intervalMs, next, dueInMs }) =>
      intervalMs > 0 &&
      intervalMs <= LONGEST_MS &&
      Number.isSafeInteger(next) &&
      Math.abs(next) <= MOST_NUMBER &&
      Math.abs(dueInMs) <= LONGEST_MS,
  );

/**
 * Levels of samples: as they were measured, and rolled up to five minutes, hours and days (minimum, mean, maximum,
 * count), each kept for a time of its own. Which of them answers a question is decided here, for every engine.
 *
 * A question is answered as finely as it needs: whole buckets of the level that fits its step, and at both ends, where
 * the window cuts a bucket, finer ones down to the samples. Where a level has been dropped for its age, the next
 * coarser one stands in: there a bucket belongs to the window that its beginning lies in.
 */

/** Zero are the samples themselves. */
export type Level = 0 | 1 | 2 | 3;
export type RollupLevel = Exclude<Level, 0>;

export const LEVELS: readonly Level[] = [0, 1, 2, 3];
export const ROLLUP_LEVELS: readonly RollupLevel[] = [1, 2, 3];

/** Length of a bucket, milliseconds, aligned to 1970; of the samples none. */
export const BUCKETS_MS: Readonly<Record<Level, number>> = { 0: 1, 1: 300_000, 2: 3_600_000, 3: 86_400_000 };

/** From when on each level is whole: what is older may have been dropped for its age. Coarser levels reach farther back. */
export type KeptFrom = Readonly<Record<Level, number>>;

/** One level within [from, to); of a rolled-up one the buckets that begin there. */
export interface Segment {
  readonly level: Level;
  readonly from: number;
  readonly to: number;
}

/** Buckets that do not divide a step are good enough for it when it is so many times longer. */
const SHARE_OF_STEP = 12;

/** The coarsest level that answers in steps of that length. */
export function levelOfStep(stepMs: number | undefined): Level {
  if (stepMs === undefined) return 0;
  const fits = (level: Level) => stepMs % BUCKETS_MS[level] === 0 || stepMs >= SHARE_OF_STEP * BUCKETS_MS[level];
  return LEVELS.findLast(fits) ?? 0;
}

const DAY_MS = BUCKETS_MS[3];
/** The longest time, milliseconds, whose figures are taken from each level. */
const FIGURES_MS: Readonly<Record<Level, number>> = {
  0: 2 * DAY_MS,
  1: 14 * DAY_MS,
  2: 200 * DAY_MS,
  3: Number.POSITIVE_INFINITY,
};

/** The level that figures of such a time come from: minimum, mean and maximum are the same from each. */
export function levelOfFigures(spanMs: number): Level {
  return LEVELS.find((level) => spanMs <= FIGURES_MS[level]) ?? 3;
}

/** What answers for [from, to) at that level, ascending and without a gap. */
export function segmentsOf(level: Level, from: number, to: number, kept: KeptFrom): readonly Segment[] {
  if (from >= to) return [];
  const finer = LEVELS[level - 1];
  if (finer === undefined) return standing(0, from, to, kept);
  const bucketMs = BUCKETS_MS[level];
  const [begin, end] = [Math.ceil(from / bucketMs) * bucketMs, Math.floor(to / bucketMs) * bucketMs];
  if (begin >= end) return segmentsOf(finer, from, to, kept);
  return joined([
    ...segmentsOf(finer, from, begin, kept),
    ...standing(level, begin, end, kept),
    ...segmentsOf(finer, end, to, kept),
  ]);
}

/** The level as far as it reaches back, coarser ones before. */
function standing(level: Level, from: number, to: number, kept: KeptFrom): readonly Segment[] {
  if (from >= to) return [];
  const coarser = LEVELS[level + 1];
  const cut = kept[level];
  if (coarser === undefined || from >= cut) return [{ level, from, to }];
  const own: readonly Segment[] = cut < to ? [{ level, from: cut, to }] : [];
  return [...standing(coarser, from, Math.min(cut, to), kept), ...own];
}

function joined(segments: readonly Segment[]): readonly Segment[] {
  const all: Segment[] = [];
  for (const segment of segments) {
    const last = all.at(-1);
    if (last?.level === segment.level && last.to === segment.from) all[all.length - 1] = { ...last, to: segment.to };
    else all.push(segment);
  }
  return all;
}

/** From when on a level is whole when all older than `before` is dropped: no bucket of the next level is cut. */
export function keptFrom(level: Level, before: number): number {
  const bucketMs = BUCKETS_MS[LEVELS[level + 1] ?? level];
  return Math.ceil(before / bucketMs) * bucketMs;
}

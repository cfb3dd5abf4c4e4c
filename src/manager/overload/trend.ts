/** Where a figure goes if it goes on as it has: a straight line through its last points. Pure. */

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** With fewer points, or over a shorter time, nothing is said. */
const LEAST_POINTS = 12;
const LEAST_SPAN_MS = 300_000;
/** Of its ups and downs the line has to explain so much (the coefficient of determination). */
const LEAST_FIT = 0.7;

/**
 * In how many milliseconds from `nowMs` the line reaches `most`; undefined when it does not, or there is no line. The
 * later half has to go there by itself, too: a single step is no growth.
 */
export function reachesInMs(points: readonly Point[], most: number, nowMs: number): number | undefined {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last || points.length < LEAST_POINTS || last.atMs - first.atMs < LEAST_SPAN_MS) return undefined;
  const lines = [points, points.slice(0, points.length >> 1), points.slice(points.length >> 1)].map(lineThrough);
  const [all, , later] = lines;
  if (!all || !later || all.fit < LEAST_FIT || lines.some(({ slope }) => !(slope > 0))) return undefined;
  return Math.max(reach(all, most, nowMs), reach(later, most, nowMs));
}

interface Line {
  readonly atMs: number;
  readonly value: number;
  /** Per millisecond. */
  readonly slope: number;
  readonly fit: number;
}

/** Least squares. */
function lineThrough(points: readonly Point[]): Line {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const atMs = mean((point) => point.atMs);
  const value = mean((point) => point.value);
  const covariance = mean((point) => (point.atMs - atMs) * (point.value - value));
  const spread = mean((point) => (point.atMs - atMs) ** 2);
  const variance = mean((point) => (point.value - value) ** 2);
  const fit = variance === 0 ? 0 : (covariance * covariance) / (spread * variance);
  return { atMs, value, slope: covariance / spread, fit };
}

const reach = ({ atMs, value, slope }: Line, most: number, nowMs: number): number =>
  Math.max(0, (most - (value + slope * (nowMs - atMs))) / slope);

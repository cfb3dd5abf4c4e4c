/** Series of points as SVG path strings. Pure. */
import type { Point } from '../../model/sample.js';

export type Place = (value: number) => number;

/**
 * Points split where data is missing: a distance of more than two and a half times the usual one is a gap.
 *
 * @param stepMs Least distance that counts as usual.
 */
export function runs(points: readonly Point[], stepMs: number): readonly (readonly Point[])[] {
  const limit = 2.5 * Math.max(stepMs, medianDistance(points));
  const result: Point[][] = [];
  let current: Point[] = [];
  for (const point of points) {
    if (!Number.isFinite(point.value)) continue;
    const last = current.at(-1);
    if (last && point.time - last.time > limit) {
      result.push(current);
      current = [];
    }
    current.push(point);
  }
  if (current.length > 0) result.push(current);
  return result;
}

function medianDistance(points: readonly Point[]): number {
  const distances = points.slice(1).map((point, index) => point.time - (points[index]?.time ?? point.time));
  distances.sort((a, b) => a - b);
  return distances[distances.length >> 1] ?? 0;
}

/** `M x y L x y ...`, one move for each run; a run of one point becomes a dash of two units, so that it shows. */
export function linePath(points: readonly Point[], stepMs: number, x: Place, y: Place): string {
  return runs(points, stepMs)
    .map((run) => {
      const places = run.map((point) => `${round(x(point.time))} ${round(y(point.value))}`);
      return places.length === 1 ? `M${places[0]}h2` : `M${places.join('L')}`;
    })
    .join('');
}

/** The area between minimum and maximum of rolled-up points; empty where the points have none. */
export function bandPath(points: readonly Point[], stepMs: number, x: Place, y: Place): string {
  const spread = points.filter((point) => point.minimum !== undefined && point.maximum !== undefined);
  if (!spread.some((point) => point.minimum !== point.maximum)) return '';
  return runs(spread, stepMs)
    .filter((run) => run.length > 1)
    .map((run) => {
      const upper = run.map((point) => `${round(x(point.time))} ${round(y(point.maximum ?? point.value))}`);
      const lower = run.map((point) => `${round(x(point.time))} ${round(y(point.minimum ?? point.value))}`).reverse();
      return `M${upper.join('L')}L${lower.join('L')}Z`;
    })
    .join('');
}

/** The area between the line and `bottom`. */
export function areaPath(points: readonly Point[], stepMs: number, x: Place, y: Place, bottom: number): string {
  return runs(points, stepMs)
    .filter((run) => run.length > 1)
    .map((run) => {
      const places = run.map((point) => `${round(x(point.time))} ${round(y(point.value))}`);
      return `M${round(x(run[0]?.time ?? 0))} ${round(bottom)}L${places.join('L')}L${round(x(run.at(-1)?.time ?? 0))} ${round(bottom)}Z`;
    })
    .join('');
}

/** One decimal place is a tenth of a pixel: enough, and short. */
export const round = (value: number): number => Math.round(value * 10) / 10;

/**
 * A chart as data: everything that an SVG needs, so that the stylesheet only writes it down. Pure.
 *
 * Paths are drawn in a space of {@link PLOT_WIDTH} by {@link PLOT_HEIGHT} that is stretched to the place there is;
 * ticks are per cent of it, so that their text keeps its size on a phone.
 */
import type { Point } from '../../model/sample.js';
import { formatValue, isoTime } from '../format.js';
import type { PageNode } from '../page-data.js';
import { areaPath, bandPath, linePath, round } from './paths.js';
import { linear, timeTicks, valueTicks } from './scale.js';

export const PLOT_WIDTH = 1_000;
export const PLOT_HEIGHT = 200;
/** More lines than this nobody can tell apart. */
export const MOST_LINES = 6;

export interface ChartLine {
  readonly label: string;
  readonly points: readonly Point[];
}

export interface ChartInput {
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly lines: readonly ChartLine[];
}

/** `CHART` with its axes (`X`, `Y`) and `LINE`s; without lines that have points it says `empty`. */
export function chartNode({ unit, from, to, stepMs, lines }: ChartInput): PageNode {
  const drawn = lines.filter((line) => line.points.length > 0).slice(0, MOST_LINES);
  const frame = { unit, from: isoTime(from), to: isoTime(to), width: PLOT_WIDTH, height: PLOT_HEIGHT };
  if (drawn.length === 0) return { ...frame, empty: true };

  const values = drawn.flatMap((line) =>
    line.points.flatMap((point) => [point.minimum ?? point.value, point.maximum ?? point.value]),
  );
  const ticks = valueTicks(values, unit);
  const bottom = ticks[0] ?? 0;
  const top = ticks.at(-1) ?? 1;
  const x = linear(from, to, 0, PLOT_WIDTH);
  const y = linear(bottom, top, PLOT_HEIGHT, 0);
  const percent = (place: number, whole: number) => `${round((place / whole) * 100)}%`;

  return {
    ...frame,
    hidden: Math.max(0, lines.length - MOST_LINES),
    X: timeTicks(from, to, 8).map((tick) => ({ at: percent(x(tick.value), PLOT_WIDTH), label: tick.label })),
    Y: ticks.map((tick) => ({ at: percent(y(tick), PLOT_HEIGHT), label: formatValue(tick, unit) })),
    LINE: drawn.map((line, index) => ({
      number: index + 1,
      label: line.label,
      path: linePath(line.points, stepMs, x, y),
      band: bandPath(line.points, stepMs, x, y),
      area: drawn.length <= 2 && bottom === 0 ? areaPath(line.points, stepMs, x, y, PLOT_HEIGHT) : '',
      ...summary(line.points, unit),
    })),
  };
}

function summary(points: readonly Point[], unit: string): PageNode {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const point of points) {
    minimum = Math.min(minimum, point.minimum ?? point.value);
    maximum = Math.max(maximum, point.maximum ?? point.value);
    sum += point.value;
  }
  return {
    last: formatValue(points.at(-1)?.value ?? Number.NaN, unit),
    minimum: formatValue(minimum, unit),
    mean: formatValue(sum / points.length, unit),
    maximum: formatValue(maximum, unit),
  };
}

export const SPARK_WIDTH = 100;
export const SPARK_HEIGHT = 24;

/** A line without axes, for a table's cell: from its least to its greatest value; undefined without two points. */
export function sparkPath(
  points: readonly Point[],
  from: number,
  to: number,
  stepMs: number,
  highest?: number,
): string | undefined {
  if (points.length < 2) return undefined;
  const values = points.map((point) => point.value);
  const low = highest === undefined ? Math.min(...values) : 0;
  const high = highest ?? Math.max(...values);
  // A pixel of room on both sides, so that the stroke is not cut.
  return linePath(points, stepMs, linear(from, to, 0, SPARK_WIDTH), linear(low, high, SPARK_HEIGHT - 2, 2));
}

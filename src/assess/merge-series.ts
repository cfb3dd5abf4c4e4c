/** Series of one element that several managers have measured, one after the other, made into one. Pure. */
import type { Point, Series } from '../model/sample.js';

/**
 * By metric, instance and unit. Points of the same step are joined: the mean by its counts. Samples of the same time are
 * one, that of the list that stands first.
 */
export function mergeSeries(lists: readonly (readonly Series[])[], isStepped: boolean): readonly Series[] {
  const [only, ...others] = lists.filter((list) => list.length > 0);
  if (others.length === 0) return only ?? [];
  const byName = new Map<string, Series[]>();
  for (const series of lists.flat()) {
    const key = JSON.stringify([series.metric, series.instance, series.unit]);
    const same = byName.get(key);
    if (same) same.push(series);
    else byName.set(key, [series]);
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, same]) => oneOf(same, isStepped) ?? []);
}

function oneOf(same: readonly Series[], isStepped: boolean): Series | undefined {
  const [first] = same;
  if (!first || same.length === 1) return first;
  const byTime = new Map<number, Point>();
  for (const point of same.flatMap(({ points }) => points)) {
    const known = byTime.get(point.time);
    if (!known) byTime.set(point.time, point);
    else if (isStepped) byTime.set(point.time, joined(known, point));
  }
  const resolutionMs = Math.max(...same.map((one) => one.resolutionMs ?? 0));
  const { element, metric, instance, unit } = first;
  return {
    ...{ element, metric, instance, unit },
    points: [...byTime.values()].sort((a, b) => a.time - b.time),
    ...(resolutionMs > 0 && { resolutionMs }),
  };
}

function joined(a: Point, b: Point): Point {
  const { count: countOfA = 1 } = a;
  const { count: countOfB = 1 } = b;
  const count = countOfA + countOfB;
  return {
    time: a.time,
    value: (a.value * countOfA + b.value * countOfB) / count,
    minimum: Math.min(a.minimum ?? a.value, b.minimum ?? b.value),
    maximum: Math.max(a.maximum ?? a.value, b.maximum ?? b.value),
    count,
  };
}

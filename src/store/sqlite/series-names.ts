/** Which series an element has by what is measured of it together, and how they are told; for every engine. */
import { PtpError } from '../../base/errors.js';
import type { ElementName } from '../../model/element.js';
import type { Point, SeriesId } from '../../model/sample.js';
import type { SampleQuery } from '../store.js';
import type { SeriesPlace } from './sample-store.js';
import { storable } from './storable.js';
import type { ShapeDefinition, WireSeries } from './verbs.js';

/** Points that one answer holds at most. */
export const MAX_POINTS = 100_000;

interface KnownSeries extends SeriesId {
  readonly unit: string;
  readonly places: SeriesPlace[];
}

interface TrackNames {
  readonly id: number;
  readonly names: ShapeDefinition['names'];
}

/** All that an element has ever had, or those of a metric or of an instance, by name. */
export function seriesIn(
  tracks: readonly TrackNames[],
  element: ElementName,
  metric?: string,
  instance?: string,
): readonly KnownSeries[] {
  const [wantedMetric, wantedInstance] = [metric, instance].map((text) => text && storable(text));
  const found = new Map<string, KnownSeries>();
  for (const { id: track, names } of tracks)
    names.forEach(([name, of, unit], place) => {
      if (wantedMetric !== undefined && name !== wantedMetric) return;
      if (wantedInstance !== undefined && of !== wantedInstance) return;
      const key = JSON.stringify([name, of, unit]);
      const known = found.get(key);
      if (known) known.places.push({ track, place });
      else found.set(key, { element, metric: name, instance: of, unit, places: [{ track, place }] });
    });
  const words = ({ metric: name, instance: of, unit }: KnownSeries) => [name, of, unit];
  return [...found.values()].sort((a, b) => compared(words(a), words(b)));
}

function compared(one: readonly string[], other: readonly string[]): number {
  for (const [at, text] of one.entries()) {
    const against = other[at] ?? '';
    if (text !== against) return text < against ? -1 : 1;
  }
  return 0;
}

export function wireSeries(series: Omit<WireSeries, 'data'>, points: readonly Point[]): WireSeries {
  const columns = points.flatMap(({ time, value, minimum, maximum, count }) =>
    minimum === undefined || maximum === undefined || count === undefined
      ? [time, value]
      : [time, value, minimum, maximum, count],
  );
  return { ...series, data: Float64Array.from(columns) };
}

/** Steps that people read easily, milliseconds. */
const STEPS_MS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * 1000,
);

export function tooMany({ element, metric, from, to }: SampleQuery, series: number, limit: number): PtpError {
  // A span that is no multiple of the step touches one step more.
  const neededMs = ((to - from) * series) / Math.max(limit - series, 1);
  const stepMs = STEPS_MS.find((step) => step >= neededMs) ?? Math.ceil(neededMs / 86_400_000) * 86_400_000;
  const advice =
    series > limit
      ? 'ask for one instance at a time'
      : `ask with a step of at least ${stepMs / 1000} s, or for a shorter time`;
  return new PtpError(
    'Client.TooLarge',
    `${metric} of ${element} has more than ${limit} points in the time asked for; ${advice}`,
  );
}

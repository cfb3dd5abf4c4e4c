/** Series and their figures, read. */
import { PtpError } from '../../base/errors.js';
import type { SeriesId } from '../../model/sample.js';
import type { SampleQuery, SeriesFigures } from '../store.js';
import { asNumber, asText, type Connection, storable } from './driver.js';
import { elementOf } from './events-reader.js';
import type { SampleStore } from './sample-store.js';
import type { Window, WireSeries } from './verbs.js';

/** Points that one answer holds at most. */
const MAX_POINTS = 100_000;

interface KnownSeries extends SeriesId {
  readonly id: number;
  readonly unit: string;
}

function seriesOf(
  connection: Connection,
  element: string | undefined,
  metric?: string,
  instance?: string,
): readonly KnownSeries[] {
  const conditions = [
    ...(element === undefined ? [] : [['element.name = ?', storable(element)] as const]),
    ...(metric === undefined ? [] : [['series.metric = ?', storable(metric)] as const]),
    ...(instance === undefined ? [] : [['series.instance = ?', storable(instance)] as const]),
  ];
  return connection
    .prepare(
      `SELECT series.id, element.name, series.metric, series.instance, series.unit
       FROM series JOIN element ON element.id = series.element
       ${conditions.length > 0 ? `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}` : ''}
       ORDER BY element.name, series.metric, series.instance, series.unit`,
    )
    .rows(...conditions.map(([, value]) => value))
    .map(([id, name, metricName, instanceName, unit]) => ({
      id: asNumber(id),
      element: elementOf(name),
      metric: asText(metricName),
      instance: asText(instanceName),
      unit: asText(unit),
    }));
}

export function querySamples(connection: Connection, samples: SampleStore, query: SampleQuery): readonly WireSeries[] {
  const { element, metric, instance, from, to, stepMs } = query;
  const limit = Math.min(query.limit ?? MAX_POINTS, MAX_POINTS);
  const known = seriesOf(connection, element, metric, instance);
  const answer: WireSeries[] = [];
  let left = limit;
  for (const { id, ...series } of known) {
    const points = samples.query({ series: id, from, to }, stepMs, left + 1);
    if (points.length > left) throw tooMany(query, known.length, limit);
    left -= points.length;
    if (points.length === 0) continue;
    const columns = points.flatMap(({ time, value, minimum, maximum, count }) =>
      minimum === undefined || maximum === undefined || count === undefined
        ? [time, value]
        : [time, value, minimum, maximum, count],
    );
    answer.push({ ...series, data: Float64Array.from(columns) });
  }
  return answer;
}

/** Steps that people read easily, milliseconds. */
const STEPS_MS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * 1000,
);

function tooMany({ element, metric, from, to }: SampleQuery, series: number, limit: number): PtpError {
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

export function listSeries(connection: Connection, samples: SampleStore, { element, from, to }: Window) {
  return seriesOf(connection, element)
    .filter(({ id }) => samples.has({ series: id, from, to }))
    .map(({ id: _, ...series }) => series);
}

export function figures(
  connection: Connection,
  samples: SampleStore,
  { element, from, to }: Window,
): readonly SeriesFigures[] {
  return seriesOf(connection, element).flatMap(({ id, ...series }) => {
    const found = samples.figures({ series: id, from, to });
    return found ? [{ ...series, ...found }] : [];
  });
}

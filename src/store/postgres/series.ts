/** Series and their figures, read. */

import { feed, PlainPoints, resolutionOf, type Sink, SteppedPoints } from '../blocks/reading.js';
import { FiguresOfSeries } from '../blocks/series-figures.js';
import { type Level, levelOfFigures, levelOfStep, type Segment, segmentsOf } from '../levels.js';
import type { SeriesPlace } from '../sqlite/sample-store.js';
import { MAX_POINTS, seriesIn, tooMany, wireSeries } from '../sqlite/series-names.js';
import type { OneWindow, WireSeries } from '../sqlite/verbs.js';
import type { FiguresWanted, SampleQuery, SeriesFigures } from '../store.js';
import type { Shapes } from './names.js';
import type { Session } from './session.js';
import { keptFrom, trackParts } from './track-parts.js';

export async function querySamples(
  session: Session,
  shapes: Shapes,
  query: SampleQuery,
): Promise<readonly WireSeries[]> {
  const { element, metric, instance, from, to, stepMs } = query;
  const limit = Math.min(query.limit ?? MAX_POINTS, MAX_POINTS);
  const known = seriesIn(await shapes.tracksOf(session, element), element, metric, instance);
  const segments =
    stepMs === undefined
      ? [{ level: 0, from, to } as const]
      : segmentsOf(levelOfStep(stepMs), from, to, await keptFrom(session));
  const answer: WireSeries[] = [];
  let left = limit;
  for (const { places, ...series } of known) {
    const sink = stepMs === undefined ? new PlainPoints() : new SteppedPoints(stepMs);
    const level = await feedFrom(session, segments, places, sink, () => sink.size > left);
    const { points } = sink;
    if (points.length > left) throw tooMany(query, known.length, limit);
    left -= points.length;
    if (points.length > 0) answer.push({ ...wireSeries(series, points), ...resolutionOf(level) });
  }
  return answer;
}

/** @returns The coarsest level that anything was found in. */
async function feedFrom(
  session: Session,
  segments: readonly Segment[],
  places: readonly SeriesPlace[],
  sink: Sink,
  isEnough: () => boolean,
): Promise<Level | undefined> {
  let coarsest: Level | undefined;
  for (const { track, place } of places)
    for (const segment of segments)
      for await (const part of trackParts(session, track, segment, place)) {
        const found = feed(part, place, sink);
        if (found !== undefined && found >= (coarsest ?? 0)) coarsest = found;
        if (isEnough()) return coarsest;
      }
  return coarsest;
}

export async function listSeries(session: Session, shapes: Shapes, { element, from, to }: OneWindow) {
  const tracks = await shapes.tracksOf(session, element);
  const segments = segmentsOf(levelOfFigures(to - from), from, to, await keptFrom(session));
  const filled = new Map<number, readonly boolean[]>();
  for (const { id, names } of tracks) {
    const found = names.map(() => false);
    filled.set(id, found);
    for (const segment of segments)
      for await (const part of trackParts(session, id, segment)) {
        found.forEach((isThere, place) => {
          if (!isThere) found[place] = feed(part, place, NOWHERE) !== undefined;
        });
        if (found.every(Boolean)) break;
      }
  }
  return seriesIn(tracks, element)
    .filter(({ places }) => places.some(({ track, place }) => filled.get(track)?.[place]))
    .map(({ places: _, ...series }) => series);
}

const NOWHERE: Sink = { sample() {}, bucket() {} };

/** Of an element, each block of which is read once. */
export async function figures(
  session: Session,
  shapes: Shapes,
  { element, from, to, wanted = {} }: OneWindow & { readonly wanted?: FiguresWanted },
): Promise<readonly SeriesFigures[]> {
  const tracks = await shapes.tracksOf(session, element);
  const segments = segmentsOf(levelOfFigures(to - from), from, to, await keptFrom(session));
  const sums = new FiguresOfSeries(wanted);
  for (const { id, names } of tracks) {
    const places = sums.placesIn(names);
    if (places.length === 0) continue;
    for (const segment of segments)
      for await (const part of trackParts(session, id, segment, places.length === 1 ? places[0] : undefined))
        sums.feed(part, names, places);
  }
  return sums.figures(seriesIn(tracks, element));
}

/** Names of all elements that have ever had a series, ascending. */
export async function elementsWithSeries(session: Session): Promise<readonly string[]> {
  const rows = await session.rows('SELECT name FROM element WHERE id IN (SELECT element FROM track) ORDER BY name');
  return rows.map(([name]) => String(name));
}

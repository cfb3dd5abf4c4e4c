/** Series and their figures, read. */

import { feed, PlainPoints, resolutionOf, type Sink, SteppedPoints } from '../blocks/reading.js';
import { FiguresOfSeries } from '../blocks/series-figures.js';
import { type Level, levelOfFigures, levelOfStep, type Segment, segmentsOf } from '../levels.js';
import type { FiguresWanted, SampleQuery, SeriesFigures } from '../store.js';
import type { SeriesPlace } from './sample-store.js';
import { MAX_POINTS, seriesIn, tooMany, wireSeries } from './series-names.js';
import type { Shapes } from './shapes.js';
import { type SampleSource, trackParts } from './track-parts.js';
import type { OneWindow, WireSeries } from './verbs.js';

export function querySamples(shapes: Shapes, source: SampleSource, query: SampleQuery): readonly WireSeries[] {
  const { element, metric, instance, from, to, stepMs } = query;
  const limit = Math.min(query.limit ?? MAX_POINTS, MAX_POINTS);
  const known = seriesIn(shapes.tracksOf(element), element, metric, instance);
  const segments =
    stepMs === undefined
      ? [{ level: 0, from, to } as const]
      : segmentsOf(levelOfStep(stepMs), from, to, source.blocks.kept());
  const answer: WireSeries[] = [];
  let left = limit;
  for (const { places, ...series } of known) {
    const sink = stepMs === undefined ? new PlainPoints() : new SteppedPoints(stepMs);
    const level = feedFrom(source, segments, places, sink, () => sink.size > left);
    const { points } = sink;
    if (points.length > left) throw tooMany(query, known.length, limit);
    left -= points.length;
    if (points.length > 0) answer.push({ ...wireSeries(series, points), ...resolutionOf(level) });
  }
  return answer;
}

/** @returns The coarsest level that anything was found in. */
function feedFrom(
  source: SampleSource,
  segments: readonly Segment[],
  places: readonly SeriesPlace[],
  sink: Sink,
  isEnough: () => boolean,
): Level | undefined {
  let coarsest: Level | undefined;
  for (const { track, place } of places)
    for (const segment of segments)
      for (const part of trackParts(source, track, segment, place)) {
        const found = feed(part, place, sink);
        if (found !== undefined && found >= (coarsest ?? 0)) coarsest = found;
        if (isEnough()) return coarsest;
      }
  return coarsest;
}

export function listSeries(shapes: Shapes, source: SampleSource, window: OneWindow) {
  const filled = filledIn(shapes, source, window);
  return seriesIn(shapes.tracksOf(window.element), window.element)
    .filter(({ places }) => places.some(({ track, place }) => filled.get(track)?.[place]))
    .map(({ places: _, ...series }) => series);
}

/** Whether there is anything of a series, by track and place. */
function filledIn(shapes: Shapes, source: SampleSource, { element, from, to }: OneWindow) {
  const segments = segmentsOf(levelOfFigures(to - from), from, to, source.blocks.kept());
  const filled = new Map<number, readonly boolean[]>();
  for (const { id, names } of shapes.tracksOf(element)) {
    const found = names.map(() => false);
    filled.set(id, found);
    for (const segment of segments)
      for (const part of trackParts(source, id, segment)) {
        found.forEach((isThere, place) => {
          if (!isThere) found[place] = feed(part, place, NOWHERE) !== undefined;
        });
        if (found.every(Boolean)) break;
      }
  }
  return filled;
}

const NOWHERE: Sink = { sample() {}, bucket() {} };

/** Of an element, each block of which is read once. */
export function figures(
  shapes: Shapes,
  source: SampleSource,
  { element, from, to, wanted = {} }: OneWindow & { readonly wanted?: FiguresWanted },
): readonly SeriesFigures[] {
  const segments = segmentsOf(levelOfFigures(to - from), from, to, source.blocks.kept());
  const sums = new FiguresOfSeries(wanted);
  for (const { id, names } of shapes.tracksOf(element)) {
    const places = sums.placesIn(names);
    if (places.length === 0) continue;
    for (const segment of segments)
      for (const part of trackParts(source, id, segment, places.length === 1 ? places[0] : undefined))
        sums.feed(part, names, places);
  }
  return sums.figures(seriesIn(shapes.tracksOf(element), element));
}

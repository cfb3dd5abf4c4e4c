/** Figures of series, made of whatever is read of them; for every engine. */
import { FiguresOf } from '../../assess/figures.js';
import type { SeriesId } from '../../model/sample.js';
import type { Level } from '../levels.js';
import type { FiguresWanted, SeriesFigures } from '../store.js';
import { feed, resolutionOf, type Sink, type TrackPart } from './reading.js';

class FiguresSink extends FiguresOf implements Sink {
  sample(_time: number, value: number): void {
    this.add(1, value, value, value);
  }

  bucket(_time: number, count: number, minimum: number, mean: number, maximum: number): void {
    this.add(count, minimum, mean, maximum);
  }
}

type Name = readonly [metric: string, instance: string, unit: string];

/** Of all series of one element that are wanted. */
export class FiguresOfSeries {
  readonly #metrics: ReadonlySet<string> | undefined;
  readonly #ranks: number | undefined;
  readonly #sinks = new Map<string, { readonly sink: FiguresSink; level: Level }>();

  constructor({ metrics, ranks }: FiguresWanted) {
    this.#metrics = metrics && new Set(metrics);
    this.#ranks = ranks;
  }

  /** Where those that are wanted stand among what is measured together. */
  placesIn(names: readonly Name[]): readonly number[] {
    return names.flatMap(([metric], place) => (this.#metrics && !this.#metrics.has(metric) ? [] : [place]));
  }

  feed(part: TrackPart, names: readonly Name[], places: readonly number[]): void {
    for (const place of places) {
      const key = JSON.stringify(names[place]);
      const known = this.#sinks.get(key) ?? { sink: new FiguresSink(), level: 0 };
      const found = feed(part, place, known.sink);
      if (found === undefined) continue;
      this.#sinks.set(key, known);
      if (found > known.level) known.level = found;
    }
  }

  /** In the order of the series; of those of which there is anything. */
  figures(series: readonly (SeriesId & { readonly unit: string })[]): readonly SeriesFigures[] {
    return series.flatMap(({ element, metric, instance, unit }) => {
      const known = this.#sinks.get(JSON.stringify([metric, instance, unit]));
      const found = known?.sink.figures;
      if (!found) return [];
      const ranks = this.#ranks === undefined ? {} : { ranks: known.sink.ranks(this.#ranks) };
      return [{ element, metric, instance, unit, ...found, ...resolutionOf(known.level), ...ranks }];
    });
  }
}

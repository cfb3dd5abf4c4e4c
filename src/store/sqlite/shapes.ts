/** Shapes and tracks as they are read. */
import { RecentlyUsed } from '../../base/recently-used.js';
import { asNumber, asText, type Connection, storable } from './driver.js';
import type { SampleStore } from './sample-store.js';
import type { ShapeDefinition } from './verbs.js';

export type Names = ShapeDefinition['names'];

export interface KnownTrack {
  readonly id: number;
  readonly names: Names;
}

/** Shapes that are remembered as they were read. */
const MOST_SHAPES = 1000;

/** Names by the id of a shape. */
export class Shapes {
  readonly #connection: Connection;
  readonly #known = new RecentlyUsed<number, Names>(MOST_SHAPES);

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What an element has ever had, in the order in which it began. */
  tracksOf(element: string): readonly KnownTrack[] {
    return this.#connection
      .prepare(
        'SELECT track.id, track.shape FROM track JOIN element ON element.id = track.element WHERE element.name = ? ORDER BY track.id',
      )
      .rows(storable(element))
      .map(([id, shape]) => ({ id: asNumber(id), names: this.namesOf(asNumber(shape)) }));
  }

  ofTrack(track: number): number | undefined {
    const row = this.#connection.prepare('SELECT shape FROM track WHERE id = ?').first(track);
    return row && asNumber(row[0]);
  }

  /** After a rollback an id may be another's. */
  clear(): void {
    this.#known.clear();
  }

  namesOf(shape: number): Names {
    const known = this.#known.get(shape);
    if (known) return known;
    const row = this.#connection.prepare('SELECT names FROM shape WHERE id = ?').first(shape);
    const names: Names = row ? JSON.parse(asText(row[0])) : [];
    this.#known.use(shape, names);
    return names;
  }
}

/** Takes from another track of the same element what a track is about to bring for the same millisecond. */
export function blankCommon(
  shapes: Shapes,
  samples: SampleStore,
  { track, other, time }: { readonly track: number; readonly other: number; readonly time: number },
  values: Float64Array,
): void {
  if (!samples.isAt(other, time)) return;
  const [own, others] = [track, other].map((id) => shapes.namesOf(shapes.ofTrack(id) ?? 0));
  const brought = new Set((own ?? []).flatMap((names, place) => (Number.isNaN(values[place]) ? [] : keyOf(names))));
  const places = (others ?? []).flatMap((names, place) => (brought.has(keyOf(names)) ? place : []));
  if (places.length > 0) samples.blank(other, time, places);
}

const keyOf = (names: readonly string[]): string => JSON.stringify(names);

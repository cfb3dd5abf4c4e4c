/** Samples as vectors: a row holds all that was measured of an element at one time. */
import type { Vector } from '../sqlite/sample-store.js';
import { asNumber, type Column, whole } from './columns.js';
import type { Names, ShapeNames, Shapes } from './names.js';
import type { Session } from './session.js';

export const VALUE_BYTES = 8;

/** A vector as it comes from a poll. */
export interface NewVector extends Vector {
  readonly element: string;
  /** Handle. */
  readonly track: number;
}

interface Placed extends Vector {
  readonly track: number;
  readonly siblings: readonly number[];
}

/**
 * Writes vectors. What is newer than all that its element has is written in one piece; whatever comes late, or twice, is
 * brought together with what is there one by one.
 */
export class VectorWriter {
  readonly #names: Names;
  readonly #shapes: Shapes;
  /** When the newest vector of a track was measured, as far as this is known; it may have been dropped since. */
  readonly #newest = new Map<number, number>();

  constructor(names: Names, shapes: Shapes) {
    this.#names = names;
    this.#shapes = shapes;
  }

  /** After a rollback what is known of the newest may not be there. */
  forget(): void {
    this.#newest.clear();
  }

  /** To be called within a transaction, with tracks that {@link Names} knows. */
  async write(session: Session, vectors: readonly NewVector[]): Promise<void> {
    const placed = vectors.map(({ element, track: handle, time, values }): Placed => {
      const track = this.#names.track(handle);
      return { track, time: whole(time, 'time'), values, siblings: this.#names.besides(track, element) };
    });
    await this.#learnNewest(session, placed);
    const late: Placed[] = [];
    const fresh = placed.filter((one) => {
      const isNew = [one.track, ...one.siblings].every((track) => one.time > this.#newestOf(track));
      this.#newest.set(one.track, Math.max(one.time, this.#newestOf(one.track)));
      if (!isNew) late.push(one);
      return isNew;
    });
    await insert(session, fresh);
    for (const one of late) await this.#merge(session, one);
  }

  #newestOf(track: number): number {
    return this.#newest.get(track) ?? Number.NEGATIVE_INFINITY;
  }

  async #learnNewest(session: Session, vectors: readonly Placed[]): Promise<void> {
    const all = new Set(vectors.flatMap(({ track, siblings }) => [track, ...siblings]));
    const unknown = [...all].filter((track) => !this.#newest.has(track));
    if (unknown.length === 0) return;
    const rows = await session.rows(
      `SELECT track, (SELECT time FROM vector WHERE vector.track = asked.track ORDER BY time DESC LIMIT 1)
       FROM unnest($1::integer[]) AS asked (track)`,
      [unknown],
    );
    for (const [track, time] of rows)
      this.#newest.set(asNumber(track), typeof time === 'number' ? time : Number.NEGATIVE_INFINITY);
  }

  /** Of what a track has twice at the same time the later value counts, also against another track of its element. */
  async #merge(session: Session, { track, time, values, siblings }: Placed): Promise<void> {
    const rows = await session.rows('SELECT track, data FROM vector WHERE time = $1 AND track = ANY ($2::integer[])', [
      time,
      [track, ...siblings],
    ]);
    if (rows.length > 0)
      await this.#blank(
        session,
        track,
        time,
        values,
        rows.filter(([of]) => of !== track),
      );
    const before = rows.find(([of]) => of === track);
    const own = valuesOf(before?.[1] ?? null);
    const merged = values.map((value, place) => (Number.isNaN(value) ? (own[place] ?? value) : value));
    await put(session, track, time, merged);
  }

  async #blank(
    session: Session,
    track: number,
    time: number,
    values: Float64Array,
    others: readonly (readonly Column[])[],
  ): Promise<void> {
    if (others.length === 0) return;
    const named = await this.#shapes.ofTracks(session, [track, ...others.map(([of]) => asNumber(of))]);
    const brought = new Set((named.get(track) ?? []).filter((_, place) => !Number.isNaN(values[place])).map(keyOf));
    for (const [of, data] of others) {
      const theirs: ShapeNames = named.get(asNumber(of)) ?? [];
      const stored = valuesOf(data ?? null);
      const left = stored.map((value, place) => {
        const name = theirs[place];
        return name && brought.has(keyOf(name)) ? Number.NaN : value;
      });
      await put(session, asNumber(of), time, left);
    }
  }
}

const keyOf = (names: readonly string[]): string => JSON.stringify(names);

async function insert(session: Session, vectors: readonly Placed[]): Promise<void> {
  if (vectors.length === 0) return;
  const data = Buffer.concat(vectors.map(({ values }) => bytesOf(values)));
  const lengths = vectors.map(({ values }) => values.length * VALUE_BYTES);
  let end = 1;
  const starts = lengths.map((length) => {
    end += length;
    return end - length;
  });
  await session.run(
    `INSERT INTO vector (track, time, count, data)
     SELECT track, time, count, substring($6::bytea FROM start FOR length)
     FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::integer[], $5::integer[]) AS v (track, time, count, start, length)`,
    [
      vectors.map(({ track }) => track),
      vectors.map(({ time }) => time),
      vectors.map(({ values }) => countOf(values)),
      starts,
      lengths,
      data,
    ],
  );
}

async function put(session: Session, track: number, time: number, values: Float64Array): Promise<void> {
  await session.run(
    `INSERT INTO vector (track, time, count, data) VALUES ($1, $2, $3, $4)
     ON CONFLICT (track, time) DO UPDATE SET count = excluded.count, data = excluded.data`,
    [track, time, countOf(values), bytesOf(values)],
  );
}

function countOf(values: Float64Array): number {
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) count += 1;
  return count;
}

/** As this machine has them, which is little-endian on every one that Node runs on and this is built for. */
const bytesOf = (values: Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

export function valuesOf(column: Column): Float64Array {
  const bytes = column instanceof Uint8Array ? column : new Uint8Array();
  const values = new Float64Array(Math.floor(bytes.length / VALUE_BYTES));
  bytesOf(values).set(bytes.subarray(0, values.length * VALUE_BYTES));
  return values;
}

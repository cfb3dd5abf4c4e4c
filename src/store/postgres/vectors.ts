/** Samples as vectors: a row holds all that was measured of an element at one time. */
import { RecentlyUsed } from '../../base/recently-used.js';
import type { Vector } from '../sqlite/sample-store.js';
import { asNumber, type Column, whole } from './columns.js';
import type { Names, Shapes } from './names.js';
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

/** Times of a track that are known by heart: of several ways to one element each has its own, which come interleaved. */
const RECENT = 32;
/** Tracks of which times are known; others are asked for when they are written again. */
const MOST_TRACKS = 100_000;

/** Which times of a track are taken, from one on. */
interface Recent {
  /** Of what is older nothing is known. */
  since: number;
  readonly times: number[];
}

/**
 * Writes vectors. Those of times that their element has nothing of are written in one piece; what comes twice, or so late
 * that this is not known, is brought together with what is there.
 */
export class VectorWriter {
  readonly #names: Names;
  readonly #shapes: Shapes;
  readonly #recent = new RecentlyUsed<number, Recent>(MOST_TRACKS);

  constructor(names: Names, shapes: Shapes) {
    this.#names = names;
    this.#shapes = shapes;
  }

  /** After a rollback what is known of times may not be so. */
  forget(): void {
    this.#recent.clear();
  }

  /** To be called within a transaction, with tracks that {@link Names} knows. */
  async write(session: Session, vectors: readonly NewVector[]): Promise<void> {
    const placed = vectors.map(({ element, track: handle, time, values }): Placed => {
      const track = this.#names.track(handle);
      return { track, time: whole(time, 'time'), values, siblings: this.#names.besides(track, element) };
    });
    await this.#learn(session, placed);
    const late: Placed[] = [];
    const fresh = placed.filter((one) => {
      const isNew = [one.track, ...one.siblings].every((track) => this.#isFree(track, one.time));
      this.#take(one.track, one.time);
      if (!isNew) late.push(one);
      return isNew;
    });
    if (fresh.length > 0) await insert(session, fresh, '');
    if (late.length > 0) await this.#merge(session, late);
  }

  #isFree(track: number, time: number): boolean {
    const recent = this.#recent.get(track);
    return recent !== undefined && time >= recent.since && !recent.times.includes(time);
  }

  #take(track: number, time: number): void {
    const recent = this.#recent.get(track);
    if (!recent) return;
    this.#recent.use(track, recent);
    if (time < recent.since || recent.times.includes(time)) return;
    recent.times.push(time);
    if (recent.times.length <= RECENT) return;
    const oldest = Math.min(...recent.times);
    recent.times.splice(recent.times.indexOf(oldest), 1);
    recent.since = oldest + 1;
  }

  async #learn(session: Session, vectors: readonly Placed[]): Promise<void> {
    const all = new Set(vectors.flatMap(({ track, siblings }) => [track, ...siblings]));
    const unknown = [...all].filter((track) => !this.#recent.get(track));
    if (unknown.length === 0) return;
    const rows = await session.rows(
      `SELECT track, (SELECT time FROM vector WHERE vector.track = asked.track ORDER BY time DESC LIMIT 1)
       FROM unnest($1::integer[]) AS asked (track)`,
      [unknown],
    );
    for (const [track, time] of rows) {
      const since = typeof time === 'number' ? time : Number.NEGATIVE_INFINITY;
      this.#recent.use(asNumber(track), { since, times: typeof time === 'number' ? [time] : [] });
    }
  }

  /** Of what a track has twice at the same time the later value counts, also against another track of its element. */
  async #merge(session: Session, late: readonly Placed[]): Promise<void> {
    const asked = late.flatMap(({ track, time, siblings }) => [track, ...siblings].map((of) => [of, time] as const));
    const rows = await session.rows(
      `SELECT vector.track, vector.time, data FROM vector
       JOIN (SELECT DISTINCT * FROM unnest($1::integer[], $2::bigint[]) AS a (track, time)) AS asked USING (track, time)`,
      [asked.map(([track]) => track), asked.map(([, time]) => time)],
    );
    const stored = new Map(rows.map(([track, time, data]) => [`${track} ${time}`, valuesOf(data ?? null)]));
    const named = await this.#shapes.ofTracks(session, [...new Set(asked.map(([track]) => track))]);
    const changed = new Map<string, Vector & { readonly track: number }>();
    const put = (track: number, time: number, values: Float64Array) => {
      stored.set(`${track} ${time}`, values);
      changed.set(`${track} ${time}`, { track, time, values });
    };
    for (const { track, time, values, siblings } of late) {
      const brought = new Set((named.get(track) ?? []).filter((_, place) => !Number.isNaN(values[place])).map(keyOf));
      for (const of of siblings) {
        const theirs = named.get(of) ?? [];
        const before = stored.get(`${of} ${time}`);
        if (before)
          put(
            of,
            time,
            before.map((value, place) => (brought.has(keyOf(theirs[place] ?? [])) ? Number.NaN : value)),
          );
      }
      const own = stored.get(`${track} ${time}`);
      put(
        track,
        time,
        own ? values.map((value, place) => (Number.isNaN(value) ? (own[place] ?? value) : value)) : values,
      );
    }
    await insert(
      session,
      [...changed.values()],
      'ON CONFLICT (track, time) DO UPDATE SET count = excluded.count, data = excluded.data',
    );
  }
}

const keyOf = (names: readonly string[]): string => JSON.stringify(names);

async function insert(
  session: Session,
  vectors: readonly (Vector & { readonly track: number })[],
  onConflict: string,
): Promise<void> {
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
     FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::integer[], $5::integer[]) AS v (track, time, count, start, length)
     ${onConflict}`,
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

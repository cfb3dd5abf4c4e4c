/**
 * Samples as vectors: a row holds all that was measured of an element at one time, eight bytes for each value and none
 * for their names, which are in the track's shape. The key is track and time in one integer, so that a track's vectors
 * lie side by side in the order of time, and what comes is written to one page for each poll.
 */
import type { Point } from '../../model/sample.js';
import { asNumber, type Column, type Connection } from './driver.js';
import type { SampleStore, SeriesWindow, Vector } from './sample-store.js';

/** Bits of the key that are the time: milliseconds since 1970 until the year 2109. */
const TIME_BITS = 42n;
const END_OF_TIME = 2 ** 42 - 1;
/** Tracks that the rest of the key has room for. */
export const MOST_TRACKS = 2 ** 21 - 1;
const TIME = `(key & ${END_OF_TIME})`;
const VALUE_BYTES = 8;
/** Vectors that are read together. */
const ROWS_AT_ONCE = 100;
/** Tracks looked at in one piece of dropping, however little there is to drop. */
const TRACKS_PER_PIECE = 500;

const keyOf = (track: number, time: number): bigint =>
  (BigInt(track) << TIME_BITS) + BigInt(Math.min(Math.max(Math.trunc(time), 0), END_OF_TIME));

/** [from, to) of a track, as keys; both may lie before or after all time. */
const keysOf = (track: number, from: number, to: number): readonly [bigint, bigint] => [
  keyOf(track, Math.ceil(from)),
  to > END_OF_TIME ? BigInt(track + 1) << TIME_BITS : keyOf(track, Math.ceil(to)),
];

const WINDOW = 'key >= ? AND key < ?';

export function vectorSamples(connection: Connection): SampleStore {
  const { prepare } = connection;

  /** Unordered where several tracks have the series. */
  function pointsOf({ places, from, to }: SeriesWindow, limit: number): { time: number; value: number }[] {
    const points: { time: number; value: number }[] = [];
    for (const { track, place } of places) {
      const rows = prepare(
        `SELECT ${TIME}, substr(data, ?, ${VALUE_BYTES}) FROM vector WHERE ${WINDOW} ORDER BY key LIMIT ?`,
      ).rows(1 + place * VALUE_BYTES, ...keysOf(track, from, to), limit);
      for (const [time, column] of rows) {
        const value = valuesOf(column)[0] ?? Number.NaN;
        if (!Number.isNaN(value)) points.push({ time: asNumber(time), value });
      }
    }
    return places.length > 1 ? points.sort((a, b) => a.time - b.time) : points;
  }

  function valuesAt(track: number, time: number): Float64Array | undefined {
    const row = prepare('SELECT data FROM vector WHERE key = ?').first(keyOf(track, time));
    return row && valuesOf(row[0]);
  }

  const isAfter = (track: number, from: number): boolean =>
    prepare(`SELECT 1 FROM vector WHERE ${WINDOW} LIMIT 1`).first(...keysOf(track, from, Number.POSITIVE_INFINITY)) !==
    undefined;

  function put(track: number, { time, values }: Vector): void {
    prepare('INSERT OR REPLACE INTO vector (key, count, data) VALUES (?, ?, ?)').run(
      keyOf(track, time),
      countOf(values),
      bytesOf(values),
    );
  }

  return {
    append(track, vector) {
      const { time, values } = vector;
      const { changes } = prepare('INSERT INTO vector (key, count, data) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(
        keyOf(track, time),
        countOf(values),
        bytesOf(values),
      );
      if (changes > 0) return;
      const before = valuesAt(track, time);
      const merged = values.map((value, place) => (Number.isNaN(value) ? (before?.[place] ?? value) : value));
      put(track, { time, values: merged });
    },

    blank(track, time, places) {
      const values = valuesAt(track, time);
      if (!values) return;
      for (const place of places) values[place] = Number.NaN;
      put(track, { time, values });
    },

    isAt: (track, time) => prepare('SELECT 1 FROM vector WHERE key = ?').first(keyOf(track, time)) !== undefined,

    newest(track) {
      const row = prepare(`SELECT ${TIME}, data FROM vector WHERE ${WINDOW} ORDER BY key DESC LIMIT 1`).first(
        ...keysOf(track, 0, Number.POSITIVE_INFINITY),
      );
      return row && { time: asNumber(row[0]), values: valuesOf(row[1]) };
    },

    query(window, stepMs, limit) {
      if (stepMs === undefined) return pointsOf(window, limit).slice(0, limit);
      return joined(pointsOf(window, Number.MAX_SAFE_INTEGER), stepMs).slice(0, limit);
    },

    figures(window) {
      const values = Float64Array.from(pointsOf(window, Number.MAX_SAFE_INTEGER), ({ value }) => value).sort();
      const count = values.length;
      if (count === 0) return undefined;
      return {
        count,
        minimum: values[0] ?? Number.NaN,
        mean: values.reduce((sum, value) => sum + value, 0) / count,
        maximum: values[count - 1] ?? Number.NaN,
        percentile95: values[Math.ceil((95 * count) / 100) - 1] ?? Number.NaN,
      };
    },

    has(track, width, from, to) {
      const found = new Array<boolean>(width).fill(false);
      let missing = width;
      let [first, end] = keysOf(track, from, to);
      // Mostly all series are in the first vector.
      for (let limit = 1; missing > 0; limit = ROWS_AT_ONCE) {
        const rows = prepare(`SELECT ${TIME}, data FROM vector WHERE ${WINDOW} ORDER BY key LIMIT ?`).rows(
          first,
          end,
          limit,
        );
        for (const [, column] of rows)
          for (const [place, value] of valuesOf(column).entries()) {
            if (found[place] !== false || Number.isNaN(value)) continue;
            found[place] = true;
            missing -= 1;
          }
        const last = rows.at(-1);
        if (!last || rows.length < limit) break;
        first = keyOf(track, asNumber(last[0]) + 1);
      }
      return found;
    },

    oldest() {
      const first = `SELECT ${TIME} FROM vector WHERE key >= (track.id << ${TIME_BITS}) AND key < ((track.id + 1) << ${TIME_BITS}) ORDER BY key LIMIT 1`;
      const row = prepare(`SELECT min((${first})) FROM track`).first();
      return typeof row?.[0] === 'number' ? row[0] : undefined;
    },

    dropBefore(before, fromTrack, limit, onEmptied) {
      const ids = prepare('SELECT id FROM track WHERE id >= ? ORDER BY id LIMIT ?').rows(fromTrack, TRACKS_PER_PIECE);
      let dropped = 0;
      let left = limit;
      for (const [column] of ids) {
        const id = asNumber(column);
        if (left <= 0) return { dropped, nextTrack: id };
        const [first, end] = keysOf(id, 0, before);
        const found = prepare(`SELECT count FROM vector WHERE ${WINDOW} ORDER BY key LIMIT ?`).rows(first, end, left);
        if (found.length === 0) continue;
        // The first row that stays: the end of the window, or of what this piece may take.
        const stop = prepare(`SELECT ${TIME} FROM vector WHERE ${WINDOW} ORDER BY key LIMIT 1 OFFSET ?`).first(
          first,
          end,
          left,
        );
        if (!stop && !isAfter(id, before)) onEmptied(id);
        prepare(`DELETE FROM vector WHERE ${WINDOW}`).run(first, stop ? keyOf(id, asNumber(stop[0])) : end);
        dropped += found.reduce((sum, [count]) => sum + asNumber(count), 0);
        left -= found.length;
        if (stop) return { dropped, nextTrack: id };
      }
      const last = ids.length === TRACKS_PER_PIECE ? ids.at(-1) : undefined;
      return last ? { dropped, nextTrack: asNumber(last[0]) + 1 } : { dropped };
    },
  };
}

/** @param points Ascending by time. */
function joined(points: readonly { readonly time: number; readonly value: number }[], stepMs: number): Point[] {
  const steps: { time: number; sum: number; minimum: number; maximum: number; count: number }[] = [];
  for (const { time, value } of points) {
    const start = Math.floor(time / stepMs) * stepMs;
    const last = steps.at(-1);
    if (last?.time !== start) steps.push({ time: start, sum: value, minimum: value, maximum: value, count: 1 });
    else {
      last.sum += value;
      last.minimum = Math.min(last.minimum, value);
      last.maximum = Math.max(last.maximum, value);
      last.count += 1;
    }
  }
  return steps.map(({ sum, count, ...step }) => ({ ...step, value: sum / count, count }));
}

function countOf(values: Float64Array): number {
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) count += 1;
  return count;
}

/** As this machine has them, which is little-endian on every one that Node runs on and this is built for. */
const bytesOf = (values: Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Whole values only. */
function valuesOf(column: Column | undefined): Float64Array {
  const bytes = column instanceof Uint8Array ? column : new Uint8Array();
  const values = new Float64Array(Math.floor(bytes.length / VALUE_BYTES));
  bytesOf(values).set(bytes.subarray(0, values.length * VALUE_BYTES));
  return values;
}

/**
 * Samples as vectors: a row holds all that was measured of an element at one time, eight bytes for each value and none
 * for their names, which are in the track's shape. The key is track and time in one integer, so that a track's vectors
 * lie side by side in the order of time, and what comes is written to one page for each poll.
 */
import { asNumber, type Column, type Connection } from './driver.js';
import { keyOf, keysOf, TIME, WINDOW } from './keys.js';
import type { SampleStore, Vector } from './sample-store.js';

const VALUE_BYTES = 8;

export function vectorSamples(connection: Connection): SampleStore {
  const { prepare } = connection;
  let rewritten = 0;

  function valuesAt(track: number, time: number): Float64Array | undefined {
    const row = prepare('SELECT data FROM vector WHERE key = ?').first(keyOf(track, time));
    return row && valuesOf(row[0]);
  }

  function put(track: number, { time, values }: Vector): void {
    rewritten += 1;
    prepare('INSERT OR REPLACE INTO vector (key, count, data) VALUES (?, ?, ?)').run(
      keyOf(track, time),
      countOf(values),
      bytesOf(values),
    );
  }

  function timeIn(row: readonly Column[] | undefined): number | undefined {
    return row && asNumber(row[0]);
  }

  return {
    get rewritten() {
      return rewritten;
    },

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

    rows(track, { from, to, place }, limit = Number.MAX_SAFE_INTEGER) {
      const keys = keysOf(track, from, to);
      const rows =
        place === undefined
          ? prepare(`SELECT ${TIME}, count, data FROM vector WHERE ${WINDOW} ORDER BY key LIMIT ?`).rows(...keys, limit)
          : prepare(
              `SELECT ${TIME}, count, substr(data, ?, ${VALUE_BYTES}) FROM vector WHERE ${WINDOW} ORDER BY key LIMIT ?`,
            ).rows(1 + place * VALUE_BYTES, ...keys, limit);
      const all = columnsOf(rows.map((row) => valuesOf(row[2])));
      const nothing = new Float64Array(rows.length).fill(Number.NaN);
      const first = place ?? 0;
      return {
        times: Float64Array.from(rows, ([time]) => asNumber(time)),
        count: rows.reduce((sum, [, count]) => sum + asNumber(count), 0),
        column: (wanted) => all[wanted - first] ?? nothing,
      };
    },

    next: (track, from) =>
      timeIn(
        prepare(`SELECT ${TIME} FROM vector WHERE ${WINDOW} ORDER BY key LIMIT 1`).first(
          ...keysOf(track, from, Number.POSITIVE_INFINITY),
        ),
      ),

    timeAt: (track, place) =>
      timeIn(
        prepare(`SELECT ${TIME} FROM vector WHERE ${WINDOW} ORDER BY key LIMIT 1 OFFSET ?`).first(
          ...keysOf(track, 0, Number.POSITIVE_INFINITY),
          place,
        ),
      ),

    dropBefore(track, before) {
      prepare(`DELETE FROM vector WHERE ${WINDOW}`).run(...keysOf(track, 0, before));
    },
  };
}

/** By place; not a number where a vector is shorter than others. */
function columnsOf(vectors: readonly Float64Array[]): readonly Float64Array[] {
  const width = vectors.reduce((widest, { length }) => Math.max(widest, length), 0);
  return Array.from({ length: width }, (_, place) => {
    const column = new Float64Array(vectors.length);
    for (const [at, values] of vectors.entries()) column[at] = values[place] ?? Number.NaN;
    return column;
  });
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

/** Samples as plain rows, clustered by series: the simplest layout, about 20 bytes a sample. */
import type { Point } from '../../model/sample.js';
import { asNumber, type Connection } from './driver.js';
import type { SampleStore } from './sample-store.js';

/** Series looked at in one piece of dropping, however little there is to drop. */
const SERIES_PER_PIECE = 500;

const WINDOW = 'series = ? AND time >= ? AND time < ?';

export function rowSamples(connection: Connection): SampleStore {
  const { prepare } = connection;

  return {
    append(series, time, value) {
      prepare('INSERT OR REPLACE INTO sample (series, time, value) VALUES (?, ?, ?)').run(series, time, value);
    },

    query({ series, from, to }, stepMs, limit) {
      if (stepMs === undefined) {
        return prepare(`SELECT time, value FROM sample WHERE ${WINDOW} ORDER BY time LIMIT ?`)
          .rows(series, from, to, limit)
          .map(([time, value]): Point => ({ time: asNumber(time), value: asNumber(value) }));
      }
      // Parameters are bound as REAL: without the CAST the division would not round down.
      return prepare(
        `SELECT time / CAST(? AS INTEGER) AS step, avg(value), min(value), max(value), count(*)
         FROM sample WHERE ${WINDOW} GROUP BY step ORDER BY step LIMIT ?`,
      )
        .rows(stepMs, series, from, to, limit)
        .map(
          ([step, mean, minimum, maximum, count]): Point => ({
            time: asNumber(step) * stepMs,
            value: asNumber(mean),
            minimum: asNumber(minimum),
            maximum: asNumber(maximum),
            count: asNumber(count),
          }),
        );
    },

    figures({ series, from, to }) {
      const row = prepare(`SELECT count(*), min(value), avg(value), max(value) FROM sample WHERE ${WINDOW}`).first(
        series,
        from,
        to,
      );
      const count = asNumber(row?.[0]);
      if (count === 0) return undefined;
      const rank = Math.ceil((95 * count) / 100);
      const ranked = prepare(`SELECT value FROM sample WHERE ${WINDOW} ORDER BY value LIMIT 1 OFFSET ?`).first(
        series,
        from,
        to,
        rank - 1,
      );
      return {
        count,
        minimum: asNumber(row?.[1]),
        mean: asNumber(row?.[2]),
        maximum: asNumber(row?.[3]),
        percentile95: asNumber(ranked?.[0]),
      };
    },

    has({ series, from, to }) {
      return prepare(`SELECT 1 FROM sample WHERE ${WINDOW} LIMIT 1`).first(series, from, to) !== undefined;
    },

    oldest() {
      const row = prepare(
        'SELECT min((SELECT min(time) FROM sample WHERE sample.series = series.id)) FROM series',
      ).first();
      return typeof row?.[0] === 'number' ? row[0] : undefined;
    },

    dropBefore(before, fromSeries, limit) {
      const ids = prepare('SELECT id FROM series WHERE id >= ? ORDER BY id LIMIT ?').rows(fromSeries, SERIES_PER_PIECE);
      let dropped = 0;
      for (const [column] of ids) {
        const id = asNumber(column);
        if (dropped >= limit) return { dropped, nextSeries: id };
        const left = limit - dropped;
        // The first row that stays: the end of the window, or of what this piece may take.
        const stop = prepare(
          'SELECT time FROM sample WHERE series = ? AND time < ? ORDER BY time LIMIT 1 OFFSET ?',
        ).first(id, before, left);
        const end = stop ? asNumber(stop[0]) : before;
        dropped += prepare('DELETE FROM sample WHERE series = ? AND time < ?').run(id, end).changes;
        if (stop) return { dropped, nextSeries: id };
      }
      const last = ids.length === SERIES_PER_PIECE ? ids.at(-1) : undefined;
      return last ? { dropped, nextSeries: asNumber(last[0]) + 1 } : { dropped };
    },
  };
}

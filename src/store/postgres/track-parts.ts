/** What a track has in a segment, read piece by piece, so that a long time does not have to fit into memory. */

import { SPANS_MS } from '../blocks/put-away.js';
import type { Rows, TrackPart } from '../blocks/reading.js';
import { RollupBlock } from '../blocks/rollup-block.js';
import { SampleBlock } from '../blocks/sample-block.js';
import {
  BUCKETS_MS,
  type KeptFrom,
  LEVELS,
  type Level,
  ROLLUP_LEVELS,
  type RollupLevel,
  type Segment,
} from '../levels.js';
import { asNumber, type Column, moment } from './columns.js';
import type { Session } from './session.js';
import { VALUE_BYTES, valuesOf } from './vectors.js';

const DAY_MS = BUCKETS_MS[3];
/** What is read at once. */
const PIECES_MS: Readonly<Record<Level, number>> = {
  0: DAY_MS,
  1: 8 * DAY_MS,
  2: 96 * DAY_MS,
  3: Number.POSITIVE_INFINITY,
};

/** @param place The only one that will be asked for; all when absent. */
export async function* trackParts(
  session: Session,
  track: number,
  { level, from, to }: Segment,
  place?: number,
): AsyncGenerator<TrackPart, void, void> {
  // What is rolled up further is not looked at; what is not yet rolled up so far is.
  const rolledUp = ROLLUP_LEVELS.filter((one) => one <= level);
  const next = async (time: number) => Math.max(await firstTime(session, track, level, time), time);
  for (let time = await next(from); time < to; time = await next(time)) {
    const end = Math.min(time + PIECES_MS[level], to);
    const rows = await vectorRows(session, track, time, end, place);
    const blocks = level === 0 ? await sampleBlocks(session, track, time, end) : [];
    const rollups: RollupBlock[] = [];
    for (const one of rolledUp) rollups.push(...(await rollupBlocks(session, one, track, time, end, one < level)));
    yield { level, from: time, to: end, samples: [...blocks, rows], rollups };
    time = end;
  }
}

/** When the first begins that has something at or after `from`, of all that answers for a level. */
async function firstTime(session: Session, track: number, level: Level, from: number): Promise<number> {
  const row = await session.first(
    `SELECT least(
       (SELECT time FROM vector WHERE track = $1 AND time >= $2 ORDER BY time LIMIT 1),
       (SELECT start FROM block WHERE $3 = 0 AND track = $1 AND start >= $4 AND until >= $2 ORDER BY start LIMIT 1),
       (SELECT min(first) FROM unnest($5::integer[], $6::bigint[]) AS r (l, reach), LATERAL (
          SELECT start FROM rollup WHERE level = l AND track = $1 AND start >= reach AND until >= $2 ORDER BY start LIMIT 1
        ) AS f (first)))`,
    [
      track,
      moment(from),
      level,
      moment(from - SPANS_MS[0]),
      ROLLUP_LEVELS.filter((one) => one <= level),
      ROLLUP_LEVELS.filter((one) => one <= level).map((one) => moment(from - SPANS_MS[one])),
    ],
  );
  return typeof row?.[0] === 'number' ? row[0] : Number.POSITIVE_INFINITY;
}

export interface VectorRows extends Rows {
  column(place: number): Float64Array;
  /** Samples in all of them. */
  readonly count: number;
}

/** Vectors within [from, to), the oldest `limit` at most. */
export async function vectorRows(
  session: Session,
  track: number,
  from: number,
  to: number,
  place?: number,
  limit?: number,
): Promise<VectorRows> {
  const data = place === undefined ? 'data' : `substring(data FROM ${1 + place * VALUE_BYTES} FOR ${VALUE_BYTES})`;
  const rows = await session.rows(
    `SELECT time, ${data}, count FROM vector WHERE track = $1 AND time >= $2 AND time < $3 ORDER BY time LIMIT $4`,
    [track, moment(from), moment(to), limit ?? null],
  );
  const vectors = rows.map(([, bytes]) => valuesOf(bytes ?? null));
  const only = place === undefined ? undefined : 0;
  return {
    times: Float64Array.from(rows, ([time]) => asNumber(time)),
    column: (one) => {
      const column = new Float64Array(vectors.length);
      for (let at = 0; at < column.length; at += 1) column[at] = vectors[at]?.[only ?? one] ?? Number.NaN;
      return column;
    },
    count: rows.reduce((sum, [, , count]) => sum + asNumber(count), 0),
  };
}

const bytesIn = (column: Column | undefined): Uint8Array => (column instanceof Uint8Array ? column : new Uint8Array());

async function sampleBlocks(
  session: Session,
  track: number,
  from: number,
  to: number,
): Promise<readonly SampleBlock[]> {
  const rows = await session.rows(
    'SELECT data FROM block WHERE track = $1 AND start >= $2 AND start < $3 AND until >= $4 ORDER BY start, id',
    [track, moment(from - SPANS_MS[0]), moment(to), moment(from)],
  );
  return rows.map(([data]) => new SampleBlock(bytesIn(data)));
}

/** Those of a level that have a bucket that begins within [from, to); of what the next level does not have yet, or all. */
async function rollupBlocks(
  session: Session,
  level: RollupLevel,
  track: number,
  from: number,
  to: number,
  onlyUnfolded: boolean,
): Promise<readonly RollupBlock[]> {
  const rows = await session.rows(
    `SELECT data FROM rollup WHERE level = $1 AND track = $2 AND start >= $3 AND start < $4 AND until >= $5
       ${onlyUnfolded ? 'AND NOT folded' : ''} ORDER BY start, id`,
    [level, track, moment(from - SPANS_MS[level]), moment(to), moment(from)],
  );
  return rows.map(([data]) => new RollupBlock(bytesIn(data)));
}

/** From when on levels are whole. */
export async function keptFrom(session: Session): Promise<KeptFrom> {
  const kept = { 0: 0, 1: 0, 2: 0, 3: 0 };
  for (const [level, since] of await session.rows('SELECT level, since FROM kept')) {
    const known = LEVELS.find((one) => one === level);
    if (known !== undefined) kept[known] = asNumber(since);
  }
  return kept;
}

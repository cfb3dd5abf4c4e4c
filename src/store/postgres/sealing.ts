/**
 * Puts samples away: vectors of a track into a block and into five minutes, five minutes of a day into hours, hours of 32
 * days into days, some tracks of it in each transaction. Nobody else writes meanwhile, for one connection does.
 */
import { derivationsOf } from '../blocks/derivations.js';
import {
  boundOf,
  fiveMinutes,
  gathered,
  LEAST_ROWS,
  MOST_ROWS,
  MOST_SPAN_MS,
  OLD_MS,
  periodEnd,
  SAMPLES_IN_BLOCK,
  type SealOrder,
  spanOfRollup,
  type WalkProgress,
} from '../blocks/put-away.js';
import { RollupBlock, rollupBlock } from '../blocks/rollup-block.js';
import { SampleBlock, sampleBlock } from '../blocks/sample-block.js';
import { BUCKETS_MS, type RollupLevel } from '../levels.js';
import { asNumber, moment } from './columns.js';
import { keepLatest } from './latest.js';
import type { Shapes } from './names.js';
import { ensurePartition } from './partitions.js';
import type { Session } from './session.js';
import { type VectorRows, vectorRows } from './track-parts.js';

/** Samples that are dealt with in one transaction: some 50 ms. */
const STEP_SAMPLES = 100_000;
/** Tracks that are looked for at a time. */
const TRACKS_AT_ONCE = 100;

interface Due {
  readonly track: number;
  readonly width: number;
  readonly rows: number;
}

/** One step of a walk over all tracks; within a transaction. */
export async function seal(session: Session, shapes: Shapes, order: SealOrder): Promise<WalkProgress> {
  const due = await dueTracks(session, order);
  let done = 0;
  for (const one of due) {
    if (done >= STEP_SAMPLES) return { nextTrack: one.track };
    done += await sealTrack(session, shapes, one, order);
    for (const level of [1, 2] as const) done += await foldTrack(session, one.track, level, order);
  }
  const last = due.at(-1);
  return last && due.length === TRACKS_AT_ONCE ? { nextTrack: last.track + 1 } : {};
}

/** Tracks from one on that have vectors to be put away, or what is rolled up to be rolled up further. */
async function dueTracks(session: Session, { now, fromTrack, what }: SealOrder): Promise<readonly Due[]> {
  const ending =
    typeof what === 'object'
      ? { before: what.before[0], count: Number.MAX_SAFE_INTEGER, old: what.before[0] }
      : { before: Number.POSITIVE_INFINITY, count: what === 'all' ? 1 : 0, old: what === 'all' ? now : now - OLD_MS };
  const rows = await session.rows(
    `SELECT track.id, shape.width, least(greatest(ceil(${SAMPLES_IN_BLOCK}.0 / greatest(shape.width, 1)), ${LEAST_ROWS}), ${MOST_ROWS})
     FROM (
       SELECT track FROM (
         SELECT track, count(*) AS rows, min(time) AS first FROM vector WHERE track >= $1 AND time < $2 GROUP BY track
       ) AS v JOIN track ON track.id = v.track JOIN shape ON shape.id = track.shape
       WHERE v.first < $3 OR rows > CASE WHEN $4::bigint > 0 THEN $4::bigint
         ELSE least(greatest(ceil(${SAMPLES_IN_BLOCK}.0 / greatest(shape.width, 1)), ${LEAST_ROWS}), ${MOST_ROWS}) END
       UNION
       SELECT track FROM rollup WHERE NOT folded AND track >= $1 AND (level = 1 AND start < $5 OR level = 2 AND start < $6)
       ORDER BY track LIMIT ${TRACKS_AT_ONCE}
     ) AS found JOIN track ON track.id = found.track JOIN shape ON shape.id = track.shape
     ORDER BY track.id`,
    [
      fromTrack,
      moment(ending.before),
      moment(ending.old),
      ending.count,
      moment(boundOf(1, now, what)),
      moment(boundOf(2, now, what)),
    ],
  );
  return rows.map(([track, width, most]) => ({
    track: asNumber(track),
    width: asNumber(width),
    rows: asNumber(most),
  }));
}

/** @returns Samples that were put away. */
async function sealTrack(
  session: Session,
  shapes: Shapes,
  { track, width, rows }: Due,
  { now, what }: SealOrder,
): Promise<number> {
  let done = 0;
  for (;;) {
    const ends = await session.first(
      'SELECT min(time), max(time), count(*) FROM vector WHERE track = $1 AND time < $2',
      [track, moment(typeof what === 'object' ? what.before[0] : Number.POSITIVE_INFINITY)],
    );
    const [first, newest, count] = ends ?? [];
    if (typeof first !== 'number' || typeof newest !== 'number') return done;
    const isDue = typeof what === 'object' || what === 'all' || first < now - OLD_MS || asNumber(count) > rows;
    // The newest stays unless it is to be dropped: it is what the latest values are read from.
    const end = typeof what === 'object' ? newest + 1 : newest;
    if (!isDue || first >= end) return done;
    const found = await vectorRows(session, track, first, Math.min(end, first + MOST_SPAN_MS), undefined, rows);
    const names = (await shapes.ofTracks(session, [track])).get(track) ?? [];
    await putAway(session, shapes, track, found, {
      width,
      names: names.map(([metric, instance]) => ({ metric, instance })),
    });
    done += found.count;
  }
}

async function putAway(
  session: Session,
  shapes: Shapes,
  track: number,
  found: VectorRows,
  { width, names }: { readonly width: number; readonly names: readonly { metric: string; instance: string }[] },
): Promise<void> {
  const { times } = found;
  const [first = 0, until = first] = [times[0], times.at(-1)];
  const column = (place: number) => found.column(place);
  const data = whole(sampleBlock({ times, width, column }, derivationsOf(names)));
  const rolledUp = whole(rollupBlock(fiveMinutes(found, width, await timesPutAway(session, track, first, until))));
  const isAll = !(await session.first('SELECT 1 FROM vector WHERE track = $1 AND time > $2 LIMIT 1', [track, until]));
  if (isAll) await keepLatest(session, shapes, track);
  await ensurePartition(session, first);
  await session.run(
    "INSERT INTO block (track, count, start, until, id, data) VALUES ($1, $2, $3, $4, nextval('block_id'), $5)",
    [track, found.count, first, until, data],
  );
  await putRollup(session, 1, track, rolledUp, false);
  await session.run('DELETE FROM vector WHERE track = $1 AND time <= $2', [track, until]);
}

async function timesPutAway(
  session: Session,
  track: number,
  from: number,
  until: number,
): Promise<ReadonlySet<number>> {
  const blocks = await session.rows(
    'SELECT data FROM block WHERE track = $1 AND start >= $2 AND start <= $3 AND until >= $4',
    [track, from - MOST_SPAN_MS, until, from],
  );
  return new Set(blocks.flatMap(([data]) => (data instanceof Uint8Array ? [...new SampleBlock(data).times] : [])));
}

/** @returns Buckets that were dealt with. */
async function foldTrack(session: Session, track: number, level: 1 | 2, { now, what }: SealOrder): Promise<number> {
  const bound = boundOf(level, now, what);
  let done = 0;
  for (;;) {
    const first = await session.first(
      'SELECT start FROM rollup WHERE level = $1 AND track = $2 AND NOT folded AND start < $3 ORDER BY start LIMIT 1',
      [level, track, moment(bound)],
    );
    if (!first) return done;
    const end = Math.min(periodEnd(level, asNumber(first[0])), bound);
    const parts = await session.rows(
      'SELECT start, id, data FROM rollup WHERE level = $1 AND track = $2 AND NOT folded AND start < $3 ORDER BY start, id',
      [level, track, moment(end)],
    );
    const read = parts.flatMap(([, , data]) => (data instanceof Uint8Array ? new RollupBlock(data) : []));
    const together = whole(rollupBlock(gathered(read, BUCKETS_MS[level])));
    const next = level === 1 ? 2 : 3;
    const coarser = whole(rollupBlock(gathered(read, BUCKETS_MS[next])));
    await session.run('DELETE FROM rollup WHERE level = $1 AND track = $2 AND id = ANY ($3::bigint[])', [
      level,
      track,
      parts.map(([, id]) => asNumber(id)),
    ]);
    await putRollup(session, level, track, together, true);
    await putRollup(session, next, track, coarser, false);
    done += read.reduce((sum, { times, width }) => sum + times.length * width, 0);
  }
}

async function putRollup(
  session: Session,
  level: RollupLevel,
  track: number,
  data: Uint8Array,
  folded: boolean,
): Promise<void> {
  const span = spanOfRollup(data);
  if (!span) return;
  await session.run(
    "INSERT INTO rollup (level, track, start, until, id, folded, data) VALUES ($1, $2, $3, $4, nextval('block_id'), $5, $6)",
    [level, track, span.from, span.until, folded, data],
  );
}

/** What a generator that lets others through in between makes when nobody else is there. */
function whole<Result>(steps: Generator<number, Result, void>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Partitions of the blocks of samples, one for each day that blocks begin in: made when the first of a day comes, dropped
 * whole when all in it is too old. A new one is made beside the table and then attached to it, which nobody waits for.
 */

import { MOST_SPAN_MS, type WalkProgress } from '../blocks/put-away.js';
import { BUCKETS_MS, keptFrom, LEVELS, type Level } from '../levels.js';
import { asNumber, asText, moment } from './columns.js';
import { quoted } from './place.js';
import type { Session } from './session.js';

const DAY_MS = BUCKETS_MS[3];
const PREFIX = 'block_';

/** `block_20261122`, and with a sign and as many digits as it takes outside of four-digit years. */
const nameOf = (day: number): string => `${PREFIX}${String(day / DAY_MS).replace('-', 'm')}`;
const dayOf = (name: string): number => Number(name.slice(PREFIX.length).replace('m', '-')) * DAY_MS;

/** Within a transaction, before a block that begins then is put. */
export async function ensurePartition(session: Session, start: number): Promise<void> {
  const day = Math.floor(start / DAY_MS) * DAY_MS;
  const name = nameOf(day);
  const known = await session.first("SELECT to_regclass(quote_ident(current_schema()) || '.' || $1) IS NOT NULL", [
    name,
  ]);
  if (known?.[0] === true) return;
  await session.rows(`CREATE TABLE ${quoted(name)} (LIKE block INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
  await session.rows(`ALTER TABLE ${quoted(name)} ALTER data SET STORAGE EXTERNAL`);
  await session.rows(
    `ALTER TABLE block ATTACH PARTITION ${quoted(name)} FOR VALUES FROM (${day}) TO (${day + DAY_MS})`,
  );
}

/** Drops blocks of each level that are older than its time; within a transaction. */
export async function dropBlocks(
  session: Session,
  before: Readonly<Record<Level, number>>,
): Promise<WalkProgress & { readonly dropped: number }> {
  let dropped = 0;
  for (const level of LEVELS) {
    if (!Number.isFinite(before[level])) continue;
    await session.run(
      `INSERT INTO kept (level, since) VALUES ($1, $2)
       ON CONFLICT (level) DO UPDATE SET since = greatest(kept.since, excluded.since)`,
      [level, moment(keptFrom(level, before[level]))],
    );
    const last = moment(before[level] - BUCKETS_MS[level]);
    if (level === 0) dropped = await dropSampleBlocks(session, before[0], last);
    else await session.run('DELETE FROM rollup WHERE level = $1 AND until <= $2', [level, last]);
  }
  return { dropped };
}

async function dropSampleBlocks(session: Session, before: number, last: number): Promise<number> {
  let dropped = 0;
  for (const name of await partitions(session)) {
    const day = dayOf(name);
    if (day >= before) continue;
    const isOver = day + DAY_MS + MOST_SPAN_MS <= before;
    const row = await session.first(`SELECT coalesce(sum(count), 0) FROM ${quoted(name)} WHERE until <= $1`, [last]);
    const count = asNumber(row?.[0]);
    if (isOver) await session.rows(`DROP TABLE ${quoted(name)}`);
    else if (count > 0) await session.run(`DELETE FROM ${quoted(name)} WHERE until <= $1`, [last]);
    dropped += count;
  }
  return dropped;
}

/** When the oldest sample was measured that there is as it was; null when there is none. */
export async function oldestSample(session: Session): Promise<number | null> {
  const row = await session.first(
    `SELECT min(first) FROM track,
       LATERAL (SELECT time FROM vector WHERE vector.track = track.id ORDER BY time LIMIT 1) AS v (first)`,
  );
  const vector = typeof row?.[0] === 'number' ? row[0] : undefined;
  for (const name of await partitions(session)) {
    const start = (await session.first(`SELECT min(start) FROM ${quoted(name)}`))?.[0];
    if (typeof start === 'number') return Math.min(start, vector ?? start);
  }
  return vector ?? null;
}

/** Names, the oldest first. */
async function partitions(session: Session): Promise<readonly string[]> {
  const rows = await session.rows(
    `SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'block'::regclass`,
  );
  return rows.map(([name]) => asText(name)).sort((a, b) => dayOf(a) - dayOf(b));
}

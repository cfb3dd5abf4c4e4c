/** Which tracks there are, what is oldest of all, and dropping it. */

import type { WalkProgress } from '../blocks/put-away.js';
import { keptFrom, LEVELS, type Level } from '../levels.js';
import type { BlockTables } from './block-table.js';
import { asNumber, type Connection } from './driver.js';
import { firstKeyOf, TIME } from './keys.js';

/** Tracks looked at in one piece of dropping, however little there is to drop; and samples that end it. */
const TRACKS_PER_PIECE = 250;
const SAMPLES_PER_PIECE = 1_000_000;

/** Ids of tracks from one on, ascending, at most so many. */
export function tracksFrom({ prepare }: Connection, track: number, limit: number): readonly number[] {
  return prepare('SELECT id FROM track WHERE id >= ? ORDER BY id LIMIT ?')
    .rows(track, limit)
    .map(([id]) => asNumber(id));
}

export function dropBlocks(
  connection: Connection,
  blocks: BlockTables,
  before: Readonly<Record<Level, number>>,
  fromTrack: number,
): WalkProgress & { readonly dropped: number } {
  const wanted = LEVELS.filter((level) => Number.isFinite(before[level]));
  for (const level of wanted) blocks.keepFrom(level, keptFrom(level, before[level]));
  const ids = tracksFrom(connection, fromTrack, TRACKS_PER_PIECE);
  let dropped = 0;
  for (const id of ids) {
    if (dropped > SAMPLES_PER_PIECE) return { dropped, nextTrack: id };
    for (const level of wanted) dropped += blocks.dropBefore(level, id, before[level]);
  }
  const last = ids.at(-1);
  return last === undefined || ids.length < TRACKS_PER_PIECE ? { dropped } : { dropped, nextTrack: last + 1 };
}

/** When what is oldest of each level begins. */
export function oldest({ prepare }: Connection, blocks: BlockTables): Record<Level, number | null> {
  const [begin, end] = [firstKeyOf('track.id'), firstKeyOf('(track.id + 1)')];
  const first = `SELECT ${TIME} FROM vector WHERE key >= ${begin} AND key < ${end} ORDER BY key LIMIT 1`;
  const row = prepare(`SELECT min((${first})) FROM track`).first();
  const times = [typeof row?.[0] === 'number' ? row[0] : undefined, blocks.oldest(0)];
  const sample = Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
  return {
    0: Number.isFinite(sample) ? sample : null,
    1: blocks.oldest(1) ?? null,
    2: blocks.oldest(2) ?? null,
    3: blocks.oldest(3) ?? null,
  };
}

/** How much room the data take, and giving back what is not used any more. */
import type { Level } from '../levels.js';
import { asNumber, asText } from './columns.js';
import { oldestSample } from './partitions.js';
import { quoted } from './place.js';
import type { Session } from './session.js';

/** Up to here samples are counted as they are, and rewritten where room is to be given back; beyond, days are dropped. */
const SMALL_BYTES = 256 * 2 ** 20;
/** Of a row, with its part of an index; and how much of a page is used. */
const ROW_BYTES = 90;
const FILL = 1.1;
/** What an index takes that has nothing in it, and there is no table without one. */
const PAGE_BYTES = 8192;

interface Table {
  readonly name: string;
  readonly bytes: number;
  readonly holdsSamples: boolean;
}

async function tables(session: Session): Promise<readonly Table[]> {
  const rows = await session.rows(
    `SELECT relname, pg_total_relation_size(oid) - ${PAGE_BYTES} * (SELECT count(*) FROM pg_index WHERE indrelid IN (one.oid, reltoastrelid)),
       relname ~ '^(vector|rollup|block_m?[0-9]+)$'
     FROM pg_class AS one WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND relkind = 'r'`,
  );
  return rows.map(([name, bytes, holdsSamples]) => ({
    name: asText(name),
    bytes: asNumber(bytes),
    holdsSamples: holdsSamples === true,
  }));
}

const sum = (all: readonly Table[]): number => all.reduce((bytes, table) => bytes + table.bytes, 0);

/** Beyond an empty store. Of a small one what its rows take: room that is free within tables is used again. */
export async function usedBytes(session: Session): Promise<number> {
  const all = await tables(session);
  const samples = all.filter(({ holdsSamples }) => holdsSamples);
  const others = sum(all) - sum(samples);
  if (sum(samples) > SMALL_BYTES) return sum(all);
  let used = others;
  for (const { name, bytes } of samples) {
    const row = await session.first(`SELECT coalesce(sum(octet_length(data) + ${ROW_BYTES}), 0) FROM ${quoted(name)}`);
    used += Math.min(Math.ceil(asNumber(row?.[0]) * FILL), bytes);
  }
  return used;
}

/** Outside of a transaction. Larger tables are seen to by the server itself, and their room is used again. */
export async function shrink(session: Session): Promise<void> {
  const samples = (await tables(session)).filter(({ holdsSamples }) => holdsSamples);
  if (sum(samples) > SMALL_BYTES) return;
  for (const { name } of samples) await session.rows(`VACUUM FULL ${quoted(name)}`);
}

export async function usage(session: Session) {
  const rows = await session.rows('SELECT level, min(start) FROM rollup GROUP BY level');
  const of = (level: Level) => {
    const start = rows.find(([one]) => one === level)?.[1];
    return typeof start === 'number' ? start : null;
  };
  return {
    usedBytes: await usedBytes(session),
    oldest: { 0: await oldestSample(session), 1: of(1), 2: of(2), 3: of(3) },
  };
}

/** Blocks of samples and of what is rolled up, by track and time. */
import { invariant } from '../../base/errors.js';
import { SPANS_MS } from '../blocks/put-away.js';
import { RollupBlock } from '../blocks/rollup-block.js';
import { SampleBlock } from '../blocks/sample-block.js';
import { BUCKETS_MS, type KeptFrom, LEVELS, type Level, type RollupLevel } from '../levels.js';
import { asNumber, type Column, type Connection } from './driver.js';
import { firstKeyOf, keyOf, keysOf, TIME, WINDOW } from './keys.js';

/** Blocks that begin at the same time have keys one after the other. */
const SLACK_MS = 1000;

const nameOf = (level: Level): string => (level === 0 ? 'block' : `rollup${level}`);

export interface NewBlock {
  readonly track: number;
  /** Of the first and of the last row. */
  readonly from: number;
  readonly until: number;
  readonly data: Uint8Array;
}

export interface Part {
  readonly key: bigint;
  readonly from: number;
  readonly data: Uint8Array;
}

const bytesIn = (column: Column | undefined): Uint8Array => {
  invariant(column instanceof Uint8Array, 'a block is bytes');
  return column;
};

export class BlockTables {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  putSamples(block: NewBlock, count: number): void {
    this.#put(0, 'count', block, count);
  }

  /** @param folded Whether the next level has it too. */
  putRollup(level: RollupLevel, block: NewBlock, folded: boolean): void {
    this.#put(level, 'folded', block, folded ? 1 : 0);
  }

  #put(level: Level, column: string, { track, from, until, data }: NewBlock, value: number): void {
    const { prepare } = this.#connection;
    const taken = prepare(`SELECT 1 FROM ${nameOf(level)} WHERE key = ?`);
    let key = keyOf(track, from);
    // Before the beginning of time there is another track.
    const step = from < SLACK_MS ? 1n : -1n;
    while (taken.first(key)) key += step;
    prepare(`INSERT INTO ${nameOf(level)} (key, until, ${column}, data) VALUES (?, ?, ?, ?)`).run(
      key,
      until,
      value,
      data,
    );
  }

  /** Blocks that have something within [from, to), ascending by their beginnings. */
  samples(track: number, from: number, to: number): readonly SampleBlock[] {
    return this.#connection
      .prepare(`SELECT data FROM block WHERE ${WINDOW} AND until >= ? ORDER BY key`)
      .rows(...keysOf(track, from - SPANS_MS[0] - SLACK_MS, to), from)
      .map(([data]) => new SampleBlock(bytesIn(data)));
  }

  /** Those of a level that have a bucket that begins within [from, to). */
  rollups(level: RollupLevel, track: number, from: number, to: number): readonly RollupBlock[] {
    return this.#connection
      .prepare(`SELECT data FROM ${nameOf(level)} WHERE ${WINDOW} AND until >= ? ORDER BY key`)
      .rows(...keysOf(track, from - SPANS_MS[level] - SLACK_MS, to), from)
      .map(([data]) => new RollupBlock(bytesIn(data)));
  }

  /** The same, of what the next level does not have yet. */
  unfolded(level: RollupLevel, track: number, from: number, to: number): readonly RollupBlock[] {
    return this.#connection
      .prepare(`SELECT data FROM ${nameOf(level)} WHERE folded = 0 AND ${WINDOW} AND until >= ? ORDER BY key`)
      .rows(...keysOf(track, from - SPANS_MS[level] - SLACK_MS, to), from)
      .map(([data]) => new RollupBlock(bytesIn(data)));
  }

  /** The beginning of the oldest block that the next level does not have yet. */
  firstUnfolded(level: RollupLevel, track: number): number | undefined {
    const row = this.#connection
      .prepare(`SELECT ${TIME} FROM ${nameOf(level)} WHERE folded = 0 AND ${WINDOW} ORDER BY key LIMIT 1`)
      .first(...keysOf(track, 0, Number.POSITIVE_INFINITY));
    return row && asNumber(row[0]);
  }

  /** What the next level does not have yet and begins before `to`. */
  unfoldedParts(level: RollupLevel, track: number, to: number): readonly Part[] {
    return this.#connection
      .prepare(`SELECT ${TIME}, data FROM ${nameOf(level)} WHERE folded = 0 AND ${WINDOW} ORDER BY key`)
      .rows(...keysOf(track, 0, to))
      .map(([time, data]) => {
        const from = asNumber(time);
        return { key: keyOf(track, from), from, data: bytesIn(data) };
      });
  }

  dropParts(level: RollupLevel, parts: readonly Part[]): void {
    for (const { key } of parts) this.#connection.prepare(`DELETE FROM ${nameOf(level)} WHERE key = ?`).run(key);
  }

  /** When the first block begins that has something at or after `from`. */
  next(level: Level, track: number, from: number): number | undefined {
    const row = this.#connection
      .prepare(`SELECT ${TIME} FROM ${nameOf(level)} WHERE ${WINDOW} AND until >= ? ORDER BY key LIMIT 1`)
      .first(...keysOf(track, from - SPANS_MS[level] - SLACK_MS, Number.POSITIVE_INFINITY), from);
    return row && asNumber(row[0]);
  }

  /** When the oldest of all tracks begins. */
  oldest(level: Level): number | undefined {
    const [begin, end] = [firstKeyOf('track.id'), firstKeyOf('(track.id + 1)')];
    const first = `SELECT ${TIME} FROM ${nameOf(level)} WHERE key >= ${begin} AND key < ${end} ORDER BY key LIMIT 1`;
    const row = this.#connection.prepare(`SELECT min((${first})) FROM track`).first();
    return typeof row?.[0] === 'number' ? row[0] : undefined;
  }

  /** Drops blocks of a track all of which is older. @returns How many samples were in them. */
  dropBefore(level: Level, track: number, before: number): number {
    const { prepare } = this.#connection;
    const last = before - BUCKETS_MS[level];
    const keys = keysOf(track, 0, before);
    let dropped = 0;
    if (level === 0) {
      const row = prepare(`SELECT sum(count) FROM block WHERE ${WINDOW} AND until <= ?`).first(...keys, last);
      dropped = typeof row?.[0] === 'number' ? row[0] : 0;
      if (dropped === 0) return 0;
    }
    prepare(`DELETE FROM ${nameOf(level)} WHERE ${WINDOW} AND until <= ?`).run(...keys, last);
    return dropped;
  }

  /** From when on levels are whole. */
  kept(): KeptFrom {
    const kept = { 0: 0, 1: 0, 2: 0, 3: 0 };
    const rows = this.#connection.prepare('SELECT level, since FROM kept').rows();
    for (const level of LEVELS) {
      const row = rows.find(([one]) => one === level);
      if (row) kept[level] = asNumber(row[1]);
    }
    return kept;
  }

  keepFrom(level: Level, since: number): void {
    if (this.kept()[level] >= since) return;
    this.#connection.prepare('INSERT OR REPLACE INTO kept (level, since) VALUES (?, ?)').run(level, since);
  }
}

/**
 * Drops what is too old or too much, in pieces between which everything else is written.
 *
 * The budget is for the database itself; its log, of 16 MiB after a burst of writing, comes on top.
 */

import type { SealOrder, WalkProgress } from '../blocks/put-away.js';
import { BUCKETS_MS, LEVELS, type Level } from '../levels.js';
import { type Retention, type RetentionResult, ROLLUPS_KEPT_MS } from '../store.js';
import type { ReadVerbs, WriteVerbs } from './verbs.js';
import type { WorkerClient } from './worker-client.js';

/** Rows that one piece drops: some 10 ms of work. */
const PIECE_ROWS = 2000;
const PIECE_PAGES = 500;
/** Of the time that a level reaches back, what is given up at once when the budget is exceeded. */
const BUDGET_SHARE = 0.05;
/** After so many shares hardly anything of a level would be left. */
const BUDGET_ROUNDS = 100;

/** So much that is free stays with the database, for what comes next; more is given back. */
const LEAST_FREE_BYTES = 64 * 2 ** 20;
const FREE_SHARE = 0.5;

/** Nothing of a level is older. */
const NEVER = Number.NEGATIVE_INFINITY;

export async function applyRetention(
  write: WorkerClient<WriteVerbs>,
  read: WorkerClient<ReadVerbs>,
  now: number,
  { rawMs, eventsMs, budgetBytes, rollupsMs = ROLLUPS_KEPT_MS }: Retention,
): Promise<RetentionResult> {
  const before = { 0: now - rawMs, 1: now - rollupsMs[1], 2: now - rollupsMs[2], 3: now - rollupsMs[3] };
  let samplesDropped = await dropSamples(write, now, before);
  const eventsDropped = await repeat(() => write.call('dropEvents', { before: now - eventsMs, limit: PIECE_ROWS }));
  await repeat(() => write.call('dropHandOvers', { before: now - eventsMs, limit: PIECE_ROWS }));
  await repeat(() => write.call('dropAlarms', { before: now - eventsMs, limit: PIECE_ROWS }));
  // Status and counts of polls are small, and what reports on either of the others want.
  await repeat(() => write.call('dropHistory', { before: now - Math.max(rawMs, eventsMs), limit: PIECE_ROWS }));

  let exceeded = false;
  for (const level of LEVELS) {
    let reached = NEVER;
    for (let round = 0; budgetBytes !== undefined && round < BUDGET_ROUNDS; round += 1) {
      const { usedBytes, oldest } = await read.call('usage', null);
      const begin = oldest[level];
      if (usedBytes <= budgetBytes || begin === null) break;
      exceeded = true;
      // Of a block that reaches beyond it nothing is dropped yet.
      reached = Math.max(reached, begin);
      reached = Math.trunc(reached + Math.max((now - reached) * BUDGET_SHARE, BUCKETS_MS[level])) + 1;
      const none = { 0: NEVER, 1: NEVER, 2: NEVER, 3: NEVER };
      samplesDropped += await dropSamples(write, now, { ...none, [level]: reached });
    }
  }
  const { usedBytes, freeBytes = 0 } = await read.call('usage', null);
  if (exceeded || freeBytes > Math.max(LEAST_FREE_BYTES, usedBytes * FREE_SHARE))
    while ((await write.call('shrink', { pages: PIECE_PAGES })) > 0);
  return { samplesDropped, eventsDropped };
}

/** What is dropped is rolled up before, as long as there is a coarser level to keep it. */
async function dropSamples(
  write: WorkerClient<WriteVerbs>,
  now: number,
  before: Readonly<Record<Level, number>>,
): Promise<number> {
  await sealSamples(write, now, { before });
  let total = 0;
  let fromTrack: number | undefined = 0;
  while (fromTrack !== undefined) {
    const { dropped, nextTrack }: { dropped: number; nextTrack?: number } = await write.call('dropSamples', {
      before,
      fromTrack,
    });
    total += dropped;
    fromTrack = nextTrack;
  }
  return total;
}

/** Over all tracks once. */
export async function sealSamples(
  write: WorkerClient<WriteVerbs>,
  now: number,
  what: SealOrder['what'],
): Promise<void> {
  let fromTrack: number | undefined = 0;
  while (fromTrack !== undefined) {
    const { nextTrack }: WalkProgress = await write.call('sealSamples', { now, fromTrack, what });
    fromTrack = nextTrack;
  }
}

async function repeat(piece: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const dropped = await piece();
    total += dropped;
    if (dropped < PIECE_ROWS) return total;
  }
}

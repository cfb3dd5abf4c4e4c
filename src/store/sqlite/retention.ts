/**
 * Drops what is too old or too much, in pieces between which everything else is written.
 *
 * The budget is for the database itself; its log, of 16 MiB after a burst of writing, comes on top.
 */
import type { Retention, RetentionResult } from '../store.js';
import type { ReadVerbs, WriteVerbs } from './verbs.js';
import type { WorkerClient } from './worker-client.js';

/** Rows that one piece drops: some 10 ms of work. */
const PIECE_ROWS = 2000;
const PIECE_PAGES = 500;
/** Of the time that samples reach back, what is given up at once when the budget is exceeded. */
const BUDGET_SHARE = 0.05;
/** After so many shares hardly anything would be left. */
const BUDGET_ROUNDS = 100;

export async function applyRetention(
  write: WorkerClient<WriteVerbs>,
  read: WorkerClient<ReadVerbs>,
  now: number,
  { rawMs, eventsMs, budgetBytes }: Retention,
): Promise<RetentionResult> {
  let samplesDropped = await dropSamples(write, now - rawMs);
  const eventsDropped = await repeat(() => write.call('dropEvents', { before: now - eventsMs, limit: PIECE_ROWS }));
  await repeat(() => write.call('dropHandOvers', { before: now - eventsMs, limit: PIECE_ROWS }));
  await repeat(() => write.call('dropAlarms', { before: now - eventsMs, limit: PIECE_ROWS }));
  // Status and counts of polls are small, and what reports on either of the others want.
  await repeat(() => write.call('dropHistory', { before: now - Math.max(rawMs, eventsMs), limit: PIECE_ROWS }));

  let exceeded = false;
  for (let round = 0; budgetBytes !== undefined && round < BUDGET_ROUNDS; round += 1) {
    const { usedBytes, oldestSample } = await read.call('usage', null);
    if (usedBytes <= budgetBytes || oldestSample === null) break;
    exceeded = true;
    const shareMs = Math.max((now - oldestSample) * BUDGET_SHARE, 1);
    samplesDropped += await dropSamples(write, Math.trunc(oldestSample + shareMs) + 1);
  }
  if (exceeded) while ((await write.call('shrink', { pages: PIECE_PAGES })) > 0);
  return { samplesDropped, eventsDropped };
}

async function dropSamples(write: WorkerClient<WriteVerbs>, before: number): Promise<number> {
  let total = 0;
  let fromTrack: number | undefined = 0;
  while (fromTrack !== undefined) {
    const { dropped, nextTrack }: { dropped: number; nextTrack?: number } = await write.call('dropSamples', {
      before,
      fromTrack,
      limit: PIECE_ROWS,
    });
    total += dropped;
    fromTrack = nextTrack;
  }
  return total;
}

async function repeat(piece: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const dropped = await piece();
    total += dropped;
    if (dropped < PIECE_ROWS) return total;
  }
}

/** Where the polls of an access stand, as told to another owner and taken from one. Pure. */
import type { AccessSpec } from '../../model/element.js';
import type { PollCursor } from '../../pool/holding/state.js';
import type { Job } from './job.js';
import { dueAt, numberFrom, type PollPlan, planAround } from './schedule.js';

/**
 * The first poll that falls due `aheadMs` from now or later; without it the first that is not done: one under way counts
 * as not done, for it would die with its owner.
 */
export function cursorOf(
  { plan, number, running }: Pick<Job, 'plan' | 'number' | 'running'>,
  nowMs: number,
  aheadMs: number | undefined,
): PollCursor {
  const next =
    aheadMs === undefined ? Math.max(0, running ? number : number + 1) : numberFrom(plan, nowMs + aheadMs, number + 1);
  return { intervalMs: plan.intervalMs, next, dueInMs: dueAt(plan, next) - nowMs };
}

/** The rhythm that a cursor tells, where it fits; otherwise the access begins anew. */
export function startFrom(
  cursor: PollCursor | undefined,
  { intervalMs }: AccessSpec,
  nowMs: number,
): { readonly plan: PollPlan; readonly number: number } | undefined {
  if (cursor?.intervalMs !== intervalMs || !isSound(cursor)) return undefined;
  return { plan: planAround(cursor.next, nowMs + cursor.dueInMs, intervalMs), number: cursor.next - 1 };
}

const isSound = ({ next, dueInMs }: PollCursor): boolean =>
  Number.isSafeInteger(next) && next >= 0 && Number.isFinite(dueInMs);

/** Whether somebody has polled what these accesses leave to the next owner. */
export const isFurther = (cursors: readonly PollCursor[], jobs: readonly Job[]): boolean =>
  jobs.some(({ index, until }) => (cursors[index]?.next ?? 0) > until);

/**
 * Sets the timer of every access for its next poll, and lets all of them stand while polling is held.
 *
 * ```
 *            begin, resume, goOn                       due
 *   waiting ────────────────────▶ armed ──────────────────────────▶ polled, and armed for the next
 *      ▲                            │ due while polling is held, or  │ the next is another's (`until`)
 *      └────────────────────────────┘ found to be far too late       ▼
 *                                                                   ended
 * ```
 */
import type { Env } from '../../base/env.js';
import type { Job } from './job.js';
import { backOffStride, dueAt, nextNumber, overdue, patienceOf } from './schedule.js';
import { Turns } from './turns.js';

/** Why nothing is polled: a person's pause, or that the manager does not know whether it may. */
export type Hold = 'pause' | 'suspension';

/** What came of polls that fell due while nobody polled. */
export interface MadeUp {
  /** Begun at once: the last number of each access that fell due. */
  readonly madeUp: number;
  /** Fell due before that one, and nobody polls them any more. */
  readonly missed: number;
}

export const sumOf = (parts: readonly MadeUp[]): MadeUp => ({
  madeUp: parts.reduce((sum, one) => sum + one.madeUp, 0),
  missed: parts.reduce((sum, one) => sum + one.missed, 0),
});

export interface PollTimerParts {
  readonly env: Pick<Env, 'clock'>;
  /** By how much a poll may wait for others at most, milliseconds; see {@link patienceOf}. Default 0: each is made when it is due. */
  readonly togetherMs?: number | undefined;
  /** A poll is to begin. Without a due time it is a first look, which has no number. */
  readonly onDue: (job: Job, dueMs: number | undefined) => void;
  /** The next poll would be another's. */
  readonly onEnded: (job: Job) => void;
  /** A poll began so much too late that the process stood still; polling is suspended already. */
  readonly onStoodStill: (lateMs: number) => void;
}

export class PollTimer {
  readonly #parts: PollTimerParts;
  readonly #turns: Turns;
  readonly #holds = new Set<Hold>();
  #isClosed = false;
  #newcomers = 0;
  /** Lateness beyond which polling suspends itself; undefined: however late, polls are made. */
  standstillMs: number | undefined;

  constructor(parts: PollTimerParts) {
    this.#parts = parts;
    this.#turns = new Turns(parts.env.clock);
  }

  get isHeld(): boolean {
    return this.#holds.size > 0;
  }

  /** Accesses that wait for their first look. */
  get newcomers(): number {
    return this.#newcomers;
  }

  hold(hold: Hold): void {
    this.#holds.add(hold);
  }

  /** Polling may begin again, unless it is held for another reason, too. @returns Whether it does. */
  lift(hold: Hold): boolean {
    this.#holds.delete(hold);
    return !this.isHeld;
  }

  /** A first look after `delayMs`, then the rhythm. */
  begin(job: Job, delayMs: number): void {
    if (!job.isPollable) return;
    this.#newcomers += 1;
    job.isNew = true;
    const { env, onDue } = this.#parts;
    job.timer = env.clock.after(delayMs, () => {
      this.#endFirst(job);
      if (this.isHeld) return;
      onDue(job, undefined);
      this.arm(job);
    });
  }

  /** Goes on after `job.number`: the last poll that fell due since is made at once. */
  resume(job: Job): MadeUp {
    this.#endFirst(job);
    const nothing = { madeUp: 0, missed: 0 };
    if (!job.isPollable || job.gone || this.isHeld) return nothing;
    const { last, before } = this.#overdue(job);
    if (last === undefined) {
      this.arm(job);
      return nothing;
    }
    job.number = last;
    this.#parts.onDue(job, dueAt(job.plan, last));
    this.arm(job);
    return { madeUp: 1, missed: before };
  }

  /** Goes on with what falls due from now on. @returns How many polls fell due and are left out. */
  skip(job: Job): number {
    this.#endFirst(job);
    if (!job.isPollable || job.gone || this.isHeld) return 0;
    const { last, before } = this.#overdue(job);
    if (last !== undefined) job.number = last;
    this.arm(job);
    return last === undefined ? 0 : before + 1;
  }

  arm(job: Job): void {
    job.timer = undefined;
    if (job.gone || this.#isClosed || !job.isPollable) return;
    const { env, onEnded, togetherMs = 0 } = this.#parts;
    const nowMs = env.clock.monotonic();
    const number = nextNumber(job.plan, nowMs, job.number, this.#strideOf(job));
    if (number >= job.until) {
      job.isEnded = true;
      onEnded(job);
      return;
    }
    const dueMs = dueAt(job.plan, number);
    const patienceMs = patienceOf(job.plan.intervalMs, togetherMs);
    job.timer = this.#turns.at(dueMs, patienceMs, () => this.#due(job, number, dueMs, patienceMs));
  }

  cancel(job: Job): void {
    this.#endFirst(job);
  }

  /** Nothing is armed any more. */
  close(jobs: Iterable<Job>): void {
    this.#isClosed = true;
    for (const job of jobs) this.cancel(job);
  }

  #due(job: Job, number: number, dueMs: number, patienceMs: number): void {
    job.timer = undefined;
    const lateMs = this.#parts.env.clock.monotonic() - dueMs - patienceMs;
    if (!this.isHeld && this.standstillMs !== undefined && lateMs > this.standstillMs) {
      this.hold('suspension');
      this.#parts.onStoodStill(lateMs);
      return;
    }
    if (this.isHeld) return;
    job.number = number;
    this.#parts.onDue(job, dueMs);
    this.arm(job);
  }

  #overdue(job: Job): ReturnType<typeof overdue> {
    return overdue(job.plan, [job.number + 1, job.until], this.#parts.env.clock.monotonic(), this.#strideOf(job));
  }

  #strideOf(job: Job): number {
    return backOffStride(job.failures, job.plan.intervalMs);
  }

  #endFirst(job: Job): void {
    job.timer?.cancel();
    job.timer = undefined;
    if (job.isNew) this.#newcomers = Math.max(0, this.#newcomers - 1);
    job.isNew = false;
  }
}

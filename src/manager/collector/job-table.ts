/** The accesses that are polled, by element; which of them a new definition leaves as they are, and which begin anew. */
import type { ThresholdState } from '../../assess/thresholds.js';
import { PtpError } from '../../base/errors.js';
import type { AccessKey, AccessSpec } from '../../model/element.js';
import { accessKey } from '../../model/element.js';
import type { ElementWork } from './element-work.js';
import { isSameSpec, type Job, newJob, predecessorOf } from './job.js';
import { type MethodChoice, methodFor } from './method-choice.js';
import { type PollPlan, phaseOf } from './schedule.js';

export interface NewAccess {
  readonly key: AccessKey;
  readonly spec: AccessSpec;
  readonly index: number;
  /** Of the access in whose place it comes. */
  readonly memory: unknown;
  readonly thresholds?: ThresholdState | undefined;
}

/** How a new access begins; what is left out is that of one never polled. */
export type Beginning = Partial<Pick<Job, 'plan' | 'number' | 'failures' | 'costMs'>>;

export class JobTable {
  readonly #choice: MethodChoice;
  readonly #originMs: number;
  readonly #onForgotten: (key: AccessKey) => void;
  readonly #jobs = new Map<AccessKey, Job>();
  readonly #ordinals = new Map<number, number>();

  /** @param onForgotten Told of an access that goes while others are asked why it does not answer. */
  constructor(choice: MethodChoice, originMs: number, onForgotten: (key: AccessKey) => void) {
    this.#choice = choice;
    this.#originMs = originMs;
    this.#onForgotten = onForgotten;
  }

  all(): Job[] {
    return [...this.#jobs.values()];
  }

  get(key: AccessKey): Job | undefined {
    return this.#jobs.get(key);
  }

  get costPerSecond(): number {
    let sum = 0;
    for (const { costMs, spec, isPollable } of this.#jobs.values())
      if (isPollable) sum += (costMs * 1000) / spec.intervalMs;
    return sum;
  }

  /** In the order of the accesses. */
  of(work: ElementWork): Job[] {
    return work.element.access.flatMap((_, index) => this.#jobs.get(accessKey(work.name, index)) ?? []);
  }

  /**
   * Jobs of accesses that are new or changed since `former`; an access that stayed as it was keeps its job, and one that
   * reads the same thing in another way goes on where that left off.
   */
  define(work: ElementWork, former: readonly Job[], begin: (access: NewAccess) => Beginning): Job[] {
    const wanted = work.element.access.map((spec, index) => ({ spec, index, key: accessKey(work.name, index) }));
    const kept = new Set(
      former.flatMap(({ key, spec }) =>
        wanted.some((one) => one.key === key && isSameSpec(one.spec, spec)) ? [key] : [],
      ),
    );
    const left = former.filter(({ key }) => !kept.has(key));
    const added = wanted
      .filter(({ key }) => !kept.has(key))
      .map((one) => {
        const before = predecessorOf(one, left)?.key;
        return { ...one, memory: work.memoryOf(before), thresholds: work.takeThresholds(before) };
      });
    for (const job of left)
      this.remove(job, new PtpError('Server.Unavailable', `${work.name} is polled in another way from now on`));
    return added.map((access) => {
      const { spec, index, key } = access;
      const begun = begin(access);
      const plan = begun.plan ?? this.#spread(spec.intervalMs);
      const isPollable = methodFor(this.#choice, spec) !== undefined;
      const job = newJob({ ...begun, plan, key, work, spec, index, isPollable });
      this.#jobs.set(key, job);
      return job;
    });
  }

  /** Ends the poll that runs, if any; what it brings is not taken. */
  remove(job: Job, reason: PtpError): void {
    job.gone = true;
    job.abort?.abort(reason);
    if (job.work.elsewhereOf(job.key)) this.#onForgotten(job.key);
    job.work.forgetAccess(job.key);
    this.#jobs.delete(job.key);
  }

  #spread(intervalMs: number): PollPlan {
    const ordinal = this.#ordinals.get(intervalMs) ?? 0;
    this.#ordinals.set(intervalMs, ordinal + 1);
    return { originMs: this.#originMs, phaseMs: phaseOf(ordinal, intervalMs), intervalMs };
  }
}

/** One access of one element in the schedule. */
import { isDeepStrictEqual } from 'node:util';
import type { Timer } from '../../base/env.js';
import type { Ending } from '../../base/time-limit.js';
import type { AccessKey, AccessSpec } from '../../model/element.js';
import { FIRST_COST_MS, type MeanEffort } from './cost.js';
import type { ElementWork } from './element-work.js';
import type { PollPlan } from './schedule.js';
import type { PollOutcome } from './try-access.js';

/** A poll that has been made. `stored` resolves when it is on disk and visible, or given up: polling does not wait. */
export interface Polled {
  readonly outcome: PollOutcome;
  readonly stored: Promise<boolean>;
}

export interface Job {
  readonly key: AccessKey;
  readonly work: ElementWork;
  readonly spec: AccessSpec;
  /** Position of the access within its element. */
  readonly index: number;
  /** This manager has the method. An access that it cannot poll keeps its rhythm for an owner that can. */
  readonly isPollable: boolean;
  readonly plan: PollPlan;
  timer: Timer | undefined;
  /** Of the poll that was begun or left out last; one below the first that is this manager's. */
  number: number;
  /** Polls with this number and above are the next owner's. */
  until: number;
  /** All below `until` have been begun. */
  isEnded: boolean;
  /** Waits for its first look, which has no number. */
  isNew: boolean;
  /** Polled by this manager since it owns the element. */
  isBegun: boolean;
  /** The poll that runs now; a poll never overlaps itself. */
  running: Promise<Polled> | undefined;
  /** Ends the poll that runs now. */
  abort: Ending | undefined;
  /** Of the latest poll. */
  stored: Promise<boolean> | undefined;
  failures: number;
  /** Failed polls of the schedule that others have not been heard about yet. */
  unjudged: number;
  costMs: number;
  /** Of a poll besides its cost; undefined before the first. */
  effort: MeanEffort | undefined;
  gone: boolean;
}

export const newJob = (
  of: Pick<Job, 'key' | 'work' | 'spec' | 'index' | 'isPollable' | 'plan'> &
    Partial<Pick<Job, 'number' | 'failures' | 'costMs'>>,
): Job => ({
  number: -1,
  failures: 0,
  costMs: FIRST_COST_MS,
  ...of,
  timer: undefined,
  until: Number.POSITIVE_INFINITY,
  isEnded: false,
  isNew: false,
  isBegun: false,
  running: undefined,
  abort: undefined,
  stored: undefined,
  effort: undefined,
  unjudged: 0,
  gone: false,
});

export const isSameSpec = (one: object, other: object): boolean => isDeepStrictEqual(one, other);

/** The access whose place another takes: one that reads the same thing, else the one in its position. */
export function predecessorOf<Access extends { readonly spec: AccessSpec; readonly index: number }>(
  { spec, index }: { readonly spec: AccessSpec; readonly index: number },
  former: readonly Access[],
): Access | undefined {
  const alike = former.filter((one) => one.spec.method === spec.method);
  return (
    alike.find((one) => one.index === index && isSameSpec(one.spec.options, spec.options)) ??
    alike.find((one) => isSameSpec(one.spec.options, spec.options)) ??
    alike.find((one) => one.index === index)
  );
}

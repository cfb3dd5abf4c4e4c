/** What is looked at and judged of the elements that are polled here besides the polls of the schedule. */
import type { Env } from '../../base/env.js';
import type { ElementName } from '../../model/element.js';
import type { MaintenanceWindow, SetMaintenance } from '../../model/maintenance.js';
import type { ElementState } from '../../store/store.js';
import type { ElementReach } from './element-reach.js';
import type { ElementWork } from './element-work.js';
import type { OwnedElements } from './owned-elements.js';
import type { PollMaker } from './poll-maker.js';
import type { PollTimer } from './poll-timer.js';

export interface ElementReviewParts {
  readonly env: Env;
  readonly elements: Pick<OwnedElements, 'get' | 'all' | 'jobsOf'>;
  readonly maker: Pick<PollMaker, 'poll' | 'review'>;
  readonly timer: Pick<PollTimer, 'isHeld' | 'arm' | 'cancel'>;
  /** See `CollectorParts`. */
  readonly onPolled?: (element: ElementName, how: { readonly isJudged: boolean }) => void;
}

/** An element is not polled more often than this out of turn. */
const LOOK_GAP_MS = 2_000;

/** Windows of an element, and the one in which it is as it is shown. */
export interface ElementMaintenance {
  readonly windows: readonly MaintenanceWindow[];
  readonly window: MaintenanceWindow | undefined;
  /** Those that people set. */
  readonly set: SetMaintenance | undefined;
}

export class ElementReview {
  readonly #parts: ElementReviewParts;
  /** Monotonic time of the latest poll out of turn. */
  readonly #lookedMs = new WeakMap<ElementWork, number>();

  constructor(parts: ElementReviewParts) {
    this.#parts = parts;
  }

  /** As its polls say; undefined where nobody polls it here. While polling is held, what was known before. */
  reachOf(name: ElementName): Pick<ElementReach, 'state' | 'answeredMs'> | undefined {
    const { elements } = this.#parts;
    const work = elements.get(name);
    const isPolled = work && elements.jobsOf(work).some(({ isPollable }) => isPollable);
    return isPolled ? work.reach : undefined;
  }

  /** As its polls said last, whether it is polled just now or not. */
  stateOf(name: ElementName): ElementReach['state'] | undefined {
    return this.#parts.elements.get(name)?.reach.state;
  }

  /**
   * Polls it out of turn, unless that runs already, or was done a moment ago.
   * @param isNew There is reason to believe that it answers again: it is polled at its usual pace from now on.
   */
  lookAt(name: ElementName, isNew = false): void {
    const { env, elements, maker, timer } = this.#parts;
    const work = elements.get(name);
    const nowMs = env.clock.monotonic();
    if (!work || timer.isHeld || nowMs - (this.#lookedMs.get(work) ?? Number.NEGATIVE_INFINITY) < LOOK_GAP_MS) return;
    this.#lookedMs.set(work, nowMs);
    for (const job of elements.jobsOf(work)) {
      if (!job.isPollable || job.running) continue;
      if (isNew && job.timer) {
        job.failures = Math.min(job.failures, 1);
        timer.cancel(job);
        timer.arm(job);
      }
      void maker.poll(job);
    }
  }

  maintenanceOf(name: ElementName): ElementMaintenance | undefined {
    return this.#parts.elements.get(name)?.maintenance;
  }

  /** Elements that have any window, past ones included. */
  withWindows(): readonly { readonly name: ElementName; readonly maintenance: ElementMaintenance }[] {
    return this.#parts.elements
      .all()
      .flatMap(({ name, maintenance }) =>
        maintenance.windows.length > 0 || maintenance.window ? { name, maintenance } : [],
      );
  }

  /**
   * Judges an element anew by what time it is. @returns False where what came of it could not be stored.
   * @param set Windows from now on; kept, whether they change anything now or not.
   */
  async judge(name: ElementName, set?: SetMaintenance): Promise<boolean> {
    const { elements, maker } = this.#parts;
    const work = elements.get(name);
    const [job] = work ? elements.jobsOf(work) : [];
    if (!work || !job) return false;
    if (set) work.plan(set);
    return (await maker.review(job, set !== undefined)) ?? true;
  }

  /** What somebody has pushed of an element that nobody polls is on disk: it goes with the element wherever that goes. */
  pushed({ element, status, since, reason, latest }: ElementState): void {
    const { elements, onPolled } = this.#parts;
    const work = elements.get(element);
    if (!work) return;
    const shown = { status, since, ...(reason !== undefined && { reason }) };
    work.adopt({ ...work.content([]), shown, latest });
    work.isChanged = true;
    onPolled?.(element, { isJudged: true });
  }
}

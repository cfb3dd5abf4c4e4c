/** The status of an element as it is shown, by reach and thresholds together, and since when. */
import { type Standing, statusWith } from '../../assess/element-status.js';
import type { ReachState } from '../../assess/status.js';
import type { ShownStatus } from '../pool/bundle/content.js';

export class Appearance {
  /** As it was shown last: what has not changed since did not begin anew. */
  #former: ShownStatus;
  #shown: ShownStatus & { readonly reason?: string };

  constructor(reach: ReachState, former: ShownStatus | undefined) {
    this.#former = former ?? reach;
    this.#shown = reach;
  }

  get shown(): ShownStatus & { readonly reason?: string } {
    return this.#shown;
  }

  /** What was kept of it comes piece by piece. */
  recall(reach: ReachState, standing: readonly Standing[], former = this.#former): void {
    this.#former = former;
    this.#shown = this.#of(reach, standing, reach.since);
  }

  /** All that was kept is there. */
  settle(): void {
    this.#former = this.#shown;
  }

  /** Something has been found out. */
  change(reach: ReachState, standing: readonly Standing[], nowMs: number): void {
    this.#shown = this.#of(reach, standing, nowMs);
    this.#former = this.#shown;
  }

  #of(reach: ReachState, standing: readonly Standing[], changedMs: number): ShownStatus & { readonly reason?: string } {
    const { status, reason } = statusWith(reach, standing);
    const since = status === this.#former.status ? this.#former.since : changedMs;
    return { status, since, ...(reason !== undefined && { reason }) };
  }
}

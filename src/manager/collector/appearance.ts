/** The status of an element as it is shown, by reach, thresholds and maintenance together, and since when. */
import { type ReasonedStatus, type Standing, statusWith } from '../../assess/element-status.js';
import { NOTHING_SET, newer, windowAt, windowsOf } from '../../assess/maintenance.js';
import type { ReachState } from '../../assess/status.js';
import type { Alarm } from '../../model/alarm.js';
import type { ManagedElement } from '../../model/element.js';
import type { MaintenanceWindow, SetMaintenance } from '../../model/maintenance.js';
import type { ShownStatus } from '../pool/bundle/content.js';

export class Appearance {
  /** As it was shown last: what has not changed since did not begin anew. */
  #former: ShownStatus;
  #shown: ShownStatus & ReasonedStatus;
  #set: SetMaintenance = NOTHING_SET;
  #windows: readonly MaintenanceWindow[];
  /** Wall clock of what is shown. */
  #nowMs: number;
  #window: MaintenanceWindow | undefined;
  /** Of an element that nobody polls. */
  #told: (ShownStatus & ReasonedStatus) | undefined;
  /** The worst open alarm that neither reach nor thresholds know of. It shows with the next change. */
  beside: Alarm | undefined;

  constructor(
    reach: ReachState,
    former: ShownStatus | undefined,
    { maintenance }: Pick<ManagedElement, 'maintenance'>,
    nowMs: number,
  ) {
    this.#former = former ?? reach;
    this.#shown = reach;
    this.#windows = windowsOf(maintenance, this.#set);
    this.#nowMs = nowMs;
  }

  get shown(): ShownStatus & ReasonedStatus {
    return this.#shown;
  }

  /** In which it is as it is shown. */
  get window(): MaintenanceWindow | undefined {
    return this.#window;
  }

  /** Those of the configuration, and those that people set. */
  get windows(): readonly MaintenanceWindow[] {
    return this.#windows;
  }

  /** Undefined where nobody ever set any. */
  get set(): SetMaintenance | undefined {
    return this.#set === NOTHING_SET ? undefined : this.#set;
  }

  /** What somebody has pushed of an element that nobody polls decides; undefined: polls do again. */
  tell(told: ShownStatus | undefined): void {
    this.#told = told && {
      status: told.status,
      since: told.since,
      ...(told.reason !== undefined && { reason: told.reason }),
    };
    if (this.#told) this.#shown = this.#told;
  }

  /** What people set, as it was kept or is now: the latest counts. It shows with the next change. */
  plan({ maintenance }: Pick<ManagedElement, 'maintenance'>, set: SetMaintenance = NOTHING_SET): void {
    this.#set = newer(this.#set, set);
    this.#windows = windowsOf(maintenance, this.#set);
  }

  /** What was kept of it comes piece by piece. */
  recall(reach: ReachState, standing: readonly Standing[], former = this.#former): void {
    this.#former = former;
    this.#show(reach, standing, reach.since);
  }

  /** All that was kept is there. */
  settle(): void {
    this.#former = this.#shown;
  }

  /** Something has been found out. */
  change(reach: ReachState, standing: readonly Standing[], nowMs: number): void {
    this.#nowMs = nowMs;
    this.#show(reach, standing, nowMs);
    this.#former = this.#shown;
  }

  #show(reach: ReachState, standing: readonly Standing[], changedMs: number): void {
    this.#window = windowAt(this.#windows, this.#nowMs);
    if (this.#told) return;
    const { status, reason } = statusWith(reach, standing, this.#window, this.beside);
    const since = status === this.#former.status ? this.#former.since : changedMs;
    this.#shown = { status, since, ...(reason !== undefined && { reason }) };
  }
}

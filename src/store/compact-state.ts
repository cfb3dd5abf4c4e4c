/** The state of an element whose latest values lie closely until somebody looks at them. */
import type { ElementName } from '../model/element.js';
import type { Measured } from '../model/measured.js';
import type { MetricValue } from '../model/ptp-store.js';
import type { Status } from '../model/status.js';
import type { ElementState } from './store.js';

export class CompactState implements ElementState {
  readonly element: ElementName;
  readonly status: Status;
  readonly since: number;
  readonly reason?: string;
  readonly kept: readonly MetricValue[];
  readonly measured: readonly Measured[];

  constructor(
    { element, status, since, reason }: Pick<ElementState, 'element' | 'status' | 'since' | 'reason'>,
    kept: readonly MetricValue[],
    measured: readonly Measured[],
  ) {
    this.element = element;
    this.status = status;
    this.since = since;
    if (reason !== undefined) this.reason = reason;
    this.kept = kept;
    this.measured = measured;
  }

  /** Each once: of several of one name the last. */
  get latest(): readonly MetricValue[] {
    const all = [...this.kept, ...this.measured.flatMap((one) => [...one])];
    if (this.measured.length + (this.kept.length > 0 ? 1 : 0) < 2) return all;
    return [...new Map(all.map((value) => [`${value.name}\n${value.instance}`, value])).values()];
  }
}

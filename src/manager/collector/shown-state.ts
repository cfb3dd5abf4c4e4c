/** The state of an element as it is shown: its latest values are made when somebody looks, those marked that are beyond a threshold. */
import type { Standing } from '../../assess/element-status.js';
import type { Measured } from '../../model/measured.js';
import type { MetricValue } from '../../model/ptp-store.js';
import { CompactState } from '../../store/compact-state.js';
import type { ElementState } from '../../store/store.js';
import { marked } from './element-thresholds.js';

export class ShownState extends CompactState {
  readonly #standing: readonly Standing[];

  constructor(
    of: Pick<ElementState, 'element' | 'status' | 'since' | 'reason'>,
    kept: readonly MetricValue[],
    measured: readonly Measured[],
    standing: readonly Standing[],
  ) {
    super(of, kept, measured);
    this.#standing = standing;
  }

  override get latest(): readonly MetricValue[] {
    return marked(super.latest, this.#standing);
  }
}

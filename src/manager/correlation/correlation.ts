/**
 * What a manager knows of elements beyond each by itself: which are behind others, which of their alarms follow from
 * others, and which are in maintenance.
 */
import type { Elsewhere } from '../../assess/status.js';
import type { Alarm } from '../../model/alarm.js';
import type { AccessKey, ElementName } from '../../model/element.js';
import type { AlarmBook, Sparing } from '../alarms/alarm-book.js';
import type { FailedAccess, Others } from '../collector/others.js';
import type { ManagerCore } from '../core.js';
import { AlarmSparing } from './alarm-sparing.js';
import { type DependenceWatch, dependenceFor } from './dependence-watch.js';
import { MaintenanceWatch } from './maintenance-watch.js';

/** Nothing of it is looked at before something happens to an element. */
export type CorrelationCore = Pick<ManagerCore, 'env' | 'settings' | 'pool' | 'directory' | 'collector'> & {
  readonly alarms: AlarmBook;
};

export class Correlation implements Others {
  readonly #dependence: DependenceWatch;
  readonly #sparing: AlarmSparing;
  readonly #maintenance: MaintenanceWatch;

  constructor(core: CorrelationCore) {
    const review = () => core.collector.review;
    // The alarm of a root may be raised later than what follows from it is found.
    this.#dependence = dependenceFor(core, (element) => this.#sparing.refresh(element));
    this.#maintenance = new MaintenanceWatch({ env: core.env, review });
    this.#sparing = new AlarmSparing({
      review,
      definitionOf: (element) => core.collector.definitionOf(element),
      deviceOf: (element) => this.#dependence.deviceOf(element),
      alarms: () => core.alarms,
    });
  }

  failed(poll: FailedAccess): Elsewhere {
    return this.#dependence.failed(poll);
  }

  answered(key: AccessKey): void {
    this.#dependence.answered(key);
  }

  /** Whether people are spared of an alarm that has just been raised. */
  sparingOf(alarm: Alarm): Sparing {
    return this.#sparing.of(alarm);
  }

  /** What came of a poll, or of a judgement, is on disk and visible. */
  polled(element: ElementName): void {
    this.#maintenance.start();
    this.#sparing.refresh(element);
  }

  close(): void {
    this.#maintenance.close();
    this.#dependence.close();
  }
}

/** The alarms of a manager, as its operations see them. */
import type { Alarm, AlarmAction } from '../model/alarm.js';
import type { ElementName } from '../model/element.js';

export interface AlarmDesk {
  /** All that are open here as they may be shown: what is not on disk yet is not among them. */
  open(): readonly Alarm[];
  /** An open one. */
  get(id: string): Alarm | undefined;
  /** Open ones of an element. */
  ofElement(element: ElementName): readonly Alarm[];
  /**
   * Resolves when it is on disk here and at another manager, or it is known that no other can have it
   * ({@link Alarm.keptBy} is absent then).
   *
   * @throws PtpError `Client.NotFound` when it is not open here any more; `Store.Failed`.
   */
  acknowledge(id: string, action: AlarmAction): Promise<Alarm>;
  /** As {@link acknowledge}. */
  clear(id: string, action: AlarmAction): Promise<Alarm>;
}

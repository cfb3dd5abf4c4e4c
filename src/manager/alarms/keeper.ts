/** The seam through which every change of an alarm passes before anybody hears of it. */
import type { Alarm } from '../../model/alarm.js';

/**
 * Has changes of alarms written by a second manager. What it is given is on this manager's own disk already, or is being
 * brought there meanwhile; it counts (visible, told to people, answered to whoever asked for it) when both are done.
 */
export interface AlarmKeeper {
  /**
   * Resolves with the manager that has this version on disk as well, or with undefined where this one is alone with it;
   * within 2.5 s whatever happens to others. Never rejects. Changes of one element resolve in the order in which they are
   * given here, those of others wait for none of them. Of several versions of one alarm that wait only the last is sent.
   */
  keep(alarm: Alarm): Promise<string | undefined>;
}

/** Of a manager that has nobody to ask. */
export const ALONE: AlarmKeeper = { keep: async () => undefined };

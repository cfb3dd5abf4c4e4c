/**
 * What an alarm of an element follows from. Pure.
 *
 * | the element | its alarm | root |
 * |---|---|---|
 * | is behind another that is out | any | what is out |
 * | is out by itself | that it is out | none |
 * | is out by itself | any other: of an interface, a threshold, values that do not come | that it is out |
 * | runs on a device that is out, and is reached or looked at all the same | any | what the device follows from, or the device |
 * | answers | any | none |
 */
import type { AlarmRoot } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { ReachState } from '../status.js';
import type { Root, Verdict } from './dependence.js';

/** Key of the condition that an element is out. */
export const REACH_KEY = 'reach';

export interface AlarmedElement {
  readonly name: ElementName;
  readonly reach: Pick<ReachState, 'status' | 'reason' | 'behind'>;
  /** Id of its open alarm that it is out. */
  readonly alarm?: string;
  /** On the device that it runs on. */
  readonly device?: Verdict;
}

export function rootOfAlarm(key: string, { name, reach, alarm, device }: AlarmedElement): AlarmRoot | undefined {
  const { status, behind, reason } = reach;
  if (behind) return rootAt(behind, reason ?? `behind ${behind.element}`);
  if (status === 'down' || status === 'unreachable')
    return key === REACH_KEY
      ? undefined
      : { element: name, ...(alarm !== undefined && { alarm }), why: `${name} is ${status}` };
  return device?.is === 'behind' ? rootAt(device.root, device.why) : undefined;
}

const rootAt = ({ element, alarm }: Root, why: string): AlarmRoot => ({
  element,
  ...(alarm !== undefined && { alarm }),
  why,
});

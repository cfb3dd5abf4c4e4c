/** Which condition an event speaks of. Pure. */
import type { EventRule } from '../../config/settings.js';
import type { NewEvent } from '../../model/event.js';
import { ruleFor } from '../event-rules.js';
import { keyOf } from './bounds.js';

type Told = Pick<NewEvent, 'name' | 'severity' | 'source' | 'alarm'>;

/**
 * The key of the condition that an event raises, tells of again, or ends; undefined where it does none of that.
 *
 * Events of conditions that ptpmgr knows bring their key. Any other raises an alarm where a rule says `alarm`, by its name
 * and source; an event of severity `cleared` with the same name and source ends it. What a rule has ignored raises nothing;
 * what ends something ends it all the same, or it would stand for ever.
 */
export function conditionOf(event: Told, rules: readonly EventRule[]): string | undefined {
  const { name, severity, source, alarm } = event;
  if (severity !== 'cleared') {
    const actions = ruleFor(rules, event)?.actions ?? [];
    if (actions.includes('ignore') || (alarm === undefined && !actions.includes('alarm'))) return undefined;
  }
  return keyOf(alarm ?? `event ${name}${source === undefined ? '' : ` of ${source}`}`);
}

/** Conditions that the status of their element has counted already, before there is an alarm. */
const COUNTED = ['reach', 'access ', 'threshold '];

export const isCountedAlready = (key: string): boolean => COUNTED.some((one) => key.startsWith(one));

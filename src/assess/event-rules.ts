/** Which events are stored: `EVENTS/EVENT` of the configuration. Pure; the first rule that matches decides. */
import type { EventRule } from '../config/settings.js';
import type { NewEvent } from '../model/event.js';

/** A rule names whole event names by a regular expression, a severity, or both; without either it matches all. */
export function ruleFor(
  rules: readonly EventRule[],
  event: Pick<NewEvent, 'name' | 'severity'>,
): EventRule | undefined {
  return rules.find(
    (rule) =>
      (rule.name === undefined || patternOf(rule, rule.name).test(event.name)) &&
      (rule.severity === undefined || rule.severity === event.severity),
  );
}

/** Rules are looked at for every event, and live as long as their configuration. */
const patterns = new WeakMap<EventRule, RegExp>();

function patternOf(rule: EventRule, name: string): RegExp {
  const known = patterns.get(rule) ?? new RegExp(`^(?:${name})$`);
  patterns.set(rule, known);
  return known;
}

/** What no rule speaks of is stored. */
export const isStored = (rules: readonly EventRule[], event: Pick<NewEvent, 'name' | 'severity'>): boolean =>
  !ruleFor(rules, event)?.actions.includes('ignore');

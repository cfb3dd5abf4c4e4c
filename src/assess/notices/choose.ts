/** Whom the rules name: `EVENTS/EVENT action to` and `NOTIFY/DESTINATION`. Pure. */
import type { Destination, EventRule } from '../../config/settings.js';
import type { Severity } from '../../model/status.js';
import { ruleFor } from '../event-rules.js';

/** What is told to is called as the action that tells it. */
const TOLD = ['trap', 'webhook', 'syslog', 'smtp'] as const satisfies readonly Destination['type'][];

export const isTold = (type: Destination['type']): boolean => TOLD.some((one) => one === type);

/**
 * Ids of the destinations that an event or an alarm of that name and severity goes to, in the order of `NOTIFY`. The
 * first rule that matches decides: those that it names in `to`, or else all of the types that its actions name.
 */
export function destinationsFor(
  rules: readonly EventRule[],
  destinations: readonly Pick<Destination, 'id' | 'type'>[],
  told: { readonly name: string; readonly severity: Severity },
): readonly string[] {
  const rule = ruleFor(rules, told);
  if (!rule || rule.actions.includes('ignore')) return [];
  const { to, actions } = rule;
  return destinations
    .filter(({ id, type }) => isTold(type) && (to ? to.includes(id) : actions.some((action) => action === type)))
    .map(({ id }) => id);
}

/** Of an alarm: as it is now and, as who was told that it was bad is told that it is over, as the worst that it was. */
export function destinationsForAlarm(
  rules: readonly EventRule[],
  destinations: readonly Pick<Destination, 'id' | 'type'>[],
  { name, severity, worst }: { readonly name: string; readonly severity: Severity; readonly worst: Severity },
): readonly string[] {
  const severities = severity === 'cleared' || severity === worst ? [worst] : [severity, worst];
  const ids = new Set(severities.flatMap((one) => destinationsFor(rules, destinations, { name, severity: one })));
  return destinations.flatMap(({ id }) => (ids.has(id) ? [id] : []));
}

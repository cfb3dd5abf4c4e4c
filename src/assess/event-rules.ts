/** Which events are stored: `EVENTS/EVENT` of the configuration. Pure; the first rule that matches decides. */
import type { EventRule } from '../config/settings.js';
import type { NewEvent } from '../model/event.js';
import type { Severity } from '../model/status.js';

/** A rule names whole event names by a regular expression, a severity, or both; without either it matches all. */
export function ruleFor(
  rules: readonly EventRule[],
  { name, severity }: Pick<NewEvent, 'name' | 'severity'>,
): EventRule | undefined {
  const decided = decidedBy(rules);
  let ofName = decided.get(name);
  if (!ofName) {
    // Whoever makes up names does not fill the memory with them.
    if (decided.size >= MOST_NAMES) decided.clear();
    ofName = new Map();
    decided.set(name, ofName);
  }
  const known = ofName.get(severity);
  if (known !== undefined) return known.rule;
  const rule = rules.find((one) => (one.severity ?? severity) === severity && isNamed(one, name));
  ofName.set(severity, { rule });
  return rule;
}

interface Decision {
  readonly rule: EventRule | undefined;
}

/** Names of which it is remembered which rule decides: it is asked several times for every event. */
const MOST_NAMES = 1000;

type Decided = Map<string, Map<Severity, Decision>>;
/** By the rules of a configuration, which are never changed, and live as long as it does. */
const decisions = new WeakMap<readonly EventRule[], Decided>();
/** Of the rules that were asked last: mostly it is them again. */
let latest: { readonly rules: readonly EventRule[]; readonly decided: Decided } | undefined;

function decidedBy(rules: readonly EventRule[]): Decided {
  if (latest?.rules === rules) return latest.decided;
  const decided: Decided = decisions.get(rules) ?? new Map();
  decisions.set(rules, decided);
  latest = { rules, decided };
  return decided;
}

const patterns = new WeakMap<EventRule, RegExp>();

function isNamed(rule: EventRule, name: string): boolean {
  if (rule.name === undefined) return true;
  const pattern = patterns.get(rule) ?? new RegExp(`^(?:${rule.name})$`);
  patterns.set(rule, pattern);
  return pattern.test(name);
}

/** What no rule speaks of is stored. */
export const isStored = (rules: readonly EventRule[], event: Pick<NewEvent, 'name' | 'severity'>): boolean =>
  !ruleFor(rules, event)?.actions.includes('ignore');

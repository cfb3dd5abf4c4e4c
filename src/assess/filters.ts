/**
 * `FILTERS`: what is ignored, kept, renamed or scaled before it is stored.
 *
 * Filters are tried in the order of the configuration. `ignore` and `keep` decide and end it; `rename` and `scale`
 * change the value and go on with the next. What no filter decides on is kept.
 */
import { PtpError } from '../base/errors.js';
import type { Filter } from '../config/settings.js';
import type { ElementName } from '../model/element.js';

interface Filterable {
  readonly metric: string;
  readonly value: number | bigint | string;
}

interface Compiled {
  readonly rule: Filter;
  readonly metric: RegExp | undefined;
  readonly element: RegExp | undefined;
}

const compiled = new WeakMap<readonly Filter[], readonly Compiled[]>();

/**
 * Rates are derived before: a scaled counter would wrap at another width.
 *
 * @throws PtpError `Config.Invalid` for an expression that is none.
 */
export function applyFilters<Value extends Filterable>(
  rules: readonly Filter[],
  element: ElementName,
  values: readonly Value[],
): readonly Value[] {
  if (rules.length === 0) return values;
  const concerned = compile(rules).filter((one) => !one.element || one.element.test(element));
  if (concerned.length === 0) return values;
  return values.flatMap((value) => filterOne(concerned, value) ?? []);
}

function filterOne<Value extends Filterable>(filters: readonly Compiled[], value: Value): Value | undefined {
  let current = value;
  for (const { rule, metric } of filters) {
    if (metric && !metric.test(current.metric)) continue;
    if (rule.action === 'ignore') return undefined;
    if (rule.action === 'keep') return current;
    if (rule.action === 'scale') current = { ...current, value: scaled(current.value, rule.factor ?? 1) };
    else if (rule.to) current = { ...current, metric: metric ? current.metric.replace(metric, rule.to) : rule.to };
  }
  return current;
}

/** A bigint stays whole as long as the factor is. */
function scaled(value: number | bigint | string, factor: number): number | bigint | string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return value * factor;
  return Number.isSafeInteger(factor) ? value * BigInt(factor) : Number(value) * factor;
}

function compile(rules: readonly Filter[]): readonly Compiled[] {
  const known = compiled.get(rules);
  if (known) return known;
  const made = rules.map((rule) => ({ rule, metric: whole(rule.metric), element: whole(rule.element) }));
  compiled.set(rules, made);
  return made;
}

function whole(source: string | undefined): RegExp | undefined {
  if (source === undefined) return undefined;
  try {
    return new RegExp(`^(?:${source})$`, 's');
  } catch (cause) {
    throw new PtpError(
      'Config.Invalid',
      `a filter's "${source}" is not a regular expression; it would have to be one`,
      { cause },
    );
  }
}

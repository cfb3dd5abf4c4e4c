/**
 * `EVENT metric="..."`: what a value has come to say, by whatever method it is read. Told when a value begins to match,
 * not again while it does; so the values of the poll before are all that has to be remembered.
 */
import type { PollAnswer } from '../../access/access.js';
import { expanded, MOST_EVENTS } from '../../access/log/log-patterns.js';
import { compilePattern, runBounded } from '../../access/regex-limits.js';
import type { EventPattern } from '../../model/element.js';
import type { MetricValue } from '../../model/ptp-store.js';
import type { SampleValue } from '../../model/sample.js';

type AccessEvent = PollAnswer['events'][number];

/** Characters of a value that are looked at, and of an event's text. */
const MOST_TEXT = 2000;

/** @param before Finds the value that took this one's place. */
export function valueEvents(
  patterns: readonly EventPattern[],
  values: readonly MetricValue[],
  before: (value: MetricValue) => Pick<MetricValue, 'value'> | undefined,
): readonly AccessEvent[] {
  const watching = patterns.filter(({ metric }) => metric !== undefined);
  if (watching.length === 0) return [];
  const changes = values.flatMap((value) => {
    const [text, former] = [textOf(value.value), before(value)];
    const formerText = former && textOf(former.value);
    return text === formerText ? [] : [{ value, text, formerText }];
  });
  return watching
    .flatMap((pattern) => {
      const own = changes.filter(({ value }) => value.name === pattern.metric);
      if (own.length === 0) return [];
      const found = runBounded(() => matching(pattern, own));
      return found ? found.result : [tooSlow(pattern)];
    })
    .slice(0, MOST_EVENTS);
}

interface Change {
  readonly value: MetricValue;
  readonly text: string;
  readonly formerText: string | undefined;
}

function matching(pattern: EventPattern, changes: readonly Change[]): AccessEvent[] {
  const regex = compilePattern(pattern.regex);
  return changes.flatMap(({ value, text, formerText }) => {
    const match = regex.exec(text);
    if (!match || (formerText !== undefined && regex.test(formerText))) return [];
    const { name, instance } = value;
    const said =
      pattern.text === undefined
        ? `${name}${instance && ` of ${instance}`} is ${text}`
        : wordsOf(pattern.text, match, value);
    return [{ severity: pattern.severity, name: pattern.name ?? 'valueMatch', text: said.slice(0, MOST_TEXT) }];
  });
}

/** `$<instance>` is there whatever the expression's own groups are. */
const wordsOf = (template: string, match: RegExpExecArray, { instance }: MetricValue): string =>
  expanded(template, Object.assign(match, { groups: { instance, ...match.groups } }));

const tooSlow = ({ regex, metric = '' }: EventPattern): AccessEvent => ({
  severity: 'warning',
  name: 'patternTooSlow',
  text: `the expression "${regex}" takes too long on a value of ${metric}; it would have to be simpler (no repetition within a repetition)`,
});

const textOf = (value: SampleValue): string => String(value).slice(0, MOST_TEXT);

/** What pages of reports show of elements and groups: where they are shown, and their figures as people read them. */
import { parseElementName } from '../../model/element.js';
import type { Severity } from '../../model/status.js';
import type { Output } from '../../xml/messages/operations.js';
import { formatDuration, formatValue } from '../format.js';
import { directionOf, isState } from '../interfaces.js';
import { elementNameLink, link } from '../links.js';
import type { PageNode } from '../page-data.js';

type ReportEntry = Output<'getReport'>['reports'][number];
type ReportGroup = Output<'getReport'>['groups'][number];
interface Counted {
  readonly severity: Severity;
  readonly count: number;
}

/** Neither states, of which a mean says nothing, nor counters beside their rates; metric by metric. */
export function worthReading(figures: ReportEntry['metrics']): ReportEntry['metrics'] {
  const names = new Set(figures.map((one) => one.metric));
  const place = new Map([...names].map((name, index) => [name, index]));
  return figures
    .filter(({ metric }) => !isState(metric) && !names.has(`${metric}.rate`))
    .sort((a, b) => (place.get(a.metric) ?? 0) - (place.get(b.metric) ?? 0));
}

export const figureNode = ({ metric, instance, unit, ...figures }: Figures) =>
  ({
    metric,
    instance,
    count: formatValue(figures.count, '1'),
    minimum: formatValue(figures.minimum, unit),
    mean: formatValue(figures.mean, unit),
    maximum: formatValue(figures.maximum, unit),
    percentile95: formatValue(figures.percentile95, unit),
  }) satisfies PageNode;

type Figures = ReportEntry['metrics'][number];

/** Which of several it is, and of an interface which way. */
const whereOf = ({ metric, instance }: Pick<Figures, 'metric' | 'instance'>): string =>
  [instance, directionOf(metric) ?? ''].filter(Boolean).join(' ');

/** How coarse the coarsest of what was shown is; undefined where all comes from samples. */
export function coarsestOf(entries: readonly ReportEntry[]): string | undefined {
  const all = entries.flatMap(({ metrics, worst }) => [...metrics, ...(worst ? [worst] : [])]);
  const coarsest = all.reduce((most, { resolution = 0 }) => Math.max(most, resolution), 0);
  return coarsest > 0 ? formatDuration(coarsest * 1_000) : undefined;
}

const countOf = (counts: readonly Counted[], ...severities: readonly Severity[]): number =>
  counts.filter(({ severity }) => severities.includes(severity)).reduce((sum, { count }) => sum + count, 0);

/** The order is that of the reports. */
export function reportNode(entry: ReportEntry, base: string): PageNode {
  const known = entry.states.reduce((sum, state) => sum + state.seconds, 0);
  let start = 0;
  return {
    element: entry.element,
    href: elementNameLink(base, entry.element) ?? '',
    reportHref: link(base, '/report', { element: entry.element }),
    ...(parseElementName(entry.element) ?? {}),
    ...share(entry.availability),
    ...(entry.response
      ? {
          responseMean: formatValue(entry.response.mean, 'ms'),
          response95: formatValue(entry.response.percentile95, 'ms'),
        }
      : {}),
    polls: formatValue(entry.polls, '1'),
    failed: formatValue(entry.pollsFailed, '1'),
    severe: countOf(entry.alarms, 'major', 'critical'),
    mild: countOf(entry.alarms, 'indeterminate', 'warning', 'minor'),
    USED: entry.utilisation.map((one) => ({ of: one.of, ...figureNode(one), where: whereOf(one) })),
    ...(entry.worst && { WORST: { ...figureNode(entry.worst), where: whereOf(entry.worst) } }),
    STATE: entry.states.map(({ status, seconds }) => {
      const part = known > 0 ? (100 * seconds) / known : 0;
      const node = {
        status,
        start: `${start.toFixed(3)}%`,
        share: `${part.toFixed(3)}%`,
        time: formatDuration(seconds * 1_000),
      };
      start += part;
      return node;
    }),
  };
}

/** The least available first. */
export const groupNodes = (groups: readonly ReportGroup[]): PageNode[] =>
  groups.toSorted((a, b) => (a.availability ?? 2) - (b.availability ?? 2)).map(groupNode);

const groupNode = (group: ReportGroup): PageNode => ({
  name: group.name,
  elements: formatValue(group.elements, '1'),
  ...share(group.availability),
  polls: formatValue(group.polls, '1'),
  failed: formatValue(group.pollsFailed, '1'),
  severe: countOf(group.alarms, 'major', 'critical'),
  mild: countOf(group.alarms, 'indeterminate', 'warning', 'minor'),
  ...(group.acknowledged > 0 && { untilSeen: mean(group.acknowledgedSeconds, group.acknowledged) }),
  ...(group.cleared > 0 && { untilOver: mean(group.clearedSeconds, group.cleared) }),
});

const mean = (seconds: number, count: number): string => formatDuration((seconds / count) * 1_000);

const share = (availability: number | undefined): { readonly availability?: string } =>
  availability === undefined ? {} : { availability: percent(availability) };

/** Never rounded up to 100: what was not always there was not always there. */
function percent(part: number): string {
  if (part >= 1) return '100\u00a0%';
  const digits = part > 0.999 ? 3 : 2;
  return `${(Math.floor(part * 100 * 10 ** digits) / 10 ** digits).toFixed(digits)}\u00a0%`;
}

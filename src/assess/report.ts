/** The report on one element over a time, put together from what the store knows. */
import type { ElementName } from '../model/element.js';
import { SEVERITIES, STATUSES, type Status } from '../model/status.js';
import type { reportEntry } from '../xml/messages/parts.js';
import {
  type FigureName,
  figuresEntry,
  RESPONSE_PREFIX,
  type ReportFigures,
  utilisationOf,
  worstFigures,
} from './report-figures.js';
import { alarmFigures, type ReportedAlarm } from './report-groups.js';

export type ReportEntry = NonNullable<(typeof reportEntry)['value']>;

/** All of one element and within [from, to), milliseconds since 1970. */
export interface ReportParts {
  readonly element: ElementName;
  readonly label?: string;
  /** Id of the manager that answers for it. */
  readonly manager: string;
  readonly from: number;
  readonly to: number;
  /** Now. */
  readonly status: Status;
  /** Not overlapping; what they leave out is time in which the status was unknown. */
  readonly spans: readonly { readonly status: Status; readonly from: number; readonly to: number }[];
  readonly polls: number;
  readonly pollsFailed: number;
  readonly figures: readonly ReportFigures[];
  readonly events: readonly { readonly severity: string; readonly count: number }[];
  /** Raised within the window. */
  readonly alarms: readonly ReportedAlarm[];
  /** The metrics that the report is on, and by which figure of them elements are compared. */
  readonly on?: { readonly metrics: readonly string[]; readonly by: FigureName };
}

export function report(parts: ReportParts): ReportEntry {
  const { element, label, manager, from, to, status, polls, pollsFailed, figures } = parts;
  const timeMs = timeInStatus(parts);
  const share = availability(timeMs);
  const response = responseTime(figures);
  const { on } = parts;
  const worst =
    on &&
    worstFigures(
      figures.filter(({ metric }) => on.metrics.includes(metric)),
      on.by,
    );
  return {
    element,
    ...(label !== undefined && { label }),
    manager,
    from,
    to,
    status,
    ...(share !== undefined && { availability: share }),
    states: STATUSES.flatMap((one) => {
      const ms = timeMs.get(one) ?? 0;
      return ms > 0 ? [{ status: one, seconds: ms / 1000 }] : [];
    }),
    polls,
    pollsFailed,
    ...(response && { response }),
    metrics: figures.map(figuresEntry),
    utilisation: utilisationOf(figures),
    ...(worst && { worst }),
    events: eventCounts(parts.events),
    alarms: alarmFigures(parts.alarms).alarms,
  };
}

/** Sums to the length of the window: where nothing is known, the status was unknown. */
function timeInStatus({ from, to, spans }: Pick<ReportParts, 'from' | 'to' | 'spans'>): ReadonlyMap<Status, number> {
  const timeMs = new Map<Status, number>();
  const add = (status: Status, ms: number) => timeMs.set(status, (timeMs.get(status) ?? 0) + ms);
  let knownMs = 0;
  for (const span of spans) {
    const ms = Math.min(span.to, to) - Math.max(span.from, from);
    if (ms <= 0) continue;
    add(span.status, ms);
    knownMs += ms;
  }
  if (to - from > knownMs) add('unknown', to - from - knownMs);
  return timeMs;
}

/**
 * Share of the time in which it was neither down nor unreachable; undefined when never known. What nobody knew does not
 * count, nor does what was planned: maintenance stands apart, among the states.
 */
export function availability(timeMs: ReadonlyMap<Status, number>): number | undefined {
  let knownMs = 0;
  let availableMs = 0;
  for (const [status, ms] of timeMs) {
    if (status === 'unknown' || status === 'maintenance') continue;
    knownMs += ms;
    if (status !== 'down' && status !== 'unreachable') availableMs += ms;
  }
  return knownMs > 0 ? availableMs / knownMs : undefined;
}

/**
 * Over all methods by which the element is polled. With more than one, the percentile is the largest of theirs:
 * an upper bound, for percentiles cannot be joined.
 */
function responseTime(figures: readonly ReportFigures[]): ReportEntry['response'] {
  const times = figures.filter(({ metric, count }) => metric.startsWith(RESPONSE_PREFIX) && count > 0);
  if (times.length === 0) return undefined;
  const count = times.reduce((sum, one) => sum + one.count, 0);
  return {
    minimum: Math.min(...times.map((one) => one.minimum)),
    mean: times.reduce((sum, one) => sum + one.mean * one.count, 0) / count,
    maximum: Math.max(...times.map((one) => one.maximum)),
    percentile95: Math.max(...times.map((one) => one.percentile95)),
  };
}

/** Worst first; only severities that occurred. */
function eventCounts(events: ReportParts['events']): ReportEntry['events'] {
  return SEVERITIES.toReversed().flatMap((severity) => {
    const count = events.filter((one) => one.severity === severity).reduce((sum, one) => sum + one.count, 0);
    return count > 0 ? [{ severity, count }] : [];
  });
}

/**
 * Reports summed up by what people ask for: for a customer, a site, a manager, a kind or a type of element, how much of
 * the time what belongs to it was available, and what alarms it had. Pure.
 *
 * Of each group the sums are told, so that those of several managers can be added: an availability is of all its elements
 * together, each second of each of them alike.
 */
import type { Alarm, AlarmAction } from '../model/alarm.js';
import { SEVERITIES, type Status } from '../model/status.js';
import type { reportGroup } from '../xml/messages/parts.js';

export type ReportGroup = NonNullable<(typeof reportGroup)['value']>;

/** What the report on one element is summed up by. */
export interface GroupedReport {
  /** The groups that it belongs to; the empty name is that of those that belong to none. */
  readonly names: readonly string[];
  readonly states: readonly { readonly status: Status; readonly seconds: number }[];
  readonly polls: number;
  readonly pollsFailed: number;
  /** Raised within the time of the report. */
  readonly alarms: readonly ReportedAlarm[];
}

/** What a report says of an alarm. */
export interface ReportedAlarm extends Pick<Alarm, 'id' | 'worst' | 'raisedAt' | 'changedAt'> {
  readonly acknowledged?: Pick<AlarmAction, 'at'>;
  readonly cleared?: Pick<AlarmAction, 'at'>;
}

export type AlarmFigures = Pick<
  ReportGroup,
  'alarms' | 'acknowledged' | 'acknowledgedSeconds' | 'cleared' | 'clearedSeconds'
>;

/** By name. */
export function groupReports(reports: readonly GroupedReport[]): ReportGroup[] {
  return mergeGroups(
    reports.flatMap(({ names, states, polls, pollsFailed, alarms }) => {
      const known = states.filter(({ status }) => status !== 'unknown' && status !== 'maintenance');
      const available = known.filter(({ status }) => status !== 'down' && status !== 'unreachable');
      const group = {
        elements: 1,
        knownSeconds: sum(known, ({ seconds }) => seconds),
        availableSeconds: sum(available, ({ seconds }) => seconds),
        polls,
        pollsFailed,
        ...alarmFigures(alarms),
      };
      return [...new Set(names)].map((name): ReportGroup => ({ name, ...withShare(group) }));
    }),
  );
}

/** Those of the same name, from several managers, added. */
export function mergeGroups(groups: readonly ReportGroup[]): ReportGroup[] {
  const byName = new Map<string, ReportGroup[]>();
  for (const group of groups) {
    const same = byName.get(group.name);
    if (same) same.push(group);
    else byName.set(group.name, [group]);
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, same]) => {
      const added = (of: (group: ReportGroup) => number) => sum(same, of);
      return {
        name,
        ...withShare({
          elements: added(({ elements }) => elements),
          knownSeconds: added(({ knownSeconds }) => knownSeconds),
          availableSeconds: added(({ availableSeconds }) => availableSeconds),
          polls: added(({ polls }) => polls),
          pollsFailed: added(({ pollsFailed }) => pollsFailed),
          alarms: countsBySeverity(same.flatMap(({ alarms }) => alarms)),
          acknowledged: added(({ acknowledged }) => acknowledged),
          acknowledgedSeconds: added(({ acknowledgedSeconds }) => acknowledgedSeconds),
          cleared: added(({ cleared }) => cleared),
          clearedSeconds: added(({ clearedSeconds }) => clearedSeconds),
        }),
      };
    });
}

type Sums = Omit<ReportGroup, 'name' | 'availability'>;

const withShare = (sums: Sums): Omit<ReportGroup, 'name'> => ({
  ...sums,
  ...(sums.knownSeconds > 0 && { availability: sums.availableSeconds / sums.knownSeconds }),
});

/** By the worst that they have been; how long it took until somebody saw to them, and until they were over. */
export function alarmFigures(alarms: readonly ReportedAlarm[]): AlarmFigures {
  const seen = alarms.flatMap(({ raisedAt, acknowledged }) => (acknowledged ? [acknowledged.at - raisedAt] : []));
  const over = alarms.flatMap(({ raisedAt, cleared }) => (cleared ? [cleared.at - raisedAt] : []));
  return {
    alarms: countsBySeverity(alarms.map(({ worst }) => ({ severity: worst, count: 1 }))),
    acknowledged: seen.length,
    acknowledgedSeconds: sum(seen, (ms) => Math.max(0, ms) / 1000),
    cleared: over.length,
    clearedSeconds: sum(over, (ms) => Math.max(0, ms) / 1000),
  };
}

type AlarmCount = ReportGroup['alarms'][number];

/** Worst first; only severities that occurred. */
function countsBySeverity(counts: readonly AlarmCount[]): AlarmCount[] {
  return SEVERITIES.toReversed().flatMap((severity) => {
    const count = sum(
      counts.filter((one) => one.severity === severity),
      (one) => one.count,
    );
    return count > 0 ? [{ severity, count }] : [];
  });
}

const sum = <Row>(rows: readonly Row[], of: (row: Row) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);

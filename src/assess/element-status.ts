/**
 * The status of an element as it is shown: what its polls say of reach (`status.ts`), and what stands by its thresholds.
 *
 * Where it is not reached (down, unreachable, unknown) that decides: what its values said last says nothing of now.
 * Otherwise the worst of the two and of the open alarms that neither of them knows of (of traps and logs) counts, and all
 * give their reasons. In maintenance all of that is the reason only.
 */
import type { Alarm } from '../model/alarm.js';
import type { ThresholdSpec } from '../model/element.js';
import type { MaintenanceWindow } from '../model/maintenance.js';
import { type Status, URGENCY } from '../model/status.js';
import { windowWords } from './maintenance.js';
import type { ReachState } from './status.js';
import { rank, reasonOf, statusOf } from './threshold-words.js';

/** The severity and the words of what stands, by metric and instance. */
export type Standing = { readonly spec: ThresholdSpec; readonly instance: string };

/** Characters of an alarm in a reason. */
const LONGEST_SAID = 300;

/** With its reason. */
export interface ReasonedStatus {
  readonly status: Status;
  readonly reason?: string;
}

export const isSameStatus = (one: ReasonedStatus, other: ReasonedStatus): boolean =>
  one.status === other.status && one.reason === other.reason;

const UNREACHED: ReadonlySet<Status> = new Set<Status>(['down', 'unreachable', 'unknown']);

export function statusWith(
  reach: Pick<ReachState, 'status' | 'reason'>,
  standing: readonly Standing[],
  window?: MaintenanceWindow,
  beside?: Pick<Alarm, 'severity' | 'text'>,
): ReasonedStatus {
  const counted = withAlarm(withStanding(reach, standing), beside);
  return window ? maintained(window, counted) : counted;
}

function withAlarm(before: ReasonedStatus, alarm: Pick<Alarm, 'severity' | 'text'> | undefined): ReasonedStatus {
  const { status, reason } = before;
  if (!alarm || UNREACHED.has(status)) return before;
  const byAlarm = statusOf(alarm.severity);
  const said = alarm.text.length > LONGEST_SAID ? `${alarm.text.slice(0, LONGEST_SAID - 1)}…` : alarm.text;
  return {
    status: URGENCY[byAlarm] > URGENCY[status] ? byAlarm : status,
    reason: reason === undefined ? said : `${reason}; ${said}`,
  };
}

/** What it would be otherwise stands in the reason. */
function maintained(window: MaintenanceWindow, { status, reason }: ReasonedStatus): ReasonedStatus {
  const otherwise = status === 'normal' ? '' : `; otherwise ${status}${reason === undefined ? '' : `: ${reason}`}`;
  return { status: 'maintenance', reason: `in maintenance ${windowWords(window)}${otherwise}` };
}

function withStanding(reach: Pick<ReachState, 'status' | 'reason'>, standing: readonly Standing[]): ReasonedStatus {
  const { status, reason } = reach;
  const said = standing.length > 0 ? reasonOf(standing) : undefined;
  if (said === undefined || UNREACHED.has(status)) return { status, ...(reason !== undefined && { reason }) };
  const worst = standing.reduce(
    (most, { spec }) => (rank(spec.severity) > rank(most) ? spec.severity : most),
    standing[0]?.spec.severity ?? 'warning',
  );
  const byThreshold = statusOf(worst);
  return {
    status: URGENCY[byThreshold] > URGENCY[status] ? byThreshold : status,
    reason: reason === undefined ? said : `${reason}; ${said}`,
  };
}

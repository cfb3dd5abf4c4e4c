/**
 * The status of an element as it is shown: what its polls say of reach (`status.ts`), and what stands by its thresholds.
 *
 * Where it is not reached (down, unreachable, unknown) that decides: what its values said last says nothing of now.
 * Otherwise the worse of the two counts, and both give their reasons.
 */
import type { ThresholdSpec } from '../model/element.js';
import { type Status, URGENCY } from '../model/status.js';
import type { ReachState } from './status.js';
import { rank, reasonOf, statusOf } from './threshold-words.js';

/** The severity and the words of what stands, by metric and instance. */
export type Standing = { readonly spec: ThresholdSpec; readonly instance: string };

const UNREACHED: ReadonlySet<Status> = new Set<Status>(['down', 'unreachable', 'unknown']);

export function statusWith(
  reach: Pick<ReachState, 'status' | 'reason'>,
  standing: readonly Standing[],
): { readonly status: Status; readonly reason?: string } {
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

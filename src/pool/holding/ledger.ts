/**
 * The hand-over ledger (SPEC 7): what a move has cost, as far as the one that took the element can know.
 *
 * Handed over, nothing is missed: the giver polls everything below the taker's first numbers before it stops. It may poll
 * some of the taker's too, when the confirmation was lost or came late. The taker learns that from an offer that comes
 * again after it has begun: it says where the giver stood when it was sent. What the giver polled after its last offer
 * remains unknown, so `doubled` is the least that was.
 *
 * Taken over, the taker knows how far the dead owner had come when it sent its last bundle. What fell due since counts as
 * missed but for the one that is made up, although the owner may have polled some of it: `missed` is the most that was.
 */
import type { Epoch } from '../../model/manager.js';
import type { MemberId } from '../member.js';
import { madeUpFrom } from './cursors.js';
import type { Arrival, PollCursor } from './state.js';

/** A move as the ledger shows it. */
export interface LedgerEntry {
  readonly element: string;
  readonly from: MemberId | undefined;
  readonly to: MemberId;
  readonly reason: string;
  readonly epoch: Epoch;
  /** Over all accesses. */
  readonly pollsMissed: number;
  readonly pollsDoubled: number;
  /** From the order, or where that is not known from the offer, until it was polled by the taker. */
  readonly seconds: number;
}

export interface PollLosses {
  readonly missed: number;
  readonly doubled: number;
}

/**
 * @param cursors Those of the `poll` effect: as of when the taker began.
 * @param again Those of the latest offer that came although the taker had begun; as of its sending.
 */
export function lossesOf(
  arrival: Arrival,
  cursors: readonly PollCursor[],
  again: readonly PollCursor[] = [],
): PollLosses {
  if (arrival === 'start') return { missed: 0, doubled: 0 };
  const first = cursors.map(madeUpFrom);
  const missed = arrival === 'handOver' ? 0 : sum(cursors.map(({ next }, at) => (first[at] ?? next) - next));
  const doubled =
    again.length === first.length ? sum(again.map((cursor, at) => reached(cursor) - (first[at] ?? 0))) : 0;
  return { missed, doubled };
}

/** The number that its sender polls next: an offer names one that lies some intervals ahead of that. */
const reached = ({ intervalMs, next, dueInMs }: PollCursor): number =>
  next - Math.max(0, Math.ceil(dueInMs / intervalMs) - 1);

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + Math.max(0, count), 0);

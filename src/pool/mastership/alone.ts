/**
 * Two managers without a witness (`quorum="none"`): either goes on alone, so while they are apart both may be master.
 *
 * ```
 *   apart:   mastering (term 5) │ mastering (term 8)
 *   meeting: the lower-ranked steps down, and binds itself to the other for a lease ──▶ the other canvasses at once
 *   after:   mastering (term 9) ──everything, where the two differ──▶ following
 * ```
 *
 * Terms of the two never meet: each takes its own half of the numbers, so a term still has one master, and an entry of a
 * term still has one past. What does not hold is that what is confirmed stays: one disk is enough for that, and what the
 * one that yields has decided since the parting is given up (`undone`). By which of its decisions orders have gone out
 * nobody else knows. So every master gives new epochs to all when it begins (`node/steering/anew.ts`).
 */
import type { Durable } from '../decisions.js';
import { compareRanks, goesAlone, type MemberId, type Roster, voters } from '../member.js';
import type { Message } from '../messages.js';
import { send, stepDown } from './follow.js';
import { type Effect, type Mastership, promiseOf, timing } from './state.js';

type Of<Kind extends Message['is']> = Extract<Message, { is: Kind }>;

/** The first term from `least` on that only this one of the two ever masters. */
export function aloneTerm({ id, roster }: Mastership, least: number): number {
  const half = voters(roster).findIndex((voter) => voter.id === id) === 1 ? 1 : 0;
  return least % 2 === half ? least : least + 1;
}

/** How long it waits for the other before it goes on without: half a heartbeat. Longer than with a majority, for whoever does not wait makes two masters. */
export const bySelfMs = ({ heartbeatMs }: Pick<Roster, 'heartbeatMs'>): number => heartbeatMs / 2;

/** Whether decisions that were confirmed here may be others elsewhere: some were made alone, or may have been. */
export const mayDiffer = ({ durable: { base, entries } }: { readonly durable: Pick<Durable, 'base' | 'entries'> }) =>
  goesAlone(base.roster) || entries.some(({ decision }) => decision.is === 'roster' && goesAlone(decision.roster));

/** Takes back what was given out; `to` is what is left of it. */
export function undo(state: Mastership, to: number): Effect[] {
  state.confirmed = Math.min(state.confirmed, to);
  return [{ is: 'undone' }];
}

/**
 * Another says that it is master. A master that holds its lease compares ranks; undefined for one that is none, which
 * does as any voter.
 */
export function meetMaster(
  state: Mastership,
  from: MemberId,
  { sequence, rank }: Of<'renew'>,
  nowMs: number,
): Effect[] | undefined {
  const { mode, durable } = state;
  if (!rank || !goesAlone(state.roster) || mode.is !== 'mastering' || nowMs >= mode.leaseUntilMs) return undefined;
  if (compareRanks(rank, mode.rank) > 0) return yieldTo(state, from, nowMs);
  return send(from, { is: 'renewed', term: durable.term, sequence, promised: false, rank: mode.rank });
}

/** The other does not follow: it is master itself, or was, or knows of a later term. */
export function hearRefusal(
  state: Mastership,
  from: MemberId,
  { term, sequence, rank }: Of<'renewed'>,
  nowMs: number,
): Effect[] {
  const { mode, durable } = state;
  if (mode.is !== 'mastering') return [];
  if (!rank) return term > durable.term ? raise(state, term, nowMs) : [];
  if (compareRanks(rank, mode.rank) > 0) return mode.renewals.has(sequence) ? yieldTo(state, from, nowMs) : [];
  return term > state.beatenTerm ? raise(state, term, nowMs) : [];
}

/** Steps down before a master that ranks higher, votes for nobody else for a lease, and says so. */
function yieldTo(state: Mastership, to: MemberId, nowMs: number): Effect[] {
  const { mode, durable, roster } = state;
  if (mode.is !== 'mastering') return [];
  const { rank } = mode;
  const effects = stepDown(state, `has met ${to}, which ranks higher`, nowMs);
  state.promise = { holder: to, untilMs: nowMs + promiseOf(timing(roster).leaseMs) };
  return [...effects, ...send(to, { is: 'renewed', term: durable.term, sequence: 0, promised: false, rank })];
}

/** Takes a term above both, and keeps to what it has decided itself. */
export function raise(state: Mastership, term: number, nowMs: number): Effect[] {
  state.beatenTerm = Math.max(state.beatenTerm, term);
  const effects = stepDown(state, `takes a term above ${term}, which the other has come to`, nowMs);
  // Nobody counts on its lease but itself: it canvasses with the next tick, which is due now.
  state.promise = { holder: undefined, untilMs: nowMs };
  state.patientUntilMs = nowMs;
  state.keeps = true;
  return effects;
}

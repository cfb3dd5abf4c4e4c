/** What a master does: keeps its lease, and brings decisions to a majority of the voters. */
import type { Decision, Entry } from '../decisions.js';
import { goesAlone, isOneStep, type MemberId, majorityOf, type Rank, voters } from '../member.js';
import type { Message } from '../messages.js';
import { hearRefusal, raise } from './alone.js';
import { entryAt, termAt, tipOf } from './durable.js';
import { canStand, follow, giveOut, others, send, stepDown, write } from './follow.js';
import { type Effect, type Mastership, promiseOf, timing } from './state.js';

type Of<Kind extends Message['is']> = Extract<Message, { is: Kind }>;
type Mastering = Extract<Mastership['mode'], { is: 'mastering' }>;

/** Entries in one message. */
const MOST_ENTRIES = 64;
/** Renewals that are remembered while their answers are on the way: those of two leases. */
const MOST_RENEWALS = 16;

/** The winner's first act: an entry of its own term. Until that is confirmed it decides nothing. */
export function beginTerm(state: Mastership, rank: Rank, nowMs: number): Effect[] {
  const { term } = state.durable;
  const first = tipOf(state.durable).index + 1;
  const progress = new Map(others(state).map((id) => [id, { next: first, match: 0, sent: 0 }]));
  state.mode = {
    is: 'mastering',
    rank,
    sinceMs: nowMs,
    first,
    renewAtMs: nowMs,
    sequence: 0,
    renewals: new Map(),
    leaseUntilMs: Number.NEGATIVE_INFINITY,
    giveUpAtMs: nowMs + timing(state.roster).leaseMs,
    progress,
  };
  state.keeps = false;
  const began: Effect = { is: 'mastering', term, begins: true, why: 'a majority has voted' };
  return [began, ...append(state, [{ is: 'term' }]), ...renewLease(state, nowMs)];
}

/** Takes decisions of the acting master. A roster waits until the former one is confirmed. */
export function decide(state: Mastership, decisions: readonly Decision[], nowMs: number): Effect[] {
  const { mode, confirmed, rosterIndex } = state;
  if (mode.is !== 'mastering' || confirmed < mode.first || nowMs >= mode.leaseUntilMs) return [];
  const rosters = decisions.flatMap((decision) => (decision.is === 'roster' ? [decision.roster] : []));
  const [roster] = rosters;
  if (roster && (rosters.length > 1 || rosterIndex > confirmed || !isOneStep(state.roster, roster))) return [];
  const effects = append(state, decisions);
  if (roster) shortenLease(state, mode, nowMs);
  // Voters that have just come are behind everything; those that have gone are sent nothing more.
  const known = new Set(others(state));
  for (const id of mode.progress.keys()) if (!known.has(id)) mode.progress.delete(id);
  for (const id of known)
    if (!mode.progress.has(id)) mode.progress.set(id, { next: tipOf(state.durable).index + 1, match: 0, sent: 0 });
  // Whoever has not answered yet gets what is new with its next message: one conversation at a time.
  const idle = [...mode.progress].filter(([, { match, sent }]) => sent <= match).map(([id]) => id);
  return [...effects, ...idle.flatMap((id) => sendRenewal(state, mode, id))];
}

/**
 * With a faster heartbeat the lease gets shorter, the one that is held too: voters that come now promise only the
 * shorter one, and two of them, one after the other, may be what a majority lacks.
 */
function shortenLease({ roster }: Mastership, mode: Mastering, nowMs: number): void {
  mode.leaseUntilMs = Math.min(mode.leaseUntilMs, nowMs + timing(roster).leaseMs);
  mode.giveUpAtMs = Math.min(mode.giveUpAtMs, mode.leaseUntilMs);
}

function append(state: Mastership, decisions: readonly Decision[]): Effect[] {
  const { term } = state.durable;
  const after = tipOf(state.durable).index;
  const entries = decisions.map((decision, index): Entry => ({ index: after + 1 + index, term, decision }));
  return write(state, { is: 'entries', after, entries }, (nowMs) => confirmByMajority(state, nowMs));
}

/** Asks for the lease when it is time, and says again what has not been answered. */
export function renewLease(state: Mastership, nowMs: number): Effect[] {
  const { mode } = state;
  if (mode.is !== 'mastering' || nowMs < mode.renewAtMs) return [];
  const { renewEveryMs, leaseMs } = timing(state.roster);
  mode.sequence += 1;
  mode.renewAtMs = nowMs + renewEveryMs;
  mode.renewals.set(mode.sequence, { sentMs: nowMs, leaseMs, by: new Set([state.id]) });
  mode.renewals.delete(mode.sequence - MOST_RENEWALS);
  // A roster with a faster heartbeat does not shorten what a slower one has given.
  const untilMs = Math.max(state.promise.untilMs, nowMs + promiseOf(leaseMs));
  state.promise = { holder: state.id, untilMs };
  if (majorityOf(state.roster) === 1) holdUntil(mode, nowMs + leaseMs);
  return others(state).flatMap((id) => sendRenewal(state, mode, id));
}

function sendRenewal(state: Mastership, { sequence, renewals, progress, rank }: Mastering, to: MemberId): Effect[] {
  const { durable, confirmed } = state;
  const known = progress.get(to);
  const next = known?.next ?? tipOf(durable).index + 1;
  const before = termAt(durable, next - 1);
  const from = before === undefined ? 0 : next - durable.base.index - 1;
  const entries = durable.entries.slice(from, from + MOST_ENTRIES);
  if (known) known.sent = durable.base.index + from + entries.length;
  if (before === undefined)
    return send(to, { is: 'install', term: durable.term, base: durable.base, entries, confirmed });
  return send(to, {
    is: 'renew',
    term: durable.term,
    sequence,
    leaseMs: renewals.get(sequence)?.leaseMs ?? 0,
    before: { term: before, index: next - 1 },
    entries,
    confirmed,
    ...(goesAlone(state.roster) && { rank }),
  });
}

/** A promise of the lease, and mostly how far the voter's disk agrees. */
export function renewed(state: Mastership, from: MemberId, message: Of<'renewed'>, nowMs: number): Effect[] {
  const { term, match } = message;
  const effects = promised(state, from, message, nowMs);
  if (match === undefined) return effects;
  return [...effects, ...kept(state, from, { is: 'kept', term, match, refused: undefined }, nowMs)];
}

/** The lease runs from the sending of a renewal that a majority has promised. */
function promised(state: Mastership, from: MemberId, message: Of<'renewed'>, nowMs: number): Effect[] {
  const { mode } = state;
  const { term, sequence } = message;
  if (mode.is !== 'mastering') return [];
  if (goesAlone(state.roster) && !message.promised) return hearRefusal(state, from, message, nowMs);
  if (term > state.durable.term) return follow(state, nowMs, 0);
  const renewal = mode.renewals.get(sequence);
  if (!message.promised || term !== state.durable.term || !renewal) return [];
  renewal.by.add(from);
  const promisedBy = voters(state.roster).filter(({ id }) => renewal.by.has(id)).length;
  if (promisedBy >= majorityOf(state.roster)) {
    holdUntil(mode, renewal.sentMs + Math.min(renewal.leaseMs, timing(state.roster).leaseMs));
  }
  return [];
}

function holdUntil(mode: Mastering, untilMs: number): void {
  mode.leaseUntilMs = Math.max(mode.leaseUntilMs, untilMs);
  mode.giveUpAtMs = Math.max(mode.giveUpAtMs, mode.leaseUntilMs);
}

/**
 * How far a voter's disk agrees. News of that is answered with what follows; a message that says nothing new, because
 * it came twice or late, with nothing: or else every doubled message would begin a conversation that never ends.
 */
export function kept(state: Mastership, from: MemberId, { term, match, refused }: Of<'kept'>, nowMs: number): Effect[] {
  const { mode } = state;
  if (mode.is !== 'mastering') return [];
  if (term > state.durable.term) return goesAlone(state.roster) ? raise(state, term, nowMs) : follow(state, nowMs, 0);
  const progress = mode.progress.get(from);
  if (term !== state.durable.term || !progress) return [];
  if (goesAlone(state.roster) && match === 0 && refused !== undefined && refused === progress.next - 1) {
    // Nothing is known to be the same: it gets everything.
    progress.match = 0;
    progress.next = 0;
    return sendRenewal(state, mode, from);
  }
  // A voter that refuses even what it has kept before has forgotten it: nothing that is sent now would change that.
  const agreed = Math.max(progress.match, match);
  const isNews = match > progress.match || (refused === progress.next - 1 && refused > agreed);
  if (!isNews) return [];
  progress.match = agreed;
  progress.next = refused === undefined ? Math.max(progress.next, progress.match + 1) : progress.match + 1;
  const effects = confirmByMajority(state, nowMs);
  if (state.mode !== mode) return effects;
  return tipOf(state.durable).index > progress.match ? [...effects, ...sendRenewal(state, mode, from)] : effects;
}

/** An entry of the own term that a majority has on disk is confirmed, and with it all before it. */
function confirmByMajority(state: Mastership, nowMs: number): Effect[] {
  const { mode } = state;
  if (mode.is !== 'mastering') return [];
  const matches = voters(state.roster)
    .map(({ id }) => (id === state.id ? state.syncedIndex : (mode.progress.get(id)?.match ?? 0)))
    .sort((a, b) => b - a);
  // Alone it has to have it itself: the other's disk may be away tomorrow.
  const confirmed = goesAlone(state.roster) ? state.syncedIndex : (matches[majorityOf(state.roster) - 1] ?? 0);
  if (confirmed <= state.confirmed || entryAt(state.durable, confirmed)?.term !== state.durable.term) return [];
  const effects = giveOut(state, confirmed);
  // Who is no voter any more has brought this to the others, and goes.
  const isOut = confirmed >= state.rosterIndex && !canStand(state);
  return isOut ? [...effects, ...stepDown(state, 'no longer one of those who stand', nowMs)] : effects;
}

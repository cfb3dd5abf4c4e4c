/** What voters do for the master of a term: promise it the lease, and keep its decisions. */
import type { Base, Entry } from '../decisions.js';
import type { MemberId } from '../member.js';
import type { Message } from '../messages.js';
import { mayDiffer, meetMaster, undo } from './alone.js';
import { termAt, tipOf } from './durable.js';
import { follow, giveOut, send, takeTerm, write } from './follow.js';
import { type Effect, type Mastership, promiseOf } from './state.js';

type Of<Kind extends Message['is']> = Extract<Message, { is: Kind }>;

/** A voter renews the lease of the term's master, and takes its decisions. */
export function renew(state: Mastership, from: MemberId, message: Of<'renew'>, nowMs: number): Effect[] {
  const { term, sequence, before, entries, confirmed } = message;
  const met = meetMaster(state, from, message, nowMs);
  if (met) return met;
  if (term < state.durable.term)
    return send(from, { is: 'renewed', term: state.durable.term, sequence, promised: false });
  // It was overtaken by its sender's last words.
  if (term === state.givenUpTerm) return [];
  const effects = [...obey(state, term, nowMs), ...promise(state, from, message, nowMs)];
  if (termAt(state.durable, before.index) !== before.term) return [...effects, ...refuse(state, from, before.index)];
  return joined([...effects, ...take(state, from, entries, before.index, confirmed)]);
}

/** At most renewals the promise and how far the disk agrees are known at once, and go as one. */
function joined(effects: Effect[]): Effect[] {
  const promise = effects.find((effect) => says(effect, 'renewed'));
  const kept = effects.find((effect) => says(effect, 'kept'));
  if (!promise || !kept) return effects;
  const both: Effect = { ...promise, message: { ...promise.message, match: kept.message.match } };
  return effects.flatMap((effect) => (effect === promise ? [both] : effect === kept ? [] : [effect]));
}

type Saying<Kind extends Message['is']> = Extract<Effect, { is: 'send' }> & { readonly message: Of<Kind> };
const says = <Kind extends Message['is']>(effect: Effect, kind: Kind): effect is Saying<Kind> =>
  effect.is === 'send' && effect.message.is === kind;

/** Follows the master of a term that is at least its own. */
function obey(state: Mastership, term: number, nowMs: number): Effect[] {
  const effects = term > state.durable.term ? takeTerm(state, term, undefined, nowMs, () => []) : [];
  state.keeps = false;
  if (state.mode.is !== 'following') effects.push(...follow(state, nowMs, 0));
  return effects;
}

/**
 * Promises the lease, for as long as the master counts on. Who restarts has forgotten it, and waits for as long as the
 * disk says: so the disk has to say it before a longer one is promised, and a shorter one only when no longer is left.
 */
function promise(state: Mastership, from: MemberId, { term, sequence, leaseMs }: Of<'renew'>, nowMs: number): Effect[] {
  const { durable } = state;
  const former = state.promise;
  const untilMs = nowMs + promiseOf(leaseMs);
  // Never shortened: what it promised for longer, even before a restart, somebody may count on.
  state.promise = { holder: from, untilMs: Math.max(former.untilMs, untilMs) };
  const answer = send(from, { is: 'renewed', term, sequence, promised: true });
  if (leaseMs > durable.leaseMs)
    return write(state, { is: 'lease', leaseMs }, () => {
      state.syncedLeaseMs = leaseMs;
      return state.durable.term === term ? answer : [];
    });
  if (leaseMs > state.syncedLeaseMs) return [];
  if (leaseMs === durable.leaseMs || former.untilMs > untilMs) return answer;
  state.syncedLeaseMs = leaseMs;
  return [...write(state, { is: 'lease', leaseMs }, () => []), ...answer];
}

/** Entries that follow an agreed one: what is new is written, what contradicts is replaced. */
function take(
  state: Mastership,
  from: MemberId,
  entries: readonly Entry[],
  agreed: number,
  confirmed: number,
): Effect[] {
  const fresh = entries.findIndex((entry) => termAt(state.durable, entry.index) !== entry.term);
  const match = agreed + entries.length;
  const effects: Effect[] = [];
  if (fresh >= 0) {
    const { term } = state.durable;
    if (agreed + fresh < state.confirmed && mayDiffer(state)) effects.push(...undo(state, state.durable.base.index));
    effects.push(
      ...write(state, { is: 'entries', after: agreed + fresh, entries: entries.slice(fresh) }, () =>
        state.durable.term === term ? tellKept(state, from, match) : [],
      ),
    );
  } else if (match <= state.syncedIndex) {
    effects.push(...tellKept(state, from, match));
  }
  return [...effects, ...giveOut(state, Math.min(confirmed, match))];
}

const tellKept = (state: Mastership, to: MemberId, match: number): Effect[] =>
  send(to, { is: 'kept', term: state.durable.term, match, refused: undefined });

/**
 * Something else stands before what was sent, or nothing. What is confirmed and on this disk every later master has as
 * well: so both agree up to there, and the master need not feel its way back.
 */
const refuse = (state: Mastership, to: MemberId, refused: number | undefined): Effect[] =>
  send(to, {
    is: 'kept',
    term: state.durable.term,
    match: mayDiffer(state) ? commonWith(state) : Math.min(state.confirmed, state.syncedIndex),
    refused,
  });

/** Where either of two goes on alone, what is confirmed says nothing: only with an entry of the term it has all before. */
const commonWith = ({ durable, syncedIndex }: Mastership): number =>
  tipOf(durable).term === durable.term ? syncedIndex : 0;

/** A voter that was too far behind gets everything. */
export function install(
  state: Mastership,
  from: MemberId,
  { term, base, entries, confirmed }: Of<'install'>,
  nowMs: number,
): Effect[] {
  if (term < state.durable.term) return refuse(state, from, undefined);
  const effects = obey(state, term, nowMs);
  // With an entry of that term it has nothing else than what it was sent, up to there.
  const tip = tipOf(state.durable);
  const known = mayDiffer(state) ? (tip.term === term ? tip.index : -1) : state.confirmed;
  if (base.index <= known) return [...effects, ...refuse(state, from, undefined)];
  // What it has beyond may be more than what was sent, and counted upon: it is kept where it goes on from there.
  if (termAt(state.durable, base.index) === base.term)
    return [...effects, ...take(state, from, entries, base.index, Math.max(confirmed, base.index))];
  const last = base.index + entries.length;
  const kept = () => (state.durable.term === term ? tellKept(state, from, last) : []);
  return [...effects, ...adopt(state, base, entries, confirmed, kept)];
}

/** Everything is replaced by what another knows. */
export function adopt(
  state: Mastership,
  base: Base,
  entries: readonly Entry[],
  confirmed: number,
  then: (nowMs: number) => Effect[],
): Effect[] {
  const isSame = termAt(state.durable, state.confirmed) === termAt({ base, entries }, state.confirmed);
  const undone = !isSame && mayDiffer(state) ? undo(state, 0) : [];
  const written = write(state, { is: 'base', base, entries }, then);
  return [
    ...undone,
    ...written,
    ...giveOut(state, Math.max(base.index, Math.min(confirmed, tipOf(state.durable).index))),
  ];
}

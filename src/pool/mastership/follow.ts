/** What every member does, whoever masters: writes, terms, and going back to following. */
import type { Durable } from '../decisions.js';
import { descends, goesAlone, type MemberId, majorityOf, memberOf, type Rank, type Roster, voters } from '../member.js';
import type { Message } from '../messages.js';
import { applyChange, type DurableChange, tipOf } from './durable.js';
import { type Effect, type Mastership, timing, type Votes } from './state.js';

/** Writes a change and says what happens once it is synced. */
export function write(state: Mastership, change: DurableChange, then: (nowMs: number) => Effect[]): Effect[] {
  state.durable = applyChange(state.durable, change);
  state.mark += 1;
  if (change.is === 'term' || change.is === 'lease') {
    state.afterSync.push({ mark: state.mark, floor: Number.POSITIVE_INFINITY, last: undefined, run: then });
    return [{ is: 'store', change, mark: state.mark }];
  }
  const { roster, index } = rosterOf(state.durable);
  state.roster = roster;
  state.rosterIndex = index;
  // Until it is synced, the disk may have what was there before: from where the two differ, nothing is certain.
  const floor = change.is === 'base' ? state.confirmed : change.after;
  state.syncedIndex = Math.min(state.syncedIndex, floor);
  state.afterSync.push({ mark: state.mark, floor, last: tipOf(state.durable).index, run: then });
  return [{ is: 'store', change, mark: state.mark }];
}

/** Decisions up to this one are confirmed: they are given out in their order. */
export function giveOut(state: Mastership, confirmed: number): Effect[] {
  if (confirmed <= state.confirmed) return [];
  const from = state.confirmed + 1;
  state.confirmed = confirmed;
  return [{ is: 'confirmed', from, to: confirmed }];
}

/** The newest roster, and the index of the entry that it stands in; that of the base where no entry has one. */
export function rosterOf({ base, entries }: Pick<Durable, 'base' | 'entries'>): { roster: Roster; index: number } {
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    const entry = entries[at];
    if (entry?.decision.is === 'roster') return { roster: entry.decision.roster, index: entry.index };
  }
  return { roster: base.roster, index: base.index };
}

export const others = (state: Mastership): MemberId[] =>
  voters(state.roster).flatMap(({ id }) => (id === state.id ? [] : [id]));

export const toAll = (state: Mastership, message: Message): Effect[] =>
  others(state).map((to): Effect => ({ is: 'send', to, message }));

export const send = (to: MemberId, message: Message): Effect[] => [{ is: 'send', to, message }];

/** Whether this member may become master: as a voter that stands, with the disk that the roster means. */
export function canStand({ roster, id, durable }: Mastership): boolean {
  const self = memberOf(roster, id);
  // Who has just been admitted and knows nothing yet would begin with nothing.
  if (goesAlone(roster) && tipOf(durable).index === 0) return false;
  return self?.voter === true && self.stands && descends(durable, self);
}

/** Whether these votes are a majority of the voters, as the roster means them now. */
export function isElected({ roster }: Mastership, votes: Votes): boolean {
  const valid = voters(roster).filter((member) => {
    const vote = votes.get(member.id);
    return vote !== undefined && descends(vote.voter, member);
  });
  return valid.length >= majorityOf(roster);
}

/** What this member is worth in an election that begins now. */
export function rankNow({ id, roster, candidate, startedMs }: Mastership, nowMs: number): Rank {
  const { ip, mac, wasMaster } = candidate;
  return { priority: memberOf(roster, id)?.priority ?? 0, wasMaster, uptimeMs: nowMs - startedMs, ip, mac, id };
}

/** Back to following; begins no election of its own for a while, so that others that wait can go first. */
export function follow(state: Mastership, nowMs: number, patienceMs = timing(state.roster).retryMs): Effect[] {
  const ended = state.mode.is === 'mastering';
  state.mode = { is: 'following' };
  state.patientUntilMs = Math.max(state.patientUntilMs, nowMs + patienceMs);
  return ended ? [{ is: 'mastering', term: state.durable.term, begins: false, why: 'another term has begun' }] : [];
}

/** Ends a mastership of this member's own accord. */
export function stepDown(state: Mastership, why: string, nowMs: number): Effect[] {
  const { term } = state.durable;
  follow(state, nowMs);
  return [{ is: 'mastering', term, begins: false, why }];
}

/** A later term is taken up: whatever this member was about in the former one has come to nothing. */
export function takeTerm(
  state: Mastership,
  term: number,
  vote: MemberId | undefined,
  nowMs: number,
  then: (nowMs: number) => Effect[],
): Effect[] {
  const effects = term > state.durable.term && state.mode.is !== 'following' ? follow(state, nowMs, 0) : [];
  return [...effects, ...write(state, { is: 'term', term, vote }, then)];
}

/** Election: the bully algorithm chooses, a majority confirms (SPEC 6). */
import { compareTips, type Tip } from '../decisions.js';
import { compareRanks, goesAlone, type MemberId, majorityOf, voters } from '../member.js';
import type { Message, Sender } from '../messages.js';
import { aloneTerm, bySelfMs } from './alone.js';
import { beginTerm } from './decide.js';
import { tipOf } from './durable.js';
import { canStand, follow, isElected, rankNow, send, stepDown, takeTerm, toAll, write } from './follow.js';
import { type Effect, type Mastership, timing } from './state.js';

type Of<Kind extends Message['is']> = Extract<Message, { is: Kind }>;

/** Asks all voters whether they would vote for this member. Changes nothing but its own mode. */
export function startCanvass(state: Mastership, nowMs: number): Effect[] {
  const { mode: former, roster } = state;
  const next = Math.max(state.durable.term, state.heardTerm) + 1;
  const term = goesAlone(roster) ? aloneTerm(state, next) : next;
  const rank = former.is === 'canvassing' ? former.rank : rankNow(state, nowMs);
  state.round += 1;
  const { round } = state;
  const checkAtMs = nowMs + answerMsOf(state);
  const answers = new Map([[state.id, { would: true, higher: false }]]);
  state.mode = { is: 'canvassing', term, round, rank, sinceMs: nowMs, checkAtMs, answers };
  return [
    ...toAll(state, { is: 'canvass', term, round, rank, tip: tipOf(state.durable) }),
    ...evaluateCanvass(state, nowMs),
  ];
}

/** How long silent voters are waited for. */
const answerMsOf = ({ roster }: Mastership): number => (goesAlone(roster) ? bySelfMs(roster) : timing(roster).answerMs);

/** The others have promised it its lease, so that nobody else comes before it. */
export function outdone(state: Mastership, term: number, nowMs: number): Effect[] {
  if (state.mode.is !== 'mastering' || term <= state.durable.term) return [];
  state.heardTerm = Math.max(state.heardTerm, term);
  return [...stepDown(state, 'a member has heard of a later term', nowMs), ...startCanvass(state, nowMs)];
}

/**
 * Another asks. Whoever stands itself and ranks higher says so, and canvasses at once.
 * @param counts Whether the asker is the voter that the roster means.
 */
export function canvass(
  state: Mastership,
  from: MemberId,
  { term, round, rank }: Of<'canvass'>,
  counts: boolean,
  nowMs: number,
): Effect[] {
  if (!counts) return send(from, { is: 'canvassed', term: state.durable.term, round, would: false, higher: false });
  const bound = isBound(state, from, nowMs);
  const own = state.mode.is === 'canvassing' ? state.mode.rank : rankNow(state, nowMs);
  // Free to vote for the asker, to whom it is bound, is not free to stand: the question may be an old one, from before
  // the asker became master.
  const free = nowMs >= state.promise.untilMs;
  // Who lets others go first, such as the one that a master has given up for, is not waited for.
  const stands = state.mode.is !== 'following' || nowMs >= state.patientUntilMs;
  const higher = free && stands && canStand(state) && compareRanks(own, rank) > 0;
  const would = !bound && term > state.durable.term;
  const answer = send(from, { is: 'canvassed', term: state.durable.term, round, would, higher });
  return higher && state.mode.is === 'following' ? [...answer, ...startCanvass(state, nowMs)] : answer;
}

export function canvassed(
  state: Mastership,
  from: MemberId,
  { round, would, higher }: Of<'canvassed'>,
  nowMs: number,
): Effect[] {
  if (state.mode.is !== 'canvassing' || state.mode.round !== round) return [];
  state.mode.answers.set(from, { would, higher });
  return evaluateCanvass(state, nowMs);
}

/**
 * Stands when a majority would vote for it, no higher one has to be waited for, and the silent ones have had their
 * time. Begins again when that does not come about.
 */
export function evaluateCanvass(state: Mastership, nowMs: number): Effect[] {
  const { mode, roster } = state;
  if (mode.is !== 'canvassing') return [];
  const { deferMs, retryMs } = timing(roster);
  const answerMs = answerMsOf(state);
  const answers = [...mode.answers.values()];
  // Where its own vote is enough, it still does nothing against the word of one that is there.
  const enough = goesAlone(roster)
    ? answers.every(({ would }) => would)
    : answers.filter(({ would }) => would).length >= majorityOf(roster);
  const deferring = answers.some(({ higher }) => higher) && nowMs < mode.sinceMs + deferMs;
  const complete = answers.length >= voters(roster).length || nowMs >= mode.sinceMs + answerMs;
  if (enough && complete && !deferring) return stand(state, nowMs);
  if (nowMs >= mode.sinceMs + (enough ? deferMs : retryMs)) return startCanvass(state, nowMs);
  mode.checkAtMs = mode.sinceMs + (enough ? (complete ? deferMs : answerMs) : retryMs);
  return [];
}

/** Raises the term, votes for itself, and asks for votes once that is on disk. */
function stand(state: Mastership, nowMs: number): Effect[] {
  if (state.mode.is !== 'canvassing') return [];
  const { term, rank, answers } = state.mode;
  const isAnswered = goesAlone(state.roster) && answers.size > 1;
  const aloneAtMs = isAnswered ? nowMs + bySelfMs(state.roster) : nowMs;
  const mode: Mastership['mode'] = { is: 'standing', rank, sinceMs: nowMs, votes: new Map(), aloneAtMs };
  state.mode = mode;
  return write(state, { is: 'term', term, vote: state.id }, (syncedMs) => {
    if (state.mode !== mode) return [];
    const { identity, incarnation, starts } = state.durable;
    mode.votes.set(state.id, { voter: { id: state.id, identity, incarnation, starts }, tip: tipOf(state.durable) });
    return [...toAll(state, { is: 'vote', term, tip: tipOf(state.durable) }), ...countVotes(state, syncedMs)];
  });
}

/** One vote a term, on disk before it is given. */
export function vote(state: Mastership, from: MemberId, { term }: Of<'vote'>, nowMs: number): Effect[] {
  const { durable } = state;
  const answer = (granted: boolean) =>
    send(from, { is: 'voted', term: state.durable.term, granted, tip: tipOf(state.durable) });
  if (term < durable.term) return answer(false);
  if (term === durable.term && durable.vote !== undefined) {
    if (durable.vote !== from) return answer(false);
    // By the time that the disk is done, another term may have begun in which this one got no vote.
    return afterAllWrites(state, () => (state.durable.term === term ? answer(true) : []));
  }
  if (isBound(state, from, nowMs)) return answer(false);
  const effects = takeTerm(state, term, from, nowMs, () => (state.durable.term === term ? answer(true) : []));
  state.patientUntilMs = Math.max(state.patientUntilMs, nowMs + timing(state.roster).deferMs);
  return effects;
}

/** A vote that was given before may still be on its way to the disk. */
function afterAllWrites(state: Mastership, run: () => Effect[]): Effect[] {
  if (state.syncedMark === state.mark) return run();
  state.afterSync.push({ mark: state.mark, floor: Number.POSITIVE_INFINITY, last: undefined, run });
  return [];
}

export function voted(state: Mastership, from: Sender, { term, granted, tip }: Of<'voted'>, nowMs: number): Effect[] {
  if (state.mode.is !== 'standing') return [];
  if (term > state.durable.term) return follow(state, nowMs);
  if (!granted && goesAlone(state.roster) && term === state.durable.term) return follow(state, nowMs);
  if (!granted || term !== state.durable.term) return [];
  state.mode.votes.set(from.id, { voter: from, tip });
  return countVotes(state, nowMs);
}

/** With a majority this member has won. If one of it knows more decisions, they are fetched before any is made. */
function countVotes(state: Mastership, nowMs: number): Effect[] {
  if (state.mode.is !== 'standing' || !isElected(state, state.mode.votes)) return [];
  const { votes, rank, aloneAtMs } = state.mode;
  if (nowMs < aloneAtMs && votes.size < voters(state.roster).length) return [];
  if (state.keeps) return beginTerm(state, rank, nowMs);
  let best: { readonly from: MemberId; readonly tip: Tip } = { from: state.id, tip: tipOf(state.durable) };
  for (const [from, { tip }] of votes) if (compareTips(tip, best.tip) > 0) best = { from, tip };
  if (best.from === state.id) return beginTerm(state, rank, nowMs);
  state.mode = { is: 'winning', rank, sinceMs: nowMs, votes, best: best.tip, from: best.from };
  return send(best.from, { is: 'fetch', term: state.durable.term });
}

/** Who said that it would vote has not: it goes on without. */
export function standAlone(state: Mastership, nowMs: number): Effect[] {
  const effects = countVotes(state, nowMs);
  return state.mode.is === 'standing' ? [...effects, ...follow(state, nowMs)] : effects;
}

/** Whether a promise keeps this member from voting for another. */
const isBound = ({ promise }: Mastership, from: MemberId, nowMs: number): boolean =>
  nowMs < promise.untilMs && promise.holder !== from;

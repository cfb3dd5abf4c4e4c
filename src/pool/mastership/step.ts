/** The one door of the mastership: an input at a time in, effects out. */
import { invariant } from '../../base/errors.js';
import { compareTips, type Durable, type Tip } from '../decisions.js';
import { descends, firstRoundOf, goesAlone, type MemberId, memberOf, voters } from '../member.js';
import type { Message, Sender } from '../messages.js';
import { compact } from './compact.js';
import { decide, kept, renewed, renewLease } from './decide.js';
import { termAt } from './durable.js';
import { canvass, canvassed, evaluateCanvass, outdone, standAlone, startCanvass, vote, voted } from './elect.js';
import { fetched, gaveFetch } from './fetch.js';
import { canStand, follow, rosterOf, stepDown } from './follow.js';
import { adoptRoster } from './found.js';
import { install, renew } from './obey.js';
import { recover } from './recover.js';
import { type Candidate, type Effect, type Input, type Mastership, promiseOf, timing } from './state.js';
import { released, yieldMastership } from './yield.js';

export interface MastershipOptions {
  readonly id: MemberId;
  readonly candidate: Candidate;
  /** As read from disk; its incarnation is that of this start. */
  readonly durable: Durable;
  readonly nowMs: number;
}

/** Identities whose starts are remembered: all voters, and those that ask for votes without being one. */
const MOST_SEEN = 1_000;

/** A member that has just started. It gives no vote for a whole lease: it may have promised one before. */
export function createMastership({ id, candidate, durable, nowMs }: MastershipOptions): Mastership {
  const { roster, index } = rosterOf(durable);
  return {
    id,
    candidate,
    startedMs: nowMs,
    durable,
    roster,
    rosterIndex: index,
    mode: { is: 'following' },
    promise: { holder: undefined, untilMs: nowMs + promiseOf(durable.leaseMs) },
    patientUntilMs: nowMs,
    round: firstRoundOf(durable.incarnation),
    heardTerm: 0,
    told: undefined,
    givenUpTerm: 0,
    beatenTerm: 0,
    keeps: false,
    seen: new Map(),
    confirmed: durable.base.index,
    mark: 0,
    syncedLeaseMs: durable.leaseMs,
    syncedMark: 0,
    syncedIndex: durable.base.index + durable.entries.length,
    afterSync: [],
  };
}

/**
 * Takes one input. The state belongs to this function and is changed in place.
 * @param nowMs This member's monotonic clock; never goes back.
 */
export function step(state: Mastership, input: Input, nowMs: number): Effect[] {
  switch (input.is) {
    case 'tick':
      return tick(state, nowMs);
    case 'told':
      if (input.version >= (state.told?.version ?? 0)) state.told = { term: input.term, version: input.version };
      return [];
    case 'stored':
      return stored(state, input.mark, nowMs);
    case 'heard':
      state.heardTerm = Math.max(state.heardTerm, input.term);
      return [];
    case 'decide':
      return decide(state, input.decisions, nowMs);
    case 'compact':
      return compact(state, input.index, input.inventory);
    case 'recover':
      return recover(state, input.roster, input.inventory, nowMs);
    case 'found':
      return adoptRoster(state, input.roster, nowMs);
    case 'yield':
      return yieldMastership(state, input.successor, nowMs);
    case 'outdone':
      return outdone(state, input.term, nowMs);
    case 'message':
      return message(state, input, nowMs);
  }
}

/** Whether this member may act as master at this moment: to be asked before every act. */
export const isMaster = ({ mode, confirmed }: Mastership, nowMs: number): boolean =>
  mode.is === 'mastering' && confirmed >= mode.first && nowMs < mode.leaseUntilMs;

/** When the next `tick` is due at the latest. */
export function wakeAtMs(state: Mastership): number {
  const { mode, promise, patientUntilMs, roster } = state;
  switch (mode.is) {
    case 'following':
      return canStand(state) ? Math.max(promise.untilMs, patientUntilMs) : Number.POSITIVE_INFINITY;
    case 'canvassing':
      return mode.checkAtMs;
    case 'standing':
      return mode.votes.has(state.id) && mode.aloneAtMs > mode.sinceMs
        ? mode.aloneAtMs
        : mode.sinceMs + timing(roster).retryMs;
    case 'winning':
      return mode.sinceMs + timing(roster).fetchMs;
    case 'mastering':
      return Math.min(mode.renewAtMs, mode.giveUpAtMs);
  }
}

function tick(state: Mastership, nowMs: number): Effect[] {
  const { mode, promise, patientUntilMs, roster } = state;
  switch (mode.is) {
    case 'following':
      return canStand(state) && nowMs >= promise.untilMs && nowMs >= patientUntilMs ? startCanvass(state, nowMs) : [];
    case 'canvassing':
      return evaluateCanvass(state, nowMs);
    case 'standing':
      if (mode.votes.has(state.id) && mode.aloneAtMs > mode.sinceMs && nowMs >= mode.aloneAtMs)
        return standAlone(state, nowMs);
      return nowMs >= mode.sinceMs + timing(roster).retryMs ? follow(state, nowMs) : [];
    case 'winning':
      return nowMs >= mode.sinceMs + timing(roster).fetchMs ? follow(state, nowMs) : [];
    case 'mastering':
      return nowMs >= mode.giveUpAtMs ? stepDown(state, 'the lease is over', nowMs) : renewLease(state, nowMs);
  }
}

function stored(state: Mastership, mark: number, nowMs: number): Effect[] {
  invariant(mark <= state.mark, 'only what was written can be synced');
  state.syncedMark = Math.max(state.syncedMark, mark);
  const effects: Effect[] = [];
  for (let first = state.afterSync[0]; first && first.mark <= state.syncedMark; first = state.afterSync[0]) {
    state.afterSync.shift();
    if (first.last !== undefined)
      state.syncedIndex = state.afterSync.reduce((certain, { floor }) => Math.min(certain, floor), first.last);
    effects.push(...first.run(nowMs));
  }
  return effects;
}

function message(
  state: Mastership,
  { from, message: content }: Extract<Input, { is: 'message' }>,
  nowMs: number,
): Effect[] {
  if (!isHeard(state, from, content)) return [];
  state.heardTerm = Math.max(state.heardTerm, content.term);
  switch (content.is) {
    case 'canvass':
      return canvass(state, from.id, content, !goesAlone(state.roster) || counts(state, from), nowMs);
    case 'canvassed':
      return canvassed(state, from.id, content, nowMs);
    case 'vote':
      return vote(state, from.id, content, nowMs);
    case 'voted':
      return voted(state, from, content, nowMs);
    case 'renew':
      return renew(state, from.id, content, nowMs);
    case 'renewed':
      return renewed(state, from.id, content, nowMs);
    case 'kept':
      return kept(state, from.id, content, nowMs);
    case 'install':
      return install(state, from.id, content, nowMs);
    case 'fetch':
      return gaveFetch(state, from.id, content);
    case 'fetched':
      return fetched(state, from.id, content, nowMs);
    case 'yield':
      return released(state, from.id, content, nowMs);
  }
}

/** What a message is judged by before anything else. */
function isHeard(state: Mastership, from: Sender, content: Message): boolean {
  switch (content.is) {
    // Of a master, or of a winner to somebody who voted for it: the term tells.
    case 'renew':
    case 'install':
    case 'fetch':
    case 'yield':
      return !goesAlone(state.roster) || isVoter(state, from);
    // Who has a newer roster, or the same, judges better than this member whether it is a voter; else a member that has
    // just been admitted, or was away, would refuse the very votes that it was admitted for.
    case 'canvass':
    case 'vote':
      // Whoever would go on alone is told that somebody is there.
      if (goesAlone(state.roster)) return content.is === 'canvass' || counts(state, from);
      if (isBehind(state, content.tip)) return false;
      return (isCurrent(state, from) && compareTips(content.tip, rosterTip(state)) >= 0) || counts(state, from);
    default:
      return counts(state, from);
  }
}

/**
 * This member's own log ends before the roster that it was told of, in which it may have no vote, and so does the asker's:
 * neither of the two can judge. One that came back with an older copy of its disk would make another such one master.
 * Whoever may win knows of the term in which that roster was told: its master acted, so a majority keeps an entry of it.
 */
const isBehind = ({ told, roster, durable: { base, entries } }: Mastership, tip: Tip): boolean => {
  if (told === undefined || tip.term >= told.term) return false;
  // With an empty log the roster stands in the base, as of no term.
  const isBeside = told.version === roster.version && base.index === 0 && entries.length === 0;
  return isBeside || told.version > roster.version;
};

const rosterTip = ({ durable, rosterIndex }: Mastership): Tip => ({
  term: termAt(durable, rosterIndex) ?? durable.base.term,
  index: rosterIndex,
});

/**
 * Not from a former start of somebody who has started again since. One that has been admitted again with an older copy
 * of its disk counts its starts from there: those that were seen of the newer one are another's.
 */
function isCurrent({ seen, roster }: Mastership, sender: Sender): boolean {
  const { id, identity, incarnation } = sender;
  const known = seen.get(identity);
  if (known && incarnation < known.incarnation) {
    const member = memberOf(roster, id);
    if (!member || descends(known, member) || !descends(sender, member)) return false;
  }
  seen.delete(identity);
  seen.set(identity, sender);
  const [oldest] = seen.keys();
  if (seen.size > MOST_SEEN && oldest !== undefined) seen.delete(oldest);
  return true;
}

/**
 * Where either of two goes on alone, anybody who has been one of them may be master of some term. These messages do not
 * say which starts their sender goes on from, so its disk has to be enough.
 */
const isVoter = ({ roster }: Mastership, { id, identity }: Sender): boolean =>
  voters(roster).some((voter) => voter.id === id && voter.identity === identity);

/** Whether the sender is the voter that the roster means, and not a former start or another disk of it. */
function counts(state: Mastership, sender: Sender): boolean {
  const member = memberOf(state.roster, sender.id);
  return member?.voter === true && descends(sender, member) && isCurrent(state, sender);
}

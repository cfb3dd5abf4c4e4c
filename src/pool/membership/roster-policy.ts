/**
 * What the acting master does about its roster: who is admitted, noted, dropped, and who votes. One change at a time,
 * each no more than one voter away from the former, so that majorities before and after share one.
 *
 * ```
 *   asks to join ──▶ member ──chosen──▶ voter ──gone, other disk──▶ no member
 *                      ▲  └───────────────◀─ another is better ─┘       │
 *                      └────────────────────asks to join────────────────┘
 * ```
 *
 * Whoever is dropped leaves the roster altogether, also one that is dead for `forget`: members are those who can be
 * counted upon. What it listed stays in the inventory, by which the assignment knows it as gone, until an administrator
 * forgets it; when it comes back, it asks to join like anybody else.
 *
 * No change is made that the voters that live could not confirm without the one that comes by it. A voter that is dead or
 * has left goes first and another takes its place after that, because those who are left can confirm this at once, while
 * a newcomer has to catch up; in between there may be two voters of three members. One that lives and is replaced by a
 * better one goes after that one has come, except where there are seven.
 */
import { invariant } from '../../base/errors.js';
import {
  descends,
  isOneStep,
  type Member,
  type MemberId,
  majorityOf,
  memberOf,
  type Roster,
  type Start,
  voters,
} from '../member.js';
import { isUnmet } from './found-roster.js';
import { isFresh, type JoinRequest, type Sight, sightNow } from './sight.js';
import { chooseVoters, MOST_VOTERS, voterCountOf } from './voters.js';

export type { JoinRequest, Sight } from './sight.js';

/** What a master sees when it looks at its roster. */
export interface Situation {
  /** The acting master. */
  readonly self: MemberId;
  /** Its own start. */
  readonly start: Start;
  /** An integration manager that leads managers without a pool of their own: it stays the only voter. */
  readonly leads: boolean;
  /** What the master's configuration says; counts while there are two members. */
  readonly quorum: 'majority' | 'none';
  /** A dead member is dropped after this long. */
  readonly forgetMs: number;
  /** Who has asked lately. A member that asks again is noted as what it says it is now. */
  readonly joining: readonly JoinRequest[];
  /** Members that have said that they go; to be forgotten here when they are dropped. */
  readonly left: ReadonlySet<MemberId>;
  /** By id; nothing of one that was not heard of. The master itself needs none. */
  readonly sights: ReadonlyMap<MemberId, Sight>;
}

export interface RosterChange {
  readonly roster: Roster;
  /** For people: `em4 has left`. */
  readonly why: string;
  /** Who comes, goes or is concerned otherwise. */
  readonly member: MemberId;
  readonly is: 'dropped' | 'noted' | 'admitted' | 'voting' | 'quorum';
}

/** A successor of higher priority has been caught up for this long before the master makes way (SPEC 6, "Lease"). */
export const CAUGHT_UP_MS = 60_000;
/** A dead voter may be back from a restart by then. */
const GIVE_UP_HEARTBEATS = 10;
/** As many as the failure detection watches. */
const MOST_MEMBERS = 4096;
const UNSEEN: Sight = {};

/**
 * The next change that the acting master should decide; undefined when all is as it should be. To be asked again when
 * that is confirmed.
 * @param nowMs The clock of the sights.
 */
export function nextRoster(roster: Roster, situation: Situation, nowMs: number): RosterChange | undefined {
  for (const change of wanted(roster, situation, nowMs)) {
    const { roster: next } = change;
    invariant(isOneStep(roster, next), 'a roster changes by one voter at a time');
    if (isSafe(roster, next, situation, nowMs)) return change;
  }
  return undefined;
}

/** All that should be changed, the most urgent first. */
function* wanted(roster: Roster, situation: Situation, nowMs: number): Generator<RosterChange> {
  const { self } = situation;
  for (const member of roster.members) {
    const why = member.id === self ? undefined : whyDropped(roster, member, situation, nowMs);
    if (why) yield { roster: without(roster, member.id), why: `${member.id} ${why}`, member: member.id, is: 'dropped' };
  }
  for (const member of roster.members) {
    const noted = notedStart(member, situation);
    if (noted) yield changed(roster, noted, 'noted', 'has started again');
  }
  yield* wantedQuorum(roster, situation, nowMs);
  for (const request of situation.joining) {
    const member = memberOf(roster, request.id);
    if (member && descends(request, member)) {
      const described = withFacts(member, request);
      if (!isSame(described, member)) yield changed(roster, described, 'noted', 'describes itself anew');
    } else if (!refusalOf(roster, situation, request, nowMs)) {
      yield changed(roster, admitted(request), 'admitted', 'has been admitted');
    }
  }
  yield* wantedVotes(roster, situation, nowMs);
}

/** Why a member has to go; undefined for one that stays. */
function whyDropped(roster: Roster, member: Member, situation: Situation, nowMs: number): string | undefined {
  const { own, stranger, deadSinceMs } = sightOf(situation, member);
  const request = situation.joining.find(({ id }) => id === member.id);
  // Each of two that go on alone does so by the roster that it has on disk: one that was dropped would, too.
  if (situation.left.has(member.id) && !isAlone(roster)) return 'has left';
  if (isUnmet(member)) return 'was named at the founding and not met';
  const isSilent = deadSinceMs !== undefined || !isFresh(own, roster.heartbeatMs, nowMs);
  const other = request && !descends(request, member) ? request : stranger?.start;
  const isThere = other !== undefined && (other === request || isFresh(stranger, roster.heartbeatMs, nowMs));
  if (isThere && isSilent)
    return other.identity === member.identity ? 'has come back with an older disk' : 'has come back with another disk';
  // Of two that go on alone neither drops the other: each would be left with a pool of its own under the same id.
  if (deadSinceMs === undefined || isAlone(roster)) return undefined;
  return nowMs - deadSinceMs >= situation.forgetMs ? 'has been gone for too long' : undefined;
}

function notedStart(member: Member, { self, start, sights }: Situation): Member | undefined {
  const now = member.id === self ? start : sightOf({ sights }, member).own?.start;
  if (!now || !descends(now, member) || now.incarnation <= member.incarnation) return undefined;
  return { ...member, incarnation: now.incarnation };
}

/**
 * Two may give up on majorities, and take them up again, while both are heard. They have to before a third is admitted:
 * one of the two that is away would go on alone by the roster that it knows, whatever the others decide.
 */
function* wantedQuorum(roster: Roster, situation: Situation, nowMs: number): Generator<RosterChange> {
  const { self, leads, joining } = situation;
  const isComing = joining.some((request) => !memberOf(roster, request.id));
  const allVote = roster.members.length === 2 && roster.members.every(({ voter }) => voter);
  const quorum = situation.quorum === 'none' && allVote && !isComing && !leads ? 'none' : 'majority';
  const isOpen = roster.members.every((member) => lives(member, roster, situation, nowMs));
  if (quorum === (roster.quorum ?? 'majority') || roster.members.length !== 2 || !isOpen) return;
  const why = quorum === 'none' ? 'either of two goes on alone' : 'a majority is needed again';
  yield { roster: { ...roster, version: roster.version + 1, quorum }, why, member: self, is: 'quorum' };
}

/** Why somebody who asks to join is not admitted, as it is to be told; undefined for one that is, sooner or later. */
export function refusalOf(
  roster: Roster,
  situation: Situation,
  request: JoinRequest,
  nowMs: number,
): string | undefined {
  const member = memberOf(roster, request.id);
  if (member && descends(request, member)) return undefined;
  if (request.id === situation.self || (member && lives(member, roster, situation, nowMs)))
    return `a manager with the id ${request.id} is running already; each needs an id of its own`;
  if (member) return `the former ${request.id} has not been dropped yet`;
  if (isAlone(roster)) return 'the pool has two members with quorum="none"; both have to be there to admit a third';
  if (roster.members.length >= MOST_MEMBERS) return `the pool has ${MOST_MEMBERS} members; it takes no more`;
  return undefined;
}

/** One voter that comes or goes, towards those that should vote. */
function* wantedVotes(roster: Roster, situation: Situation, nowMs: number): Generator<RosterChange> {
  const { self, leads } = situation;
  const living = roster.members.filter((member) => lives(member, roster, situation, nowMs));
  // Where enough others live, the vote of a dead one is given to one of them long before it is dropped: the next that
  // dies may be one too many otherwise.
  const isSpare = living.length >= voterCountOf(roster.members.length);
  const isKept = (member: Member) => member.voter && !(isSpare && isGivenUp(member, roster, situation, nowMs));
  const candidates = roster.members.filter((member) => living.includes(member) || isKept(member));
  const chosen = leads ? new Set([self]) : chooseVoters(candidates, self);
  const coming = candidates.find(({ id, voter }) => !voter && chosen.has(id));
  // The dead go before the living, and before somebody comes where that leaves three: of two each is needed for ever.
  const going = voters(roster)
    .filter(({ id }) => !chosen.has(id))
    .sort((a, b) => Number(lives(a, roster, situation, nowMs)) - Number(lives(b, roster, situation, nowMs)));
  const [first] = going;
  const comes = coming && changed(roster, { ...coming, voter: true }, 'voting', 'votes now');
  const goes = first && changed(roster, { ...first, voter: false }, 'voting', 'votes no more');
  const count = voters(roster).length;
  const isFull = count >= MOST_VOTERS;
  const goesFirst = isFull || (count > 3 && first && !lives(first, roster, situation, nowMs));
  for (const change of goesFirst ? [goes, comes] : [comes, goes])
    if (change && !(change === comes && isFull)) yield change;
}

/**
 * To whom the master should yield: a voter of higher priority that stands and has been caught up for a while.
 * @returns undefined where nobody is better, as it mostly is.
 */
export function successorFor(
  roster: Roster,
  situation: Pick<Situation, 'self' | 'start' | 'sights'>,
  nowMs: number,
  caughtUpMs: number = CAUGHT_UP_MS,
): MemberId | undefined {
  const own = memberOf(roster, situation.self)?.priority ?? 0;
  const sinceMs = (member: Member) => sightOf(situation, member).caughtUpSinceMs ?? Number.POSITIVE_INFINITY;
  const [best] = voters(roster)
    .filter((member) => member.stands && member.priority > own && member.id !== situation.self)
    .filter((member) => lives(member, roster, situation, nowMs) && nowMs - sinceMs(member) >= caughtUpMs)
    .sort((a, b) => b.priority - a.priority || sinceMs(a) - sinceMs(b) || (a.id < b.id ? -1 : 1));
  return best?.id;
}

type Seeing = Pick<Situation, 'self' | 'sights'>;

function sightOf({ sights }: Pick<Seeing, 'sights'>, member: Member): Sight {
  const sight = sights.get(member.id);
  return sight ? sightNow(sight, member) : UNSEEN;
}

/** Heard lately, and after anybody else with its id; not found dead. */
function lives(member: Member, { heartbeatMs }: Roster, { self, sights }: Seeing, nowMs: number): boolean {
  if (member.id === self) return true;
  const { own, stranger, deadSinceMs } = sightOf({ sights }, member);
  const isReplaced = own !== undefined && stranger !== undefined && stranger.atMs > own.atMs;
  return deadSinceMs === undefined && isFresh(own, heartbeatMs, nowMs) && !isReplaced;
}

/** Dead for so long that another gets its vote. */
const isGivenUp = (member: Member, { heartbeatMs }: Roster, situation: Seeing, nowMs: number): boolean =>
  nowMs - (sightOf(situation, member).deadSinceMs ?? nowMs) >= GIVE_UP_HEARTBEATS * heartbeatMs;

/**
 * Whether enough voters live to confirm a change, without the one that comes by it: that one is behind, and may have died
 * a moment ago. Only from one voter to two there is no other way, nor where one of three is given up: it comes before that
 * one goes, because of the two that are left otherwise each would be needed for ever.
 */
function isSafe(roster: Roster, next: Roster, situation: Situation, nowMs: number): boolean {
  const former = new Set(voters(roster).map(({ id }) => id));
  const needsNew =
    former.size === 1 ||
    (former.size === 3 && voters(roster).some((member) => isGivenUp(member, roster, situation, nowMs)));
  const living = voters(next).filter(
    (member) =>
      !situation.left.has(member.id) && (former.has(member.id) || needsNew) && lives(member, roster, situation, nowMs),
  );
  return living.length >= majorityOf(next);
}

const isAlone = ({ quorum, members }: Roster): boolean => quorum === 'none' && members.length === 2;

const admitted = (request: JoinRequest): Member =>
  withFacts(
    {
      id: request.id,
      identity: request.identity,
      incarnation: request.incarnation,
      role: request.role,
      voter: false,
      stands: false,
      priority: 0,
    },
    request,
  );

/** What a manager says of itself, on the disk and with the vote that it has. */
export const withFacts = (member: Member, { role, stands, priority, site, address }: JoinRequest): Member => ({
  id: member.id,
  identity: member.identity,
  incarnation: member.incarnation,
  role,
  voter: member.voter,
  stands,
  priority,
  ...(site === undefined ? {} : { site }),
  ...(address === undefined ? {} : { address }),
});

const isSame = (a: Member, b: Member): boolean =>
  a.role === b.role &&
  a.stands === b.stands &&
  a.priority === b.priority &&
  a.site === b.site &&
  JSON.stringify(a.address) === JSON.stringify(b.address);

function changed(roster: Roster, member: Member, is: RosterChange['is'], why: string): RosterChange {
  const others = roster.members.filter(({ id }) => id !== member.id);
  const members = [...others, member].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    roster: { ...roster, version: roster.version + 1, members },
    why: `${member.id} ${why}`,
    member: member.id,
    is,
  };
}

const without = (roster: Roster, id: MemberId): Roster => ({
  ...roster,
  version: roster.version + 1,
  members: roster.members.filter((member) => member.id !== id),
});

/**
 * The pool as pages tell it. Pure.
 *
 * `POOL` has the standing of this manager in it, the mastership, and `SENTENCE` for everything that is wrong, the worst
 * first. What a pool knows of one manager stands in attributes of its `MANAGER`; see {@link memberFacts}.
 */
import type { AssignmentView, PoolMemberView, PoolView } from '../../manager/pool/pool-service.js';
import { formatEpoch } from '../../model/manager.js';
import type { Status } from '../../model/status.js';
import type { Output } from '../../xml/messages/operations.js';
import { formatDuration, formatNumber, isoTime } from '../format.js';
import { type Base, elementNameLink, link, managerLink } from '../links.js';
import type { PageNode } from '../page-data.js';
import type { PoolFacts } from '../pool-facts.js';
import { goneBecause, poolSentences, wasShutDown } from '../pool-sentences.js';

const NBSP = '\u00a0';
/** Leases are three heartbeats long (SPEC 6). */
const LEASE_HEARTBEATS = 3;

/** Without a pool, and where the configuration wants none. */
export const NO_POOL: PageNode = { standing: 'alone' };

export interface PoolPage {
  readonly base: Base;
  readonly self: string;
  readonly neighbors: Output<'getNeighbors'>;
}

export function poolNode(facts: PoolFacts, { base, self, neighbors }: PoolPage): PageNode {
  const { view } = facts;
  if (view.standing === 'alone') return NO_POOL;
  const voters = view.members.filter(({ voter }) => voter);
  const isThere = ({ standing }: PoolMemberView) => standing !== 'gone';
  const sentences = poolSentences({ facts, base, self, unreached: unreachedOf(neighbors) });
  return {
    standing: view.standing,
    role: view.role,
    ...(view.id === undefined ? {} : { id: view.id }),
    ...(view.name === undefined ? {} : { name: view.name }),
    term: view.term,
    ...(view.master === undefined ? {} : { master: view.master, masterHref: managerLink(base, view.master) }),
    ...leaseNode(view),
    heartbeatMs: view.heartbeatMs,
    heartbeat: `${view.heartbeatMs}${NBSP}ms`,
    rosterVersion: view.rosterVersion,
    quorum: view.quorum,
    cutOff: view.cutOff,
    members: view.members.length,
    membersThere: view.members.filter(isThere).length,
    voters: voters.length,
    votersThere: voters.filter(isThere).length,
    unwatched: facts.unwatched.total,
    condition: String(sentences[0]?.condition ?? 'normal'),
    handOversHref: link(base, '/handovers'),
    SENTENCE: sentences,
  };
}

/** How much of the master's lease is left; only the master itself knows. */
function leaseNode({ leaseMs, heartbeatMs }: PoolView): PageNode {
  if (leaseMs === undefined) return {};
  const whole = LEASE_HEARTBEATS * heartbeatMs;
  const left = Math.max(0, leaseMs);
  return {
    leaseMs: Math.round(left),
    lease: `${(left / 1_000).toFixed(1)}${NBSP}s of ${(whole / 1_000).toFixed(1)}${NBSP}s`,
    leaseShare: share(left, whole),
  };
}

const unreachedOf = ({ neighbors }: Output<'getNeighbors'>) =>
  new Map(
    neighbors
      .filter(({ reach }) => reach === 'unreachable' || reach === 'refused')
      .map(({ id, reason, age }) => [
        id,
        { ...(reason === undefined ? {} : { reason }), ...(age === undefined ? {} : { silentMs: age * 1_000 }) },
      ]),
  );

/** Attributes of `MANAGER` that the pool knows; `standingWord` and `standingCondition` only where it is not well. */
export function memberFacts(member: PoolMemberView, view: PoolView, self: string): PageNode {
  const { standing, cost, capacity } = member;
  const word = standingWord(member, view, self);
  const { detail } = standing === 'gone' ? goneBecause(member) : { detail: '' };
  return {
    member: true,
    poolRole: view.master === member.id ? 'master' : 'secondary',
    voter: member.voter,
    stands: member.stands,
    priority: member.priority,
    standing,
    ...(word ? { standingWord: word.word, standingCondition: word.condition } : {}),
    ...(detail ? { standingReason: detail } : {}),
    ...(member.standingMs === undefined ? {} : { standingFor: formatDuration(member.standingMs) }),
    ...(member.returnsInMs === undefined ? {} : { returnsIn: formatDuration(member.returnsInMs) }),
    owns: member.owns,
    standsInFor: member.standsInFor,
    ...(cost === undefined || capacity === undefined || capacity <= 0 ? {} : capacityNode(cost, capacity)),
  };
}

/** Poll cost per second of what it owns against what it can carry. */
const capacityNode = (cost: number, capacity: number): PageNode => ({
  cost: formatNumber(cost),
  capacity: formatNumber(capacity),
  used: `${Math.round((100 * cost) / capacity)}${NBSP}%`,
  usedShare: share(cost, capacity),
  busy: cost > 0.8 * capacity,
});

const share = (part: number, whole: number): string =>
  `${(whole > 0 ? Math.min(100, (100 * part) / whole) : 0).toFixed(1)}%`;

function standingWord(
  member: PoolMemberView,
  view: PoolView,
  self: string,
): { readonly word: string; readonly condition: Status } | undefined {
  if (member.id === self && view.cutOff) return { word: 'cut off', condition: 'critical' };
  switch (member.standing) {
    case 'gone': {
      if (wasShutDown(member)) return { word: 'shut down', condition: 'maintenance' };
      const { word } = goneBecause(member);
      return { word: word ? `gone (${word})` : 'gone', condition: 'down' };
    }
    case 'leaving':
      return { word: member.owns === 0 ? 'handed over' : 'handing over', condition: 'maintenance' };
    case 'returning':
      return { word: 'returning', condition: 'maintenance' };
    case 'keeping':
      return { word: 'paused, keeps all', condition: 'minor' };
    case 'alive':
    case 'unknown':
      return undefined;
  }
}

/** `ASSIGNMENT`, and the ownership of one element: who has it, and why. */
export function assignmentNode(row: AssignmentView, base: Base): PageNode {
  const href = elementNameLink(base, row.element);
  const manager = (name: string, id: string | undefined): PageNode =>
    id === undefined ? {} : { [name]: id, [`${name}Href`]: managerLink(base, id) };
  return {
    element: row.element,
    ...(href === undefined ? {} : { href }),
    ...manager('owner', row.owner),
    ...manager('standIn', row.standIn),
    ...manager('holder', row.holder),
    ...(row.epoch === undefined ? {} : { epoch: formatEpoch(row.epoch) }),
    ...manager('delegatedTo', row.delegatedTo),
    ...(row.delegatedUntil === undefined ? {} : { delegatedUntil: isoTime(row.delegatedUntil) }),
    ...(row.reason === undefined ? {} : { reason: row.reason }),
    ...(row.unwatched === undefined ? {} : { unwatched: row.unwatched }),
    HOME: row.homes.map((id) => ({ id, href: managerLink(base, id) })),
  };
}

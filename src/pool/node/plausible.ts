/**
 * What no member that works can say. Whoever holds the key is believed, but one that is confused, restored from a damaged
 * disk or speaks for another must not end the pool, least of all for good: terms, versions and starts only ever rise,
 * so one that is far out of reach would stay above all that come after it, on disk, too.
 */
import type { Entry, Tip } from '../decisions.js';
import { memberOf, type Roster, voters } from '../member.js';
import type { FoundingMessage } from '../membership/founding.js';
import type { Sender } from '../messages.js';
import { termOf } from './beats.js';
import type { PoolEnvelope, PoolMessage } from './messages.js';
import { type PoolNode, rosterOf } from './pool-node.js';

/**
 * Terms, and versions of a roster or a founding, beyond what is known here: a change of master every second for half a
 * year. Whoever has missed more than that has to begin with an empty disk.
 */
const MOST_AHEAD = 2 ** 24;
/** What the incarnation of one disk rises by while it is not heard: half a million starts. */
const MOST_STARTS_AHEAD = 2 ** 28;
/** Decisions of a pool: more than it ever takes, and all that is counted from there is still exact. */
const MOST_INDEX = 2 ** 52;
/** As the configuration allows it. */
const LONGEST_HEARTBEAT_MS = 60_000;
const LEASE_HEARTBEATS = 3;

export function isPlausible(node: PoolNode, { from, message }: PoolEnvelope): boolean {
  if ('term' in message && message.term > termOf(node) + MOST_AHEAD) return false;
  return isPlausibleStart(node, from) && isSound(node, from, message);
}

function isPlausibleStart({ roster, incarnations }: PoolNode, { id, identity, incarnation }: Sender): boolean {
  const member = memberOf(roster, id);
  if (member?.identity !== identity) return true;
  const known = incarnations.get(id);
  const latest = Math.max(member.incarnation, known?.identity === identity ? known.incarnation : 0);
  return incarnation <= latest + MOST_STARTS_AHEAD;
}

function isSound(node: PoolNode, from: Sender, message: PoolMessage): boolean {
  switch (message.is) {
    case 'canvass':
    case 'vote':
    case 'voted':
      return isTip(message.tip, message.term);
    case 'renew':
      return (
        message.leaseMs <= LEASE_HEARTBEATS * LONGEST_HEARTBEAT_MS &&
        isTip(message.before, message.term) &&
        follow(node, message.entries, message.before, message.term)
      );
    case 'install':
    case 'fetched':
      return (
        isTip(message.base, message.term) &&
        isRoster(node, message.base.roster) &&
        follow(node, message.entries, message.base, message.term)
      );
    case 'beat':
    case 'beaten':
      return message.heartbeat.incarnation === from.incarnation;
    case 'orders':
      return message.orders.every(({ epoch }) => (epoch?.term ?? 0) <= message.term);
    case 'roster':
      return isRoster(node, message.roster) && message.roster.pool !== '' && isAmong(message.roster, from, true);
    case 'inPool':
      return (
        (message.roster === undefined || isRoster(node, message.roster)) &&
        (message.knownIn ?? 0) <= termOf(node) + MOST_AHEAD
      );
    case 'found':
    case 'seek':
    case 'seeking':
      return isFounding(node, message);
    default:
      return true;
  }
}

const isTip = ({ term, index }: Tip, latest: number): boolean => term <= latest && index <= MOST_INDEX;

/** One after the other without gaps, in terms that do not go back. */
function follow(node: PoolNode, entries: readonly Entry[], before: Tip, latest: number): boolean {
  let { term, index } = before;
  for (const entry of entries) {
    if (entry.index !== index + 1 || entry.term < term || entry.term > latest) return false;
    if (entry.decision.is === 'roster' && !isRoster(node, entry.decision.roster)) return false;
    ({ term, index } = entry);
  }
  return index <= MOST_INDEX;
}

function isRoster(node: PoolNode, { pool, version, heartbeatMs }: Roster): boolean {
  const own = rosterOf(node);
  const known = pool === own.pool ? own.version : 0;
  return version <= known + MOST_AHEAD && heartbeatMs <= LONGEST_HEARTBEAT_MS;
}

function isFounding({ founding }: PoolNode, message: Exclude<FoundingMessage, { is: 'inPool' }>): boolean {
  const most = founding.version + MOST_AHEAD;
  switch (message.is) {
    case 'found':
      return message.roster.version <= most && message.roster.heartbeatMs <= LONGEST_HEARTBEAT_MS;
    case 'seek':
      return (message.seeker.tried ?? 0) <= most;
    case 'seeking':
      return message.seekers.every(({ tried = 0 }) => tried <= most);
  }
}

/** Whether a sender is a voter by a roster, with the disk that it means; and may be master by it. */
function isAmong(roster: Roster, { id, identity }: Sender, stands: boolean): boolean {
  return voters(roster).some((voter) => voter.id === id && voter.identity === identity && (voter.stands || !stands));
}

/**
 * Whether a sender may be the master, as far as is known here. A master that has become a voter unheard is asked for its
 * roster first, which shows it.
 */
export const mayLead = (node: PoolNode, from: Sender): boolean =>
  isAmong(rosterOf(node), from, true) ||
  isAmong(node.mastership.roster, from, true) ||
  // Whom it has voted for has shown that it has a newer roster, which it cannot confirm without those that it is to lead.
  node.mastership.durable.vote === from.id;

/** Whether a sender is a member with the disk that the roster means. */
export const isKnown = (node: PoolNode, { id, identity }: Sender): boolean =>
  memberOf(rosterOf(node), id)?.identity === identity;

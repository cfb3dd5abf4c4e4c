/** Messages: which of them are heard at all, and who takes them. */

import { termAt } from '../mastership/durable.js';
import { isPristine } from '../mastership/found.js';
import { descends, goesAlone, type Member, memberOf } from '../member.js';
import type { FoundingMessage } from '../membership/founding.js';
import { complains } from '../membership/hear.js';
import type { Message as MastershipMessage } from '../messages.js';
import { beatIfUnsettled, beatSoon, follows, sendOffer, termOf } from './beats.js';
import { emit, send, tell, toDetection, toHolding, toMastership } from './emit.js';
import { hearWhereMaster, toFounding } from './founding.js';
import type { PoolEnvelope, PoolMessage, SteeringMessage } from './messages.js';
import { takeOrders } from './orders-in.js';
import { isKnown, isPlausible, mayLead } from './plausible.js';
import { acts, isMember, type PoolNode, rosterOf } from './pool-node.js';
import { takeRoster } from './roster.js';
import { goOn } from './standstill.js';
import { takeBeat } from './steering/beats.js';
import { seen, takeJoin, takeLeft } from './steering/members.js';
import { takeOffer } from './steering/offers.js';
import { ordered } from './steering/orders.js';

export function take(node: PoolNode, envelope: PoolEnvelope, nowMs: number): void {
  const { from, to, toIncarnation, pool, message } = envelope;
  const { incarnation } = node.mastership.durable;
  if (to !== node.id || from.id === node.id) return;
  if (toIncarnation !== undefined && toIncarnation !== incarnation) return;
  if (!isPlausible(node, envelope)) return;
  if (isOfFounding(message)) {
    if (message.is === 'inPool' && (!message.roster || isKnown(node, from)))
      hearWhereMaster(node, from.id, message, nowMs);
    if (message.is === 'seek') noteSeeker(node, from, nowMs);
    toFounding(node, { is: 'message', from, message }, nowMs);
    return;
  }
  if (message.is === 'join') {
    takeJoin(node, from, message, nowMs);
    return;
  }
  const own = rosterOf(node).pool;
  const isComing = message.is === 'roster' && node.joining?.pool === pool;
  if (pool !== own && !isComing) {
    if (own !== '' && pool !== undefined && isMember(node) && complains(node.founding, pool, nowMs))
      tell(node, { is: 'otherPool', pool, member: from.id });
    return;
  }
  const member = memberOf(rosterOf(node), from.id);
  if (member?.identity === from.identity) noteStart(node, from, member);
  switch (message.is) {
    case 'give':
    case 'taken':
    case 'notTaken':
    case 'warm':
      // A process that goes on under a former start, or on another disk, has nothing to give.
      if (member?.identity === from.identity && node.incarnations.get(from.id)?.incarnation === from.incarnation)
        toHolding(node, { is: 'message', from: from.id, incarnation: from.incarnation, message }, nowMs);
      if (message.is === 'give') beatIfUnsettled(node, nowMs);
      return;
    case 'beat':
    case 'beaten':
    case 'roster':
    case 'offer':
    case 'orders':
    case 'ordered':
    case 'left':
    case 'probe':
    case 'probed':
      steering(node, from, message, nowMs);
      return;
    default:
      ofMastership(node, from, message, nowMs);
  }
}

/** A member that seeks a pool has come back without its disk: no majority may count on the one that it was. */
function noteSeeker({ steering, mastership }: PoolNode, from: PoolEnvelope['from'], nowMs: number): void {
  const member = memberOf(mastership.roster, from.id);
  if (steering && member && !descends(from, member)) seen(steering, from.id, mastership.roster, from, nowMs);
}

/** Another disk, or an older copy of it that was admitted, counts from anew. */
function noteStart({ incarnations }: PoolNode, from: PoolEnvelope['from'], member: Member): void {
  const known = incarnations.get(from.id);
  const isLater =
    known?.identity !== from.identity ||
    from.incarnation >= known.incarnation ||
    (descends(from, member) && !descends(known, member));
  if (isLater) incarnations.set(from.id, from);
}

const FOUNDING: ReadonlySet<string> = new Set<FoundingMessage['is']>(['seek', 'seeking', 'inPool', 'found']);
const isOfFounding = (message: PoolMessage): message is FoundingMessage => FOUNDING.has(message.is);

function ofMastership(node: PoolNode, from: PoolEnvelope['from'], message: MastershipMessage, nowMs: number): void {
  if (message.is === 'canvass' && !isKnown(node, from)) answerBeat(node, from);
  if (OF_MASTERS.has(message.is) && !mayLead(node, from)) meetMaster(node, from, nowMs);
  else if (!takesPlaceOfHolder(node, from, nowMs)) {
    toMastership(node, { is: 'message', from, message }, nowMs);
    if (message.is === 'renew' && node.mastership.promise.holder === from.id)
      node.promisedTo = { id: from.id, identity: from.identity };
  }
}

/** What only a master says, or the winner of a vote. */
const OF_MASTERS: ReadonlySet<string> = new Set<PoolMessage['is']>(['renew', 'install', 'fetch', 'beaten', 'orders']);
/** What only members are heard about. */
const OF_MEMBERS: ReadonlySet<string> = new Set<PoolMessage['is']>(['offer', 'ordered', 'probe', 'probed']);

/** It may have become a voter, and master, unheard: it gets a beat, in answer to which it says who the members are. */
function meetMaster(node: PoolNode, { id }: PoolEnvelope['from'], nowMs: number): void {
  if (node.lead || node.hint === id) return;
  node.hint = id;
  beatSoon(node, nowMs);
}

/** Whoever has the id of the one that this member has promised its vote to, on another disk, gets nothing by that. */
function takesPlaceOfHolder(
  { mastership, roster, promisedTo }: PoolNode,
  { id, identity }: PoolEnvelope['from'],
  nowMs: number,
): boolean {
  const { holder, untilMs } = mastership.promise;
  if (holder !== id || nowMs >= untilMs) return false;
  // It may have been admitted with that disk by decisions that are not here yet.
  if (promisedTo?.id === id) return promisedTo.identity !== identity;
  // What is confirmed may be older than what is kept.
  const known = [memberOf(roster, id), memberOf(mastership.roster, id)].flatMap((member) => member?.identity ?? []);
  return known.length > 0 && !known.includes(identity);
}

type Of<Kind extends SteeringMessage['is']> = Extract<SteeringMessage, { is: Kind }>;

function steering(node: PoolNode, from: PoolEnvelope['from'], message: SteeringMessage, nowMs: number): void {
  if (OF_MEMBERS.has(message.is) && !isKnown(node, from)) return;
  if (OF_MASTERS.has(message.is) && !mayLead(node, from)) {
    meetMaster(node, from, nowMs);
    return;
  }
  switch (message.is) {
    case 'beat':
      if (acts(node, nowMs)) takeBeat(node, from, message, nowMs);
      else answerBeat(node, from);
      return;
    case 'offer':
      // Whoever has been dropped lists nothing any more, however late its words are.
      if (acts(node, nowMs) && memberOf(rosterOf(node), from.id)?.identity === from.identity)
        takeOffer(node, from.id, message, nowMs);
      return;
    case 'ordered':
      if (acts(node, nowMs)) ordered(node, from.id, message.term, message.sequence, nowMs);
      return;
    case 'left':
      if (acts(node, nowMs)) takeLeft(node, from);
      return;
    case 'beaten':
      beaten(node, from.id, message, nowMs);
      return;
    case 'roster':
      hearRoster(node, from.id, message, nowMs);
      return;
    case 'orders':
      if (message.term < termOf(node) || acts(node, nowMs)) return;
      follows(node, from.id, message.term, nowMs);
      if (!takeOrders(node, message, nowMs)) return;
      send(node, from.id, { is: 'ordered', term: message.term, sequence: message.sequence });
      // What is new is not all: more of it may be on its way to one that has heard nothing for a while.
      if (message.all && !message.more) goOn(node, nowMs);
      beatIfUnsettled(node, nowMs);
      return;
    case 'probe': {
      const { member, round, withinMs } = message;
      emit(node, { is: 'askFor', asker: from.id, member, round, withinMs });
      return;
    }
    case 'probed': {
      const { member, round, outcome, incarnation } = message;
      const known = incarnation === undefined ? {} : { incarnation };
      toDetection(node, { is: 'reported', member, round, through: from.id, outcome, ...known }, nowMs);
    }
  }
}

/** Whoever beats at the wrong door is told where the master is; whoever is no member any more, who the members are. */
function answerBeat(node: PoolNode, { id, identity }: PoolEnvelope['from']): void {
  const roster = rosterOf(node);
  const isIn = memberOf(roster, id)?.identity === identity;
  const master = node.lead?.id === id ? undefined : node.lead?.id;
  if (isIn && master === undefined) return;
  const { pool } = roster;
  const { name } = node.options.membership;
  const knownIn = isIn ? undefined : rosterKnownIn(node);
  const told = isIn ? {} : { roster: { ...roster, settled: true }, ...(knownIn !== undefined && { knownIn }) };
  send(node, id, { is: 'inPool', pool, name, master, ...told });
}

/** A term of which everybody knows who is elected after the roster here was decided. */
function rosterKnownIn({ roster, mastership }: PoolNode): number | undefined {
  const { told, durable, confirmed, rosterIndex } = mastership;
  if (told?.version === roster.version) return told.term;
  const isDecided = mastership.roster.version === roster.version && rosterIndex <= confirmed;
  return isDecided ? termAt(durable, rosterIndex) : undefined;
}

function beaten(node: PoolNode, from: string, message: Of<'beaten'>, nowMs: number): void {
  if (message.term < termOf(node) || acts(node, nowMs)) return;
  follows(node, from, message.term, nowMs);
  toDetection(node, { is: 'heard', member: from, heartbeat: message.heartbeat }, nowMs);
  if (message.wantsOffer) sendOffer(node, from);
  if (message.inOrder) goOn(node, nowMs);
}

/**
 * The master's roster. A member that keeps no decisions notes it on disk, so that it knows at its next start that it is
 * in a pool, and asks before it polls.
 */
function hearRoster(node: PoolNode, from: string, { term, roster: told }: Of<'roster'>, nowMs: number): void {
  if (term < termOf(node) || (goesAlone(rosterOf(node)) && acts(node, nowMs))) return;
  follows(node, from, term, nowMs);
  const roster = { ...told, settled: true };
  takeRoster(node, roster, nowMs);
  if (roster.pool === node.mastership.roster.pool)
    toMastership(node, { is: 'told', term, version: roster.version }, nowMs);
  const kept = node.mastership.roster;
  const isNew = roster.pool !== kept.pool || roster.version > kept.version;
  if (isNew && isMember(node) && isPristine(node.mastership)) toMastership(node, { is: 'found', roster }, nowMs);
  if (!isMember(node) && !node.leaves && !node.joining)
    node.joining = { pool: roster.pool, via: from, master: from, nextMs: nowMs };
}

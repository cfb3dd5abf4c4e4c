/** How a member finds or founds its pool: the founding decides, here it is done. */

import { isPristine } from '../mastership/found.js';
import { type MemberId, memberOf, type Roster } from '../member.js';
import type { FoundingEffect, FoundingInput, FoundingMessage, Standing } from '../membership/founding.js';
import { stepFounding } from '../membership/founding.js';
import { beatSoon } from './beats.js';
import { emit, send, tell, toMastership } from './emit.js';
import { isMember, type PoolNode, rosterOf } from './pool-node.js';
import { takeRoster } from './roster.js';

export function toFounding(node: PoolNode, input: FoundingInput, nowMs: number): void {
  if (input.is === 'message' && input.message.is === 'seek' && input.message.seeker.address)
    emit(node, { is: 'knows', addresses: [input.message.seeker.address] });
  if (input.is === 'message' && input.message.is === 'seeking')
    emit(node, { is: 'knows', addresses: input.message.seekers.flatMap(({ address }) => address ?? []) });
  for (const effect of stepFounding(node.founding, input, nowMs)) perform(node, effect, nowMs);
}

function perform(node: PoolNode, effect: FoundingEffect, nowMs: number): void {
  switch (effect.is) {
    case 'send':
      send(node, effect.to, effect.message);
      return;
    case 'adopt':
      // What is kept of a pool stays: its mastership brings what has been decided since.
      if (effect.roster.settled && !isPristine(node.mastership)) takeRoster(node, effect.roster, nowMs);
      else put(node, effect.roster, nowMs);
      tell(node, { is: 'founded', roster: effect.roster });
      return;
    case 'abandon':
      // The version stays, so that it does not come back to a worse founding, not even after a restart.
      put(node, { ...rosterOf(node), pool: '', version: effect.version, members: [] }, nowMs);
      return;
    case 'join': {
      const { pool, via, master } = effect;
      // As far as it knows it is in: the master's answer to its beat says otherwise, if need be.
      if (isMember(node)) return;
      const nextMs = node.joining?.pool === pool ? node.joining.nextMs : nowMs;
      node.joining = { pool, via, master, nextMs };
      node.nextBeatMs = Math.min(node.nextBeatMs, nextMs);
      return;
    }
    case 'alarm':
      tell(node, { is: 'otherPool', pool: effect.pool, member: effect.member });
  }
}

function put(node: PoolNode, roster: Roster, nowMs: number): void {
  toMastership(node, { is: 'found', roster }, nowMs);
  node.lead = undefined;
  takeRoster(node, roster, nowMs);
}

/** Tells the founding what this member is in, whenever that is something else than it knows. */
export function noteStage(node: PoolNode, nowMs: number): void {
  const roster = rosterOf(node);
  const stage = stageOf(node);
  const master = node.steering ? node.id : node.lead?.id;
  const knows = node.foundingKnows;
  if (knows?.roster === roster && knows.stage === stage && knows.master === master) return;
  node.foundingKnows = { roster, stage, master };
  // Whoever was dropped from a pool that has settled is still in no position to found another.
  const isIn = roster.members.length > 0;
  toFounding(node, { is: 'pool', pool: isIn ? { roster, stage, master } : undefined }, nowMs);
}

function stageOf({ mastership, roster }: PoolNode): Standing['stage'] {
  const { base, entries } = mastership.durable;
  if (roster.settled || mastership.confirmed > 0 || base.index > 0) return 'settled';
  return entries.length > 0 ? 'begun' : 'bare';
}

/** Somebody in the pool says who its master is, and, to one that is no member, who its members are. */
export function hearWhereMaster(
  node: PoolNode,
  from: MemberId,
  { pool, master, roster, knownIn }: Extract<FoundingMessage, { is: 'inPool' }>,
  nowMs: number,
): void {
  // Dropped without having heard of it, it must not go on judging by the roster of its own log who may be elected.
  if (roster && knownIn !== undefined && roster.pool === node.mastership.roster.pool)
    toMastership(node, { is: 'told', term: knownIn, version: roster.version }, nowMs);
  if (roster && roster.pool === rosterOf(node).pool && isMember(node) && !memberOf(roster, node.id)) {
    takeRoster(node, roster, nowMs);
    if (!isMember(node) && !node.leaves) node.joining = { pool, via: from, master, nextMs: nowMs };
  }
  if (pool !== rosterOf(node).pool || master === undefined || master === node.id) return;
  if (!isMember(node) && !node.leaves) node.joining ??= { pool, via: from, master, nextMs: nowMs };
  // Who was asked passes nothing on, but says who has to be asked.
  if (node.joining?.pool === pool) node.joining.master = master;
  if (!isMember(node) || node.lead) return;
  // Many may say so, and say different things: each beat that goes to the wrong door brings the next word.
  if (node.hint !== master) beatSoon(node, nowMs);
  node.hint = master;
}

/** Somebody has announced itself: whoever is in a pool tells one that is not, whoever is in none asks. */
export function met(node: PoolNode, member: MemberId): void {
  const roster = rosterOf(node);
  if (memberOf(roster, member)) return;
  if (!isMember(node)) {
    send(node, member, { is: 'seek', seeker: node.founding.options.seeker });
    return;
  }
  if (stageOf(node) !== 'settled') return;
  const { name } = node.options.membership;
  const master = node.steering ? node.id : node.lead?.id;
  send(node, member, { is: 'inPool', pool: roster.pool, name, master });
}

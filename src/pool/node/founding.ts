/** How a member finds or founds its pool: the founding decides, here it is done. */

import { isPristine } from '../mastership/found.js';
import type { MemberId, Roster } from '../member.js';
import type { FoundingEffect, FoundingInput, Standing } from '../membership/founding.js';
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
      put(node, { ...rosterOf(node), pool: '', version: 0, members: [] }, nowMs);
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
  const key = isMember(node) ? `${roster.pool}\n${roster.version}\n${stage}\n${master}` : '';
  if (key === node.foundingKnows) return;
  node.foundingKnows = key;
  toFounding(node, { is: 'pool', pool: isMember(node) ? { roster, stage, master } : undefined }, nowMs);
}

function stageOf({ mastership, roster }: PoolNode): Standing['stage'] {
  const { base, entries } = mastership.durable;
  if (roster.settled || mastership.confirmed > 0 || base.index > 0) return 'settled';
  return entries.length > 0 ? 'begun' : 'bare';
}

/** Somebody in the pool says who its master is. */
export function hearWhereMaster(node: PoolNode, pool: string, master: MemberId | undefined, nowMs: number): void {
  if (pool !== rosterOf(node).pool || !isMember(node) || node.lead || master === undefined || master === node.id)
    return;
  // Many may say so, and say different things: each beat that goes to the wrong door brings the next word.
  if (node.hint !== master) beatSoon(node, nowMs);
  node.hint = master;
}

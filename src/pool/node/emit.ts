/**
 * How the parts of a member are reached: inputs go in; what goes to the world is collected, and what concerns the other
 * parts is heeded when the one that brought it about is done (`heed.ts`).
 */
import type { Effect as DetectionEffect, Input as DetectionInput } from '../detection/state.js';
import { step as stepDetection } from '../detection/step.js';
import type { HoldingInput } from '../holding/state.js';
import type { Input as MastershipInput } from '../mastership/state.js';
import type { MemberId } from '../member.js';
import type { FoundingMessage } from '../membership/founding.js';
import type { Message as MastershipMessage } from '../messages.js';
import type { PoolMessage } from './messages.js';
import { type PoolNode, rosterOf } from './pool-node.js';
import type { NodeEffect, PoolNews } from './state.js';

export const emit = (node: PoolNode, effect: NodeEffect): void => void node.out.push(effect);
export const tell = (node: PoolNode, news: PoolNews): void => emit(node, { is: 'news', news });

/**
 * Messages of the mastership know by themselves which start they are about, and go to members that have not spoken yet.
 * What brings managers together goes to whoever it is: one that has lost its disk begins to count anew, and a master that
 * has started again and whose first word got lost would never hear of a member otherwise. Bundles as well: members that
 * are no voters hear nothing of each other's starts, and who takes a bundle knows by itself whether it is to have it.
 */
const isForAnyStart = ({ is }: PoolMessage): boolean => FOR_ANY_START.has(is);
const FOR_ANY_START: ReadonlySet<string> = new Set<
  MastershipMessage['is'] | FoundingMessage['is'] | 'join' | 'roster' | 'beat' | 'left' | 'give' | 'warm'
>([
  'seek',
  'seeking',
  'inPool',
  'found',
  'join',
  'roster',
  'beat',
  'left',
  'canvass',
  'canvassed',
  'vote',
  'voted',
  'renew',
  'renewed',
  'kept',
  'install',
  'fetch',
  'fetched',
  'yield',
  'give',
  'warm',
]);

export function send(node: PoolNode, to: MemberId, message: PoolMessage): void {
  const toIncarnation = isForAnyStart(message) ? undefined : node.incarnations.get(to)?.incarnation;
  const pool = rosterOf(node).pool || undefined;
  emit(node, { is: 'send', envelope: { from: node.sender, to, toIncarnation, pool, message } });
}

export function toMastership(node: PoolNode, input: MastershipInput, nowMs: number): void {
  for (const effect of node.machines.mastership.step(node.mastership, input, nowMs)) {
    switch (effect.is) {
      case 'send':
        send(node, effect.to, effect.message);
        break;
      case 'store':
        emit(node, effect);
        break;
      case 'confirmed':
        node.next.push({ is: 'confirmed', to: effect.to });
        break;
      case 'undone':
        node.next.push(effect);
        break;
      case 'mastering':
        tell(node, { is: 'mastering', term: effect.term, begins: effect.begins, why: effect.why });
    }
  }
}

export function toDetection(node: PoolNode, input: DetectionInput, nowMs: number): void {
  for (const effect of stepDetection(node.detection, input, nowMs)) heed(node, effect);
}

function heed(node: PoolNode, effect: DetectionEffect): void {
  switch (effect.is) {
    case 'ask':
      emit(node, effect);
      return;
    case 'askThrough': {
      const { member, round, withinMs } = effect;
      send(node, effect.through, { is: 'probe', member, round, withinMs });
      return;
    }
    default:
      node.next.push({ is: 'found', effect });
  }
}

export function toHolding(node: PoolNode, input: HoldingInput, nowMs: number): void {
  for (const effect of node.machines.holding(node.holding, input, nowMs)) {
    if (effect.is === 'send') send(node, effect.to, effect.message);
    else emit(node, effect);
  }
}

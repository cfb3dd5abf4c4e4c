/** Whether managers can be given work: from what was found, what they want, and what they are able to do. */
import type { Effect as DetectionEffect } from '../../detection/state.js';
import type { ManagerOffer, ManagerRecord, Standing } from '../../inventory/inventory.js';
import type { MemberId } from '../../member.js';
import { tell } from '../emit.js';
import type { PoolNode } from '../pool-node.js';
import { managerRecord, plan } from './plan.js';

type Found = Exclude<DetectionEffect, { readonly is: 'ask' | 'askThrough' }>;

/** Draws the master's conclusion from a finding. */
export function foundByMaster(node: PoolNode, effect: Found, nowMs: number): void {
  const { steering } = node;
  const { member } = effect;
  if (effect.is === 'relieve') {
    tell(node, { is: 'relieved', member, part: effect.part, why: effect.why });
    if (!steering) return;
    const before = steering.relieved.get(member);
    const parts = new Set(before?.parts);
    if (effect.part !== undefined) parts.add(effect.part);
    steering.relieved.set(member, { all: effect.part === undefined ? effect.why : before?.all, parts });
  } else if (effect.is === 'restore') {
    tell(node, { is: 'restored', member, part: effect.part, why: effect.why });
    if (!steering) return;
    const before = steering.relieved.get(member);
    const parts = new Set(before?.parts);
    if (effect.part !== undefined) parts.delete(effect.part);
    steering.relieved.set(member, { all: effect.part === undefined ? undefined : before?.all, parts });
  } else {
    // Of itself it only learns whether it can work.
    if (!steering || member === node.id) return;
    // One that says itself that it is paused has said what it wants, and is there.
    const isGone = effect.finding !== 'alive' && !effect.told;
    if (isGone) steering.gone.set(member, { why: `${effect.finding}: ${effect.why}`, sinceMs: nowMs });
    else steering.gone.delete(member);
  }
  judge(node, [member], nowMs);
}

/** Decides what is different about managers, and what follows from it. */
export function judge(node: PoolNode, ids: readonly MemberId[], nowMs: number): void {
  const changed = ids.flatMap((id) => {
    const known = managerRecord(node, id);
    if (!known) return [];
    const { standing, why } = standingOf(node, id);
    const relievedNow = node.steering?.relieved.get(id)?.parts ?? NONE;
    const isSame = known.standing === standing && known.why === why;
    if (isSame && sameParts(node, id, relievedNow)) return [];
    const { why: _, ...rest } = known;
    return [{ ...rest, standing, ...(why !== undefined && { why }) }];
  });
  if (changed.length > 0) plan(node, { managers: changed }, nowMs);
}

const NONE: ReadonlySet<string> = new Set();

function sameParts(node: PoolNode, id: MemberId, parts: ReadonlySet<string>): boolean {
  const planned = node.placement?.managers.get(id)?.told.relieved ?? [];
  return planned.length === parts.size && planned.every((part) => parts.has(part));
}

export function standingOf(node: PoolNode, id: MemberId): { standing: Standing; why?: string } {
  const { steering } = node;
  const gone = steering?.gone.get(id);
  if (gone) return { standing: 'gone', why: gone.why };
  const wants = id === node.id ? node.wants : steering?.speakers.get(id)?.wants;
  const relieved = steering?.relieved.get(id)?.all;
  if (wants === 'leaving') return { standing: 'leaving', why: 'shuts down or is paused' };
  if (relieved !== undefined) return { standing: 'leaving', why: relieved };
  if (wants === 'keeping') return { standing: 'keeping', why: 'is paused with its elements' };
  // Nothing is known of it yet in this mastership: it stays what it was.
  const known = managerRecord(node, id);
  if (wants === undefined && known && known.standing !== 'gone')
    return { standing: known.standing, ...(known.why !== undefined && { why: known.why }) };
  return { standing: 'alive' };
}

/** A manager's record, from what it says of itself. */
export function recordFor(node: PoolNode, manager: ManagerOffer, offered: string): ManagerRecord {
  return { ...manager, ...standingOf(node, manager.id), offered };
}

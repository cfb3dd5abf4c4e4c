/** What one part of a member has brought about reaches the others: in order, until nothing is left. */
import { applyConfirmed, beginAgain } from './confirmed.js';
import { found } from './findings.js';
import type { PoolNode } from './pool-node.js';

/** More would mean that two parts answer each other without end. */
const MOST_OUTCOMES = 10_000;

export function heed(node: PoolNode, nowMs: number): void {
  for (let count = 0; node.next.length > 0; count += 1) {
    if (count > MOST_OUTCOMES)
      throw new Error('broken invariant: the parts of a member come to no end with each other');
    const next = node.next.shift();
    if (next?.is === 'confirmed') applyConfirmed(node, next.to, nowMs);
    else if (next?.is === 'undone') beginAgain(node, nowMs);
    else if (next) found(node, next.effect, nowMs);
  }
}

/** What the acting master does when its decisions are confirmed: now they may be told and acted upon. */
import { emit, tell } from '../emit.js';
import type { PoolNode } from '../pool-node.js';
import { forgetDrafts } from './plan.js';

export function confirmedBySelf(node: PoolNode): void {
  const { steering, applied } = node;
  if (!steering) return;
  forgetDrafts(steering, applied);
  const { news, tickets } = steering;
  while (news[0] && news[0].index <= applied) {
    const told = news.shift();
    if (told) tell(node, told.news);
  }
  while (tickets[0] && tickets[0].index <= applied) {
    const done = tickets.shift();
    if (done) emit(node, { is: 'delegated', ticket: done.ticket, moved: done.moved, refused: done.refused });
  }
}

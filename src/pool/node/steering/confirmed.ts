/** What the acting master does when its decisions are confirmed: now they may be told and acted upon. */
import { emit, tell } from '../emit.js';
import type { PoolNode } from '../pool-node.js';
import { forgetDrafts } from './plan.js';

export function confirmedBySelf(node: PoolNode): void {
  const { steering, applied } = node;
  if (!steering) return;
  forgetDrafts(steering, applied);
  const { news, tickets } = steering;
  // One by one from the front it would cost the square of what a large pool has to tell when it begins.
  const waits = news.findIndex(({ index }) => index > applied);
  for (const told of news.splice(0, waits < 0 ? news.length : waits)) tell(node, told.news);
  while (tickets[0] && tickets[0].index <= applied) {
    const done = tickets.shift();
    if (done) emit(node, { is: 'delegated', ticket: done.ticket, moved: done.moved, refused: done.refused });
  }
}

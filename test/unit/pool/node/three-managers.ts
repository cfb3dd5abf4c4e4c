/** A pool of three e-managers in a perfect world, and what is asked of it. */
import { elementOf, SmallWorld } from './small-world.js';

export const ALL = ['em1', 'em2', 'em3'];

/** Three e-managers with so many elements each. */
export function pool(elements = 4): SmallWorld {
  const small = new SmallWorld();
  for (const id of ALL)
    small.add(
      id,
      ALL.filter((other) => other !== id),
      Array.from({ length: elements }, (_, at) => elementOf(`device/${id}-${at}`, { cost: 0.001 })),
    );
  small.run(10_000);
  return small;
}

export const masterOf = (small: SmallWorld): string => small.master() ?? '';
export const nodeOf = (small: SmallWorld, id: string) => {
  const { node } = small.get(id);
  if (!node) throw new Error(`${id} is down`);
  return node;
};
export const secondaryOf = (small: SmallWorld, ...not: readonly string[]): string =>
  ALL.find((id) => id !== small.master() && !not.includes(id)) ?? '';
export const ownerOf = (small: SmallWorld, element: string): string | undefined =>
  nodeOf(small, masterOf(small)).inventory.ownerships.get(element)?.owner;

/** Which elements concern which members, kept beside the inventory, so that nobody has to look through all of it. */
import { countExpected } from '../holding/digest.js';
import type { OwnershipRecord } from '../inventory/inventory.js';
import type { MemberId } from '../member.js';
import type { PoolNode } from './pool-node.js';

/** Who is concerned by what; made anew after a start and after everything was replaced. */
export function indexAll(node: PoolNode): void {
  node.concerns = new Map();
  node.expected = new Map();
  node.lists = new Map();
  for (const [name, record] of node.inventory.ownerships) noteConcerned(node, name, undefined, record);
  for (const { name, listedBy } of node.inventory.elements.values())
    for (const id of listedBy) setOf(node.lists, id).add(name);
}

export const concerned = (record: OwnershipRecord | undefined): readonly MemberId[] =>
  [record?.owner, record?.holder, record?.standIn, record?.former].filter((id) => id !== undefined);

export function noteConcerned(
  node: PoolNode,
  name: string,
  before: OwnershipRecord | undefined,
  after: OwnershipRecord | undefined,
): void {
  if (before) countExpected(node.expected, name, before, -1);
  if (after) countExpected(node.expected, name, after, 1);
  for (const id of concerned(before)) node.concerns.get(id)?.delete(name);
  for (const id of concerned(after)) setOf(node.concerns, id).add(name);
}

export function setOf<Key, Value>(map: Map<Key, Set<Value>>, key: Key): Set<Value> {
  const known = map.get(key);
  if (known) return known;
  const made = new Set<Value>();
  map.set(key, made);
  return made;
}

/** A hash that is the same on every machine, for choices that have to be spread and yet agree. Not for secrets. */

/** FNV-1a over UTF-16 units, finished by {@link mix} because FNV alone leaves names that differ in the last digit alike. */
export function hashOf(text: string, from = 0x811c9dc5): number {
  let hash = from;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** The finisher of MurmurHash3 (fmix32): every bit of the input moves half of the bits of the output. */
export function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Weight of a pair; the highest of all wins (rendezvous hashing, Thaler and Ravishankar 1998). */
export const weightOf = (one: number, other: number): number => mix(one ^ Math.imul(other, 0x9e3779b1));

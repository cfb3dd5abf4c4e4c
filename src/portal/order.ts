/** Orders as people count: `ge-2` before `ge-10`. Pure. */

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Texts by the way people count, numbers by size; what is not known comes last in both directions. */
export function compareValues(
  a: string | number | undefined,
  b: string | number | undefined,
  direction: 1 | -1 = 1,
): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return direction * (typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b)));
}

/**
 * Place of each name among all of them: comparing texts is dear, and the tables of one element have the same names
 * again and again.
 */
export function naturalPlaces(names: Iterable<string>): (name: string) => number {
  const sorted = [...new Set(names)].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
  const places = new Map(sorted.map((name, place) => [name, place]));
  return (name) => places.get(name) ?? sorted.length;
}

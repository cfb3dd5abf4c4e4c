/** Names of the rows of a table that are unique, stable and short enough to be the name of an instance. */

const MOST_LENGTH = 128;

/**
 * Gives every row a name of its own. A name that several rows have gets the row's index, whichever comes first, so
 * that it does not depend on the order: `eth0#3` and `eth0#7`.
 *
 * @param names Index to name; an empty name counts as none.
 * @param unnamed Name of a row without one.
 */
export function uniqueNames(
  names: ReadonlyMap<string, string>,
  unnamed: (index: string) => string,
): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  const uses = new Map<string, number>();
  for (const [index, written] of names) {
    const name = written.trim().slice(0, MOST_LENGTH) || unnamed(index);
    wanted.set(index, name);
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  if (uses.size === wanted.size) return wanted;
  const taken = new Set([...uses.keys()]);
  const unique = new Map<string, string>();
  for (const [index, name] of wanted) {
    let own = name;
    if ((uses.get(name) ?? 0) > 1) {
      own = `${name}#${index}`;
      while (taken.has(own)) own += '#';
      taken.add(own);
    }
    unique.set(index, own);
  }
  return unique;
}

/**
 * Whether a new list takes the place of the one in force. A database that is being filled, a half-written export or an
 * empty answer looks like a network that has been torn down: such a list has to come twice, an empty one has to be
 * confirmed by a person. Pure.
 */

/** Lost elements that never give rise to doubt. */
const FEW = 3;
/** Share of the list in force whose loss does. */
const MUCH = 0.5;
/** A list in doubt is believed when a reading this much later says the same. */
export const SECOND_READING_MS = 60_000;

export interface Doubt {
  /** Elements of the list in force that are not in the new one. */
  readonly missing: number;
  /** Only a person can confirm it. */
  readonly isEmpty: boolean;
}

/** Undefined when there is nothing to doubt. */
export function doubtOf(inForce: Iterable<string>, fresh: ReadonlySet<string>): Doubt | undefined {
  const before = [...inForce];
  const missing = before.filter((name) => !fresh.has(name)).length;
  const isEmpty = fresh.size === 0;
  if (missing === 0) return undefined;
  return isEmpty || (missing > FEW && missing > MUCH * before.length) ? { missing, isEmpty } : undefined;
}

/** What the access methods, and traps, have counted: what was lost, or could not be used, is to be seen. */
import type { AccessMethod } from '../access/access.js';
import type { AccessMethodName } from '../model/element.js';

export interface AccessCount {
  readonly method: AccessMethodName | 'traps';
  /** In the method's own words, such as `malformed`. */
  readonly name: string;
  readonly count: number;
}

/** @param traps Absent where none are received or sent. */
export async function countsOf(
  methods: ReadonlyMap<AccessMethodName, AccessMethod>,
  traps: Readonly<Record<string, number>> = {},
): Promise<readonly AccessCount[]> {
  const all = await Promise.all(
    [...methods.values()].map(async (one) =>
      Object.entries((await one.counts?.()) ?? {}).map(([name, count]) => ({ method: one.method, name, count })),
    ),
  );
  const ofTraps = Object.entries(traps).map(([name, count]) => ({ method: 'traps' as const, name, count }));
  return [...all.flat(), ...ofTraps];
}
